"""Pooling: every output pixel tells the largest, or the mean, of the input pixels in its window, channel by channel.

x: (N, H, W, C)  size: (h, w) of the windows  stride: s  y: (N, P, Q, C). x_ij = x[n, s p + i, s q + j] is the pixel
at place (i, j) of every window: (N, P, Q, C). Pixels on the right and at the bottom that no whole window reaches
are left out.
"""

import numpy as np

from pellucid.kernels.reference.windows import tap


def max_pool_forward(x, size, stride, y, winner):
    """y = max_ij x_ij        winner: (N, P, Q, C) uint8, the place i w + j of the first that is so large; or None."""
    y[...] = tap(x, 0, 0, stride, *y.shape[1:3])
    if winner is not None:
        winner[...] = 0
    for place in range(1, size[0] * size[1]):
        x_ij = tap(x, *divmod(place, size[1]), stride, *y.shape[1:3])
        if winner is not None:
            np.copyto(winner, place, where=x_ij > y)
        np.maximum(y, x_ij, out=y)


def max_pool_backward(dy, winner, size, stride, dx):
    """dx_ij += dy where (i, j) is the winner."""
    dx[...] = 0
    for place in range(size[0] * size[1]):
        dx_ij = tap(dx, *divmod(place, size[1]), stride, *dy.shape[1:3])
        dx_ij += dy * (winner == place)


def average_pool_forward(x, size, stride, y):
    """y = sum_ij x_ij / (h w)."""
    y[...] = 0
    for i, j in np.ndindex(*size):
        y += tap(x, i, j, stride, *y.shape[1:3])
    y *= 1 / (size[0] * size[1])


def average_pool_backward(dy, size, stride, dx):
    """dx_ij += dy / (h w)."""
    share = dy * (1 / (size[0] * size[1]))
    dx[...] = 0
    for i, j in np.ndindex(*size):
        dx_ij = tap(dx, i, j, stride, *dy.shape[1:3])
        dx_ij += share


def global_average_forward(x, y):
    """y[n, c] = sum_hw x[n, h, w, c] / (H W)        y: (N, C)."""
    np.mean(x, axis=(1, 2), out=y)


def global_average_backward(dy, dx):
    """dx[n, h, w, c] = dy[n, c] / (H W)."""
    dx[...] = (dy * (1 / (dx.shape[1] * dx.shape[2])))[:, None, None]


def upsample_forward(x, factor, y):
    """y[n, f h + i, f w + j] = x[n, h, w] for i, j < f        x: (N, H, W, C)  y: (N, f H, f W, C)."""
    N, H, W, C = x.shape
    y.reshape(N, H, factor, W, factor, C)[...] = x[:, :, None, :, None]


def upsample_backward(dy, factor, dx):
    """dx[n, h, w] = sum_ij dy[n, f h + i, f w + j]."""
    N, H, W, C = dx.shape
    np.add.reduce(dy.reshape(N, H, factor, W, factor, C), axis=(2, 4), out=dx)
