"""Convolution: every output pixel is a weighted sum over the window of input pixels around it.

    z[n, p, q] = sum_ij x[n, s p + i - t, s q + j - l] W[i, j] + b        x is 0 outside the picture
    y = max(z, 0) where `relu`, else z

x: (N, H, W, C)  W: (h, w, C, M) the filters  b: (M,) or None  y: (N, P, Q, M)  stride: s  padding: (t, l), the rows
of zeros above and the columns of zeros on the left; how many are below and on the right follows from P and Q.

The windows of a block of pictures, each laid out as one row of a matrix ("im2col"), make the sum one product of
matrices. Only a block is padded and laid out at a time, so that it stays in the cache.
"""

import math

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from pellucid.kernels.reference.windows import block_shape, blocks, frame_shape, inside, tap


def convolution_forward(x, W, b, stride, padding, relu, y):
    """z = X W + b        X: (N P Q, h w C), row (n, p, q) is the window x[n, s p - t + 0..h-1, s q - l + 0..w-1]."""
    frame, windows, columns = _workspace(x.shape, W, stride, padding, y.shape)
    for pictures, rows in blocks(*_work(W.shape, y.shape)):
        X = _laid_out(x, pictures, rows, padding, frame, windows, columns)
        y_rows = y[pictures, rows].reshape(len(X), -1)
        np.matmul(X, W.reshape(X.shape[1], -1), out=y_rows)
        if b is not None:
            y_rows += b
        if relu:
            np.maximum(y_rows, 0, out=y_rows)


def convolution_backward(x, W, y, dy, stride, padding, relu, dW, db, dx):
    """dz = dy [y > 0] where `relu`, else dy        dW = X^T dz        db = sum_npq dz[n, p, q].

    dX = dz W^T        dx[n, s p + i - t, s q + j - l] += dX[n, p, q, i, j]

    dy is overwritten by dz. Whichever of dW, db and dx is None is left out; without dW, x may be None as well.
    """
    x_shape, M = (dx if x is None else x).shape, W.shape[3]
    frame, windows, columns = _workspace(x_shape, W, stride, padding, dy.shape)
    dframe, part = np.empty_like(frame), np.empty((math.prod(W.shape[:3]), M), W.dtype)
    for gradient in (dW, db):
        if gradient is not None:
            gradient[...] = 0
    for pictures, rows in blocks(*_work(W.shape, dy.shape)):
        dz_rows = dy[pictures, rows].reshape(-1, M)
        if relu:
            dz_rows *= y[pictures, rows].reshape(-1, M) > 0
        if db is not None:
            db += np.add.reduce(dz_rows, axis=0)
        if dW is not None:
            X = _laid_out(x, pictures, rows, padding, frame, windows, columns)
            np.matmul(X.T, dz_rows, out=part)
            dW += part.reshape(dW.shape)
        if dx is not None:
            dX = columns[: len(dz_rows) * len(part)].reshape(len(dz_rows), -1)
            np.matmul(dz_rows, W.reshape(-1, M).T, out=dX)
            block = dframe[: pictures.stop - pictures.start]
            if rows.start == 0:
                block[...] = 0
            _add_up(dX.reshape(len(block), -1, dy.shape[2], *W.shape[:3]), rows.start, stride, block)
            if rows.stop == dy.shape[1]:
                dx[pictures] = inside(block, dx.shape, padding)


def _work(W_shape, y_shape):
    """Pictures, rows of outputs in each, and numbers that are laid out for a row."""
    return y_shape[0], y_shape[1], y_shape[2] * math.prod(W_shape[:3])


def _workspace(x_shape, W, stride, padding, y_shape):
    """A block of pictures in its frame of zeros, all windows of it as a view (n, P, Q, h, w, C), memory to lay them out."""
    count, height = block_shape(*_work(W.shape, y_shape))
    frame = np.zeros((count, *frame_shape(x_shape, W.shape[:2], stride, padding, y_shape)), W.dtype)
    every = sliding_window_view(frame, W.shape[:2], axis=(1, 2))
    windows = tap(every, 0, 0, stride, *y_shape[1:3]).transpose(0, 1, 2, 4, 5, 3)
    return frame, windows, np.empty(count * height * y_shape[2] * math.prod(W.shape[:3]), W.dtype)


def _laid_out(x, pictures, rows, padding, frame, windows, columns):
    """The rows of X that belong to the block."""
    count = pictures.stop - pictures.start
    if rows.start == 0:
        inside(frame[:count], x.shape, padding)[...] = x[pictures]
    view = windows[:count, rows]
    laid_out = columns[: view.size].reshape(view.shape)
    laid_out[...] = view
    return laid_out.reshape(math.prod(view.shape[:3]), -1)


def _add_up(dX, first_row, stride, dframe):
    """Add the gradient of every window (n, P, Q, h, w, C) to its pixels; dX begins with the picture's first_row."""
    _, P, Q, h, w, _ = dX.shape
    for i in range(h):
        for j in range(w):
            pixels = tap(dframe, stride * first_row + i, j, stride, P, Q)
            pixels += dX[:, :, :, i, j]
