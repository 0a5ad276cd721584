"""The dense layer: every output is a weighted sum of every input."""

import numpy as np


def dense_forward(x, W, b, relu, y):
    """y = x W + b, or max(x W + b, 0) where `relu`        x: (N, K)  W: (K, M)  b: (M,) or None  y: (N, M)."""
    np.matmul(x, W, out=y)
    if b is not None:
        np.add(y, b, out=y)
    if relu:
        np.maximum(y, 0, out=y)


def dense_backward(x, W, y, dy, relu, dW, db, dx):
    """dz = dy [y > 0] where `relu`, else dy        dW = x^T dz        db = sum_n dz_n        dx = dz W^T.

    dy: (N, M), overwritten by dz  dW: (K, M)  db: (M,) or None  dx: (N, K), or None for a first layer, whose input
    needs no gradient.
    """
    dz = np.multiply(dy, y > 0, out=dy) if relu else dy
    np.matmul(x.T, dz, out=dW)
    if db is not None:
        np.add.reduce(dz, axis=0, out=db)
    if dx is not None:
        np.matmul(dz, W.T, out=dx)
