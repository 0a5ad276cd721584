"""Depthwise convolution: every channel has a filter of its own, and no channel sees another.

    z[n, p, q, c] = sum_ij x[n, s p + i - t, s q + j - l, c] W[i, j, c] + b[c]        x is 0 outside the picture

x: (N, H, W, C)  W: (h, w, C)  b: (C,) or None  z: (N, P, Q, C)  stride: s  padding: (t, l), zeros above and on the left.
`x_ij` is the pixel at place (i, j) of every window: (N, P, Q, C).
"""

import math

import numpy as np

from pellucid.kernels.reference.windows import block_shape, blocks, carve, frame_shape, inside, tap


def depthwise_forward(x, W, b, stride, padding, z, scratch):
    """z = sum_ij x_ij W[i, j] + b."""
    frames, _, products = _workspace(scratch, x.shape, W.shape, stride, padding, z.shape)
    for pictures, _ in blocks(len(z), 1, math.prod(z.shape[1:])):
        z_block = z[pictures]
        frame, product = frames[: len(z_block)], products[: len(z_block)]
        inside(frame, x.shape, padding)[...] = x[pictures]
        z_block[...] = 0 if b is None else b
        for i, j in np.ndindex(*W.shape[:2]):
            z_block += np.multiply(tap(frame, i, j, stride, *z.shape[1:3]), W[i, j], out=product)


def depthwise_backward(x, W, dz, stride, padding, dW, db, dx, scratch):
    """dW[i, j] = sum_npq x_ij dz        db = sum_npq dz        dx_ij += dz W[i, j].

    db may be None, and dx for a first layer, whose input needs no gradient.
    """
    frames, dframes, products = _workspace(scratch, x.shape, W.shape, stride, padding, dz.shape)
    dW[...] = 0
    if db is not None:
        db[...] = 0
    for pictures, _ in blocks(len(dz), 1, math.prod(dz.shape[1:])):
        dz_block = dz[pictures]
        frame, product = frames[: len(dz_block)], products[: len(dz_block)]
        inside(frame, x.shape, padding)[...] = x[pictures]
        for i, j in np.ndindex(*W.shape[:2]):
            np.multiply(tap(frame, i, j, stride, *dz.shape[1:3]), dz_block, out=product)
            dW[i, j] += np.add.reduce(product, axis=(0, 1, 2))
        if db is not None:
            db += np.add.reduce(dz_block, axis=(0, 1, 2))
        if dx is not None:
            dframe = dframes[: len(dz_block)]
            dframe[...] = 0
            for i, j in np.ndindex(*W.shape[:2]):
                pixels = tap(dframe, i, j, stride, *dz.shape[1:3])
                pixels += np.multiply(dz_block, W[i, j], out=product)
            dx[pictures] = inside(dframe, x.shape, padding)


def depthwise_scratch(x_shape, W_shape, stride, padding, z_shape):
    """The size of `scratch` for arrays of these shapes, forward and backward."""
    return sum(math.prod(shape) for shape in _shapes(x_shape, W_shape, stride, padding, z_shape))


def _shapes(x_shape, W_shape, stride, padding, z_shape):
    """A block of pictures in its frame, the frame of its gradient, and a block of outputs."""
    count, _ = block_shape(z_shape[0], 1, math.prod(z_shape[1:]))
    frame = (count, *frame_shape(x_shape, W_shape[:2], stride, padding, z_shape))
    return frame, frame, (count, *z_shape[1:])


def _workspace(scratch, x_shape, W_shape, stride, padding, z_shape):
    """These arrays in `scratch`, the frame set to 0."""
    frames, dframes, products = carve(scratch, *_shapes(x_shape, W_shape, stride, padding, z_shape))
    frames[...] = 0
    return frames, dframes, products
