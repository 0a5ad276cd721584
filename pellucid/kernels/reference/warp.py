"""Moving, turning, stretching and bending pictures: every output pixel looks up where it comes from."""

import numpy as np


def warp(images, transforms, field, out):
    """out[n, i, j] = images[n] at (u, v),   [u] = [a b] [i - ci] + [ci + p] + field[n, :, i, j]
                                             [v]   [c d] [j - cj]   [cj + q].

    images: (N, H, W, C) uint8 or float32   transforms: (N, 6) float32, (a, b, c, d, p, q) of each picture   field: (N, 2, H, W)
    float32, how far each pixel is moved besides, or None   out: like images, float32. (ci, cj) is the centre of the picture.
    Between pixels it is interpolated from the nearest four; beyond its edge it goes on with the edge's colour. A transform of
    whole pixels copies exactly.
    """
    n, height, width, _ = images.shape
    ci, cj = (height - 1) / 2, (width - 1) / 2
    i, j = np.meshgrid(np.arange(height) - ci, np.arange(width) - cj, indexing="ij")
    a, b, c, d, p, q = (column[:, None, None] for column in transforms.T.astype(np.float64))
    u, v = a * i + b * j + (ci + p), c * i + d * j + (cj + q)  # (N, H, W)
    if field is not None:
        u, v = u + field[:, 0], v + field[:, 1]
    u, v = np.clip(u, 0, height - 1), np.clip(v, 0, width - 1)
    top, left = np.floor(u).astype(np.intp), np.floor(v).astype(np.intp)
    below, right = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
    s, t = (u - top)[..., None], (v - left)[..., None]
    picture = np.arange(n)[:, None, None]
    above = (1 - t) * images[picture, top, left] + t * images[picture, top, right]
    under = (1 - t) * images[picture, below, left] + t * images[picture, below, right]
    out[...] = (1 - s) * above + s * under
