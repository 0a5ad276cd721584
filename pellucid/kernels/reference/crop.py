"""Mirroring pictures and moving them by whole pixels: index arithmetic, no pixel changes its value."""

import numpy as np


def crop(images, moves, out):
    """out[n, i, j] = images[n, r(i + p), r(j + q)]        r: reflected at the first and last row or column.

    images: (N, H, W, C)   moves: (N, 4) int64, (p, q, upside down, mirrored) of each picture, the last two 0 or 1, |p| < H,
    |q| < W   out: like images, or float32. A window of the picture's size, cut out of the picture after it was padded with its
    own reflection (the edge itself is not doubled).
    """
    n, height, width, _ = images.shape
    rows = _reflected(moves[:, :1] + np.arange(height), height)
    columns = _reflected(moves[:, 1:2] + np.arange(width), width)
    rows = np.where(moves[:, 2:3], height - 1 - rows, rows)
    columns = np.where(moves[:, 3:], width - 1 - columns, columns)
    out[...] = images[np.arange(n)[:, None, None], rows[:, :, None], columns[:, None, :]]


def _reflected(k, size):
    """-2, -1, 0, ..., size - 1, size -> 2, 1, 0, ..., size - 1, size - 2."""
    k = np.abs(k)
    return np.where(k < size, k, 2 * (size - 1) - k)
