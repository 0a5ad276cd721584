"""How a picture of any size becomes one of H x W pixels: stretched, padded to keep its shape, or cropped at the centre.

    stretch  the whole picture, each axis scaled by itself
    pad      the whole picture in proportion, in the middle of a mid-grey ground: half the value range, so that the
             border is neither ink nor paper
    crop     the largest part in the middle that has the proportions of the target

Scaling is Pillow's BILINEAR, a triangle as wide as the pixels it merges: it does not alias when shrinking, never leaves
the value range, and is the cheapest filter of which both are true. Pictures more than four times too large are first
averaged over whole blocks down to no less than twice the target (`reducing_gap=2`).
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from pellucid.errors import RecipeError

FITS = ("stretch", "pad", "crop")
_MID_GREY = 128


@dataclass(frozen=True)
class Placement:
    """Which box of the picture (left, top, right, bottom) is scaled to which (width, height)."""

    box: tuple[float, float, float, float]
    size: tuple[int, int]


def place(width: int, height: int, target: tuple[int, int], fit: str) -> Placement:
    """Which part of a picture of width x height fills which part of a target of (H, W)."""
    if fit not in FITS:
        raise RecipeError(f"unknown fit {fit!r}: expected one of {', '.join(FITS)}")
    rows, columns = target
    whole = (0.0, 0.0, float(width), float(height))
    if fit == "stretch":
        return Placement(whole, (columns, rows))
    if fit == "pad":
        scale = min(columns / width, rows / height)
        return Placement(whole, (max(1, round(width * scale)), max(1, round(height * scale))))
    scale = max(columns / width, rows / height)
    left, top = (width - columns / scale) / 2, (height - rows / scale) / 2
    left, top = max(0.0, left), max(0.0, top)  # the axis that is kept whole may miss 0 by a rounding error
    return Placement((left, top, width - left, height - top), (columns, rows))


def scaled(image: Image.Image, placement: Placement, shrunk: int = 1) -> Image.Image:
    """The placement's box, scaled to its size; `image` may be smaller already, by a factor `shrunk`."""
    left, top, right, bottom = (edge / shrunk for edge in placement.box)
    box = (left, top, min(right, image.width), min(bottom, image.height))
    return image.resize(placement.size, Image.Resampling.BILINEAR, box, reducing_gap=2.0)


def padded(image: Image.Image, target: tuple[int, int], ground: float = _MID_GREY) -> Image.Image:
    """The image in the middle of a ground of (H, W); the image itself where it already fills it."""
    rows, columns = target
    if image.size == (columns, rows):
        return image
    sheet = Image.new(image.mode, (columns, rows), ground if image.mode != "RGB" else (ground, ground, ground))
    sheet.paste(image, ((columns - image.width) // 2, (rows - image.height) // 2))
    return sheet


def fit_arrays(
    images: np.ndarray, target: tuple[int, int], fit: str = "stretch", value_range: tuple[float, float] = (0.0, 255.0)
) -> np.ndarray:
    """Pictures (N, H, W, C) fitted to the target (H, W).

    uint8 stays uint8 where the values fill 0..255; counts in a shorter range become float32, so that the values between
    them survive. float32 stays float32.
    """
    exact = images.dtype == np.uint8 and tuple(value_range) == (0.0, 255.0)
    kind, ground = (np.uint8, _MID_GREY) if exact else (np.float32, sum(value_range) / 2)
    out = np.empty((len(images), *target, images.shape[3]), kind)
    for picture, fitted in zip(images, out, strict=True):
        for channel in range(images.shape[3]):
            plane = Image.fromarray(np.ascontiguousarray(picture[..., channel], dtype=kind))
            small = scaled(plane, place(*plane.size, target, fit))
            fitted[..., channel] = padded(small, target, ground)
    return out
