"""Moving, turning, stretching and bending pictures: twin of `reference/warp.py`, one picture after the other."""

import math

import numpy as np

from pellucid.kernels.compiled.engine import compiled

STRAIGHT = np.empty((0, 2, 0, 0), np.float32)  # for field = None, so that one compilation serves both


def warp(images, transforms, field, out):
    _warp(images, transforms, STRAIGHT if field is None else field, out)


@compiled
def _warp(images, transforms, field, out):
    count, height, width, channels = images.shape
    ci, cj = (height - 1) / 2, (width - 1) / 2
    for n in range(count):
        a, b, c, d, p, q = transforms[n]
        for i in range(height):
            for j in range(width):
                u = a * (i - ci) + b * (j - cj) + (ci + p)
                v = c * (i - ci) + d * (j - cj) + (cj + q)
                if len(field):
                    u += field[n, 0, i, j]
                    v += field[n, 1, i, j]
                u, v = min(max(u, 0.0), height - 1.0), min(max(v, 0.0), width - 1.0)
                top, left = int(math.floor(u)), int(math.floor(v))  # noqa: RUF046  in Numba, floor gives a float
                below, right = min(top + 1, height - 1), min(left + 1, width - 1)
                s, t = u - top, v - left
                for k in range(channels):
                    above = (1 - t) * images[n, top, left, k] + t * images[n, top, right, k]
                    under = (1 - t) * images[n, below, left, k] + t * images[n, below, right, k]
                    out[n, i, j, k] = (1 - s) * above + s * under
