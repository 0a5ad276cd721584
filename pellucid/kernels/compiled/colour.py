"""Colours and erased rectangles: twin of `reference/colour.py`, one picture after the other."""

import numpy as np
from numba import float32

from pellucid.kernels.compiled.elementary import choose
from pellucid.kernels.compiled.engine import exact
from pellucid.kernels.compiled.random import uniform


def colour(x, changes, low, high):
    pictures = x.reshape(len(x), -1, x.shape[3])
    if x.shape[3] == 3:
        _saturate(pictures, changes)
    _lighten(x.reshape(len(x), -1), changes, np.float32(low), np.float32(high), np.float32((low + high) / 2))


@exact
def _saturate(x, changes):
    for n in range(len(x)):
        more, picture = changes[n, 0] - float32(1), x[n]
        if more == 0:
            continue
        for i in range(len(picture)):
            red, green, blue = picture[i]
            grey = float32(0.299) * red + float32(0.587) * green + float32(0.114) * blue
            picture[i, 0] = red + more * (red - grey)
            picture[i, 1] = green + more * (green - grey)
            picture[i, 2] = blue + more * (blue - grey)


@exact
def _lighten(x, changes, low, high, middle):
    for n in range(len(x)):
        contrast, offset, picture = changes[n, 1], middle + changes[n, 2], x[n]
        for i in range(len(picture)):
            value = (picture[i] - middle) * contrast + offset
            picture[i] = choose(value < low, low, choose(value > high, high, value))


def erase(x, boxes, keys, low, high):
    _erase(x, boxes, keys, np.float32(low), np.float32(high - low))


@exact
def _erase(x, boxes, keys, low, width):
    _, _, columns, channels = x.shape
    for n in range(len(x)):
        top, left, bottom, right = boxes[n]
        for i in range(top, bottom):
            for j in range(left, right):
                for k in range(channels):
                    x[n, i, j, k] = low + width * uniform((i * columns + j) * channels + k, keys[n])
