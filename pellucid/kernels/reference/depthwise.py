"""Depthwise convolution: every channel has a filter of its own, and no channel sees another.

    z[n, p, q, c] = sum_ij x[n, s p + i - t, s q + j - l, c] W[i, j, c] + b[c]        x is 0 outside the picture

x: (N, H, W, C)  W: (h, w, C)  b: (C,) or None  y, z: (N, P, Q, C)  stride: s  padding: (t, l), zeros above and on
the left. `x_ij` is the pixel at place (i, j) of every window: (N, P, Q, C).
"""

import math

import numpy as np

from pellucid.kernels.reference.windows import block_shape, blocks, frame_shape, inside, tap


def depthwise_forward(x, W, b, stride, padding, relu, y):
    """z = sum_ij x_ij W[i, j] + b        y = max(z, 0) where `relu`, else z."""
    frames, products = _workspace(x.shape, W, stride, padding, y.shape)
    for pictures, _ in blocks(len(y), 1, math.prod(y.shape[1:])):
        y_block = y[pictures]
        frame, product = frames[: len(y_block)], products[: len(y_block)]
        inside(frame, x.shape, padding)[...] = x[pictures]
        y_block[...] = 0 if b is None else b
        for i, j in np.ndindex(*W.shape[:2]):
            y_block += np.multiply(tap(frame, i, j, stride, *y.shape[1:3]), W[i, j], out=product)
        if relu:
            np.maximum(y_block, 0, out=y_block)


def depthwise_backward(x, W, y, dy, stride, padding, relu, dW, db, dx):
    """dz = dy [y > 0] where `relu`, else dy        dW[i, j] = sum_npq x_ij dz        db = sum_npq dz.

    dx_ij += dz W[i, j]

    dy is overwritten by dz. db may be None, and dx for a first layer, whose input needs no gradient.
    """
    frames, products = _workspace(x.shape, W, stride, padding, dy.shape)
    dframes = np.empty_like(frames)
    dW[...] = 0
    if db is not None:
        db[...] = 0
    for pictures, _ in blocks(len(dy), 1, math.prod(dy.shape[1:])):
        dz = dy[pictures]
        frame, dframe, product = frames[: len(dz)], dframes[: len(dz)], products[: len(dz)]
        if relu:
            dz *= y[pictures] > 0
        inside(frame, x.shape, padding)[...] = x[pictures]
        for i, j in np.ndindex(*W.shape[:2]):
            np.multiply(tap(frame, i, j, stride, *dy.shape[1:3]), dz, out=product)
            dW[i, j] += np.add.reduce(product, axis=(0, 1, 2))
        if db is not None:
            db += np.add.reduce(dz, axis=(0, 1, 2))
        if dx is not None:
            dframe[...] = 0
            for i, j in np.ndindex(*W.shape[:2]):
                pixels = tap(dframe, i, j, stride, *dy.shape[1:3])
                pixels += np.multiply(dz, W[i, j], out=product)
            dx[pictures] = inside(dframe, x.shape, padding)


def _workspace(x_shape, W, stride, padding, y_shape):
    """A block of pictures in its frame of zeros, and memory for a block of outputs."""
    count, _ = block_shape(y_shape[0], 1, math.prod(y_shape[1:]))
    frames = np.zeros((count, *frame_shape(x_shape, W.shape[:2], stride, padding, y_shape)), W.dtype)
    return frames, np.empty((count, *y_shape[1:]), W.dtype)
