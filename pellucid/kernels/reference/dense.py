"""The dense layer: every output is a weighted sum of every input."""

import numpy as np


def dense_forward(x, W, b, z):
    """z = x W + b        x: (N, K)  W: (K, M)  b: (M,) or None  z: (N, M)."""
    np.matmul(x, W, out=z)
    if b is not None:
        np.add(z, b, out=z)


def dense_backward(x, W, dz, dW, db, dx):
    """dW = x^T dz        db = sum_n dz_n        dx = dz W^T.

    dW: (K, M)  db: (M,) or None  dx: (N, K), or None for a first layer, whose input needs no gradient.
    """
    np.matmul(x.T, dz, out=dW)
    if db is not None:
        np.add.reduce(dz, axis=0, out=db)
    if dx is not None:
        np.matmul(dz, W.T, out=dx)
