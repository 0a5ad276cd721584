"""Pictures mixed with others of their batch: twin of `reference/mix.py`."""

from numba import float32

from pellucid.kernels.compiled.engine import exact


@exact
def mix(x, partners, boxes, shares, out):
    _, rows, columns, channels = x.shape
    for n in range(len(x)):
        m, share = partners[n], shares[n]
        top, left, bottom, right = boxes[n]
        for i in range(rows):
            for j in range(columns):
                part = share if top <= i < bottom and left <= j < right else float32(0)
                for k in range(channels):
                    mine = x[n, i, j, k]
                    out[n, i, j, k] = mine if part == 0 else (float32(1) - part) * mine + part * x[m, i, j, k]
