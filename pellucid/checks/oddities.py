"""Pictures that stand out before anyone looks at what they show: blank, tiny, or of an odd shape."""

from typing import NamedTuple

import numpy as np

from pellucid.checks.facts import Facts
from pellucid.checks.fingerprint import SIDE, blank
from pellucid.images.shrinking import small_grey

_TINY = 8  # pixels of the shorter side below which a picture shows hardly anything
_SMALL = 1 / 4  # of the usual shorter side, below which a picture stands out
_LONG = 3.0  # longer against shorter side from which a shape is odd, if others are not


class Oddity(NamedTuple):
    """A picture (row of the data set) and what is odd, in words: "blank", "tiny: 4 x 6 pixels"."""

    row: int
    kind: str  # "blank", "tiny" or "odd shape"
    detail: str = ""


def find_oddities(images: np.ndarray, facts: Facts, value_range: tuple[float, float] = (0.0, 255.0)) -> list[Oddity]:
    """Blank pictures among (N, H, W, C); of files, also those far smaller or longer than the others are."""
    empty = blank(small_grey(images, SIDE), value_range)
    found = [Oddity(int(row), "blank", "one colour") for row in np.flatnonzero(empty)]
    if facts.of_files:
        shorter, longer = np.minimum(facts.width, facts.height), np.maximum(facts.width, facts.height)
        tiny = (shorter > 0) & (shorter < max(_TINY, _SMALL * np.median(shorter)))
        shape = longer / np.maximum(shorter, 1)
        odd = (shape >= _LONG) & (shape >= 1.5 * np.median(shape)) & ~tiny
        for kind, rows in (("tiny", tiny), ("odd shape", odd)):
            found += [Oddity(int(row), kind, _size(facts, row)) for row in np.flatnonzero(rows)]
    return found


def _size(facts: Facts, row: int) -> str:
    return f"{facts.width[row]} x {facts.height[row]} pixels"
