"""Convolution: twin of `reference/convolution.py`. Winograd where it is the faster route, else the direct one."""

import functools
import math

import numpy as np

from pellucid.kernels.compiled import direct, winograd

SMALL = 64  # places of a picture: up to there one route serves all, for compiling the other takes 9 s
PARALLEL_FROM = 1 << 22  # multiply-adds: below, waking the threads takes longer than they save


def convolution_forward(x, W, b, stride, padding, relu, y):
    x, parallel = np.ascontiguousarray(x), _work(W, y) >= PARALLEL_FROM
    if _suits_winograd(x.shape, W.shape, stride, padding, y.shape):
        winograd.forward(x, W, b, padding, relu, y, parallel)
    else:
        direct.forward(x, W, b, stride, padding, relu, y, parallel)


def convolution_backward(x, W, y, dy, stride, padding, relu, dW, db, dx):
    x_shape, parallel = (dx if x is None else x).shape, 2 * _work(W, y) >= PARALLEL_FROM
    x = None if x is None else np.ascontiguousarray(x)
    y, dy = np.ascontiguousarray(y), np.ascontiguousarray(dy)
    if _suits_winograd(x_shape, W.shape, stride, padding, y.shape):
        winograd.backward(x, W, y, dy, padding, relu, dW, db, dx, parallel)
    else:
        direct.backward(x, W, y, dy, stride, padding, relu, dW, db, dx, parallel)


@functools.lru_cache(1024)
def _suits_winograd(x_shape, W_shape, stride, padding, y_shape) -> bool:
    """Is Winograd possible, and faster, or the pictures so small that one route for all is better?

    A tile takes 36 products a pair of channels, the transforms as long as 9 x 36 a channel.
    """
    if not winograd.fits(x_shape, W_shape, stride, padding, y_shape):
        return False
    (_, P, Q, O), C = y_shape, x_shape[3]
    if P * Q <= SMALL:
        return True
    tiles = -(-P // 4) * -(-Q // 4)
    return 36 * tiles * (1 + 9 / C + 9 / O) < 9 * P * Q


def _work(W, y) -> int:
    """Multiply-adds."""
    return math.prod(y.shape[:3]) * W.size
