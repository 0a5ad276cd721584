"""Moving, turning, stretching, slanting: one matrix a picture."""

import math

import numpy as np

from pellucid.images.augmentation.draws import Draws


def transforms(draws: Draws, size: tuple[int, int], shift: float, rotate: float, scale: float, shear: float) -> np.ndarray:
    """The (N, 6) float32 transforms of `kernels.warp`: [a b; c d] = 1/s [cos r, -sin r; sin r, cos r] [1 0; tan k, 1], and (p, q).

    Turned by the angle r, up to `rotate` degrees; stretched by s, up to 1 + `scale` times as large or as small; slanted as
    italics are, by the angle k up to `shear` degrees; moved by (p, q), up to the share `shift` of height and width, and by whole
    pixels where nothing else changes, which keeps the picture sharp. (Simard, Steinkraus and Platt 2003, section 2.)
    """
    angle = math.radians(rotate) * draws.around_zero("rotate", 1)[0]
    shrink = (1 + scale) ** -draws.around_zero("scale", 1)[0]
    slant = np.tan(math.radians(shear) * draws.around_zero("shear", 1)[0])
    cosine, sine = shrink * np.cos(angle), shrink * np.sin(angle)
    down, right = np.array(size)[:, None] * shift * draws.around_zero("shift", 2)
    if not (rotate or scale or shear):
        down, right = np.rint(down), np.rint(right)
    columns = [cosine - slant * sine, -sine, sine + slant * cosine, cosine, down, right]
    return np.stack(columns, axis=1).astype(np.float32)
