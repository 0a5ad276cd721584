"""What is known of each picture besides what it shows: format, size, bytes, brightness, and when it was taken."""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from pellucid.images.picture_file import BrokenPicture, header_of, opened
from pellucid.parallel import on_all_cores

_EXIF, _TAKEN = 0x8769, 0x9003  # the part of EXIF about the picture, and in it the time at which it was taken
_SAMPLE = 10_000  # pictures whose colours are averaged


@dataclass(frozen=True, eq=False)
class Facts:
    """Columns (N,) of a table; empty where the pictures are no files.

    format text; width, height in pixels, upright; bytes of the file; taken: seconds, NaN where unknown.
    """

    format: np.ndarray
    width: np.ndarray
    height: np.ndarray
    bytes: np.ndarray
    taken: np.ndarray

    @property
    def of_files(self) -> bool:
        return len(self.format) > 0

    def at(self, rows: np.ndarray) -> "Facts":
        """Those of the pictures at `rows`, where there are any."""
        columns = (self.format, self.width, self.height, self.bytes, self.taken)
        return Facts(*(column[rows] for column in columns)) if self.of_files else self


def facts_of_files(files: Sequence[str]) -> Facts:
    """The facts of files that can be read; one that has vanished since has none."""
    rows = list(on_all_cores(_facts, files))
    formats, widths, heights, sizes, taken = zip(*rows) if rows else ((), (), (), (), ())
    return Facts(
        np.array(formats, dtype=np.str_),
        np.array(widths, np.int64),
        np.array(heights, np.int64),
        np.array(sizes, np.int64),
        np.array(taken, np.float64),
    )


def mean_colours(images: np.ndarray) -> np.ndarray:
    """(N, C) float32: the mean of each channel of pictures (N, H, W, C)."""
    means = np.empty((len(images), images.shape[3]), np.float32)
    for start in range(0, len(images), 1024):
        means[start : start + 1024] = images[start : start + 1024].mean(axis=(1, 2), dtype=np.float32)
    return means


def _facts(file: str) -> tuple[str, int, int, int, float]:
    with contextlib.suppress(BrokenPicture, OSError), opened(file) as image:
        header = header_of(image)
        return header.format, header.width, header.height, os.path.getsize(file), _taken(image)
    return "", 0, 0, 0, np.nan


def _taken(image) -> float:
    """Seconds since 1970 by the camera's clock, in no particular time zone; NaN where EXIF does not say."""
    if "exif" not in image.info:
        return np.nan
    try:
        text = image.getexif().get_ifd(_EXIF).get(_TAKEN)
        return (datetime.strptime(text.strip("\0 "), "%Y:%m:%d %H:%M:%S") - datetime(1970, 1, 1)).total_seconds()
    except Exception:  # broken EXIF raises anything
        return np.nan
