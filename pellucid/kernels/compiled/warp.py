"""Moving, turning, stretching and mirroring pictures: twin of `reference/warp.py`, one picture after the other."""

import math

from pellucid.kernels.compiled.engine import compiled


@compiled
def warp(images, transforms, out):
    count, height, width, channels = images.shape
    ci, cj = (height - 1) / 2, (width - 1) / 2
    for n in range(count):
        a, b, c, d, p, q = transforms[n]
        for i in range(height):
            for j in range(width):
                u = min(max(a * (i - ci) + b * (j - cj) + (ci + p), 0.0), height - 1.0)
                v = min(max(c * (i - ci) + d * (j - cj) + (cj + q), 0.0), width - 1.0)
                top, left = int(math.floor(u)), int(math.floor(v))  # noqa: RUF046  in Numba, floor gives a float
                below, right = min(top + 1, height - 1), min(left + 1, width - 1)
                s, t = u - top, v - left
                for k in range(channels):
                    above = (1 - t) * images[n, top, left, k] + t * images[n, top, right, k]
                    under = (1 - t) * images[n, below, left, k] + t * images[n, below, right, k]
                    out[n, i, j, k] = (1 - s) * above + s * under
