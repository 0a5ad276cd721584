"""Mirroring pictures and moving them by whole pixels: twin of `reference/crop.py`, one picture after the other."""

from pellucid.kernels.compiled.engine import compiled


@compiled
def crop(images, moves, out):
    count, height, width, channels = images.shape
    for n in range(count):
        p, q, upside_down, mirrored = moves[n]
        for i in range(height):
            row = _reflected(i + p, height)
            source = images[n, height - 1 - row if upside_down else row]
            for j in range(width):
                column = _reflected(j + q, width)
                if mirrored:
                    column = width - 1 - column
                for k in range(channels):
                    out[n, i, j, k] = source[column, k]


@compiled(inline=True)
def _reflected(k, size):
    k = abs(k)
    return k if k < size else 2 * (size - 1) - k
