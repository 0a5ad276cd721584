"""Pictures mixed with others of their batch."""

import numpy as np


def mix(x, partners, boxes, shares, out):
    """out_n = x_n, and inside the box of n: (1 - s_n) x_n + s_n x_m,  m = partners[n].

    x, out: (N, H, W, C) float32   partners: (N,) int64   boxes: (N, 4) int64, (top, left, bottom, right), the last two exclusive
    shares: (N,) float32. A box over the whole picture is mixup, a share of 1 is cutmix.
    """
    np.copyto(out, x)
    for n, (top, left, bottom, right) in enumerate(boxes):
        box = slice(top, bottom), slice(left, right)
        out[n][box] = (1 - shares[n]) * x[n][box] + shares[n] * x[partners[n]][box]
