"""Numbers as colours: blue above zero, orange below, and nothing at all at zero, so that light and dark pages both fit.

The strength of a colour is its opacity. Blue and orange are told apart by every kind of colour vision (Okabe & Ito 2008),
and on any ground the strength alone tells how far a number is from zero.
"""

import math
from typing import NamedTuple

import numpy as np

from pellucid.report.pictures import BLUE, ORANGE, png_uri

FOLD = 32  # numbers of a long row that stand side by side
MOST_TILES = 12  # channels of a layer that are shown


class Tile(NamedTuple):
    """One small picture of a layer, and what is written under it."""

    uri: str
    caption: str
    height: int
    width: int


def heat_pixels(values: np.ndarray, scale: float | None = None) -> np.ndarray:
    """Numbers (h, w) as (h, w, 4) uint8, red green blue and opacity; `scale`, by default the largest, is fully opaque."""
    values = np.nan_to_num(np.asarray(values, dtype=np.float64))
    scale = scale or np.abs(values).max() or 1.0
    colour = np.where((values > 0)[..., None], BLUE, ORANGE)
    opacity = np.clip(np.abs(values) / scale, 0, 1)[..., None] * 255
    return np.concatenate([colour, opacity], axis=-1).round().astype(np.uint8)


def heat_uri(values: np.ndarray, scale: float | None = None) -> str:
    """The same as `data:image/png;base64,...`."""
    return png_uri(heat_pixels(values, scale))


def by_pixel(values: np.ndarray) -> np.ndarray:
    """A map (H, W, C) as (H, W): the sum over the channels."""
    return values.sum(axis=2) if values.ndim == 3 else values


def folded(row: np.ndarray) -> np.ndarray:
    """A long row (K,) as rows of at most 32 numbers; what is left of the last one is zero."""
    width = min(FOLD, len(row))
    sheet = np.zeros(math.ceil(len(row) / width) * width)
    sheet[: len(row)] = row
    return sheet.reshape(-1, width)


def tiles(values: np.ndarray) -> list[Tile]:
    """What a layer gives as pictures, all on one scale: the channels with the largest numbers, or one of a row."""
    scale = float(np.abs(values).max()) or 1.0
    if values.ndim != 3:
        sheet = folded(values.ravel())
        return [Tile(heat_uri(sheet, scale), "", *sheet.shape)]
    strongest = np.argsort(-np.abs(values).max(axis=(0, 1)), kind="stable")[:MOST_TILES]
    return [Tile(heat_uri(values[..., c], scale), str(c), *values.shape[:2]) for c in sorted(strongest.tolist())]
