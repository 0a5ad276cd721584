"""A CSV with a picture in each line: its label, then a number for each pixel, row by row, as Kaggle gives digits.

Columns called pixel0, pixel1, ..., or 1x1, 1x2, ..., or not called anything, are pixels, and as many as a square has make square
pictures. Columns with other names are the features of a row, unless a shape is given.
"""

import contextlib
import math
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pellucid.errors import DataError
from pellucid.images.labels import in_words, quoted
from pellucid.images.readers.keyed_arrays import Pair, Part, source_of_parts
from pellucid.images.readers.parts import parts_beside
from pellucid.images.readers.rows import columns_in_words, delimiter_of, first_cells, read_text
from pellucid.images.source import Source

_LABEL = ("label", "class", "target", "y")
_PIXEL = re.compile(r"(pixel|pix|px|p)?[ _.]?\d+([x_]\d+)*", re.IGNORECASE)
_STRAY = 1e-3  # the share of values that may be mistakes: more are how the pictures were stored


class _Layout(NamedTuple):
    """What the first line of a file tells."""

    delimiter: str
    columns: int
    label: int  # the column of the label
    name: str  # of that column, in words
    has_names: bool
    are_pixels: bool


def open_pixel_table(path: Path, shape: Sequence[int] | None = None) -> Source:
    """The lines of a CSV as pictures of `shape` = (H, W) or (H, W, C), found where they are square; or as feature rows.

    Of a file called after its part, as mnist_train.csv, those beside it belong to it. Raises DataError for lines that differ
    in length, values that are no numbers, and pixels that do not fit the shape.
    """
    text = read_text(path)
    layout = _layout(path, text)

    def is_alike(file: Path) -> bool:  # Kaggle puts a test.csv without labels beside train.csv
        with open(file, encoding="utf-8-sig", errors="replace") as stream:
            first = next(filter(str.strip, stream), "")
            return first.count(layout.delimiter) + 1 == layout.columns

    parts = []
    for part, file in parts_beside(path, is_alike):
        labels, values, numbers = _read(file, text if file == path else read_text(file), layout)
        if layout.are_pixels or shape:
            _check_range(file, values, numbers)
        name = part or "line"
        parts.append(Part(Pair(part, name, layout.name), _shaped(path, values, layout, shape), labels, None))
    return replace(source_of_parts(path, parts), label_rule=f"{layout.name} of {path.name}")


def _layout(path: Path, text: str) -> _Layout:
    delimiter, cells = delimiter_of(text), first_cells(text)
    if len(cells) < 2:
        raise DataError(f"{path} has a single column: expected a label and a number for each pixel, or path,label")
    if all(map(_is_number, cells[1:])):
        return _Layout(delimiter, len(cells), 0, "the first column", has_names=False, are_pixels=True)
    label = next((number for number, cell in enumerate(cells) if cell.lower() in _LABEL), None)
    if label is None:
        raise DataError(f"{path} has the columns {in_words(cells)}: expected label and one a pixel, or path and label")
    rest = cells[:label] + cells[label + 1 :]
    are_pixels = all(map(_PIXEL.fullmatch, rest))
    return _Layout(delimiter, len(cells), label, f"the column {quoted(cells[label])}", has_names=True, are_pixels=are_pixels)


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def _read(path: Path, text: str, layout: _Layout) -> tuple[np.ndarray, np.ndarray, Sequence[int]]:
    """Labels (N,) as text, values (N, K) float32, and the numbers of their lines."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), start=1) if line.strip()][layout.has_names :]
    whole = [line for _, line in lines]
    if not whole:
        raise DataError(f"{path} has no lines below its first: expected one for each picture")
    values = _numbers(whole, layout)
    if values is None:
        raise DataError(_what_is_wrong(path, lines, layout))
    labels = [line.split(layout.delimiter, layout.label + 1)[layout.label].strip().strip('"') for line in whole]
    if "" in labels:
        raise DataError(f"a line of {path} has no label in {layout.name}: fill it in, or remove the line")
    return np.array(labels), values, [number for number, _ in lines]


def _check_range(path: Path, values: np.ndarray, numbers: Sequence[int]) -> None:
    """Raise DataError where nearly all values are bytes and very few are not: the range of all pictures would follow from those."""
    if values.min() >= 0 and values.max() <= 255:
        return
    outside = (values < 0) | (values > 255)
    bytes_ = values[~outside]
    if outside.sum() > max(1, _STRAY * values.size) or bytes_.max() <= 16 or not np.array_equal(bytes_, np.rint(bytes_)):
        return
    row, column = np.argwhere(outside)[0]
    more = f", and so have {outside.sum() - 1} more values" if outside.sum() > 1 else ""
    raise DataError(
        f"line {numbers[row]} of {path} has {values[row, column]:g} where all others lie in 0 to 255{more}: mend that line; "
        "if it is right, save the pictures in an .npz file"
    )


def _numbers(lines: Sequence[str], layout: _Layout) -> np.ndarray | None:
    """The values of all columns but the label's; None where a line has others, or something that is no number."""
    if any(line.count(layout.delimiter) != layout.columns - 1 for line in lines):
        return None
    columns = [number for number in range(layout.columns) if number != layout.label]
    for dtype in (np.int32, np.float32):  # whole numbers are read six times as fast
        with contextlib.suppress(ValueError):
            values = np.loadtxt(lines, dtype, comments=None, delimiter=layout.delimiter, usecols=columns, ndmin=2, quotechar='"')
            return values.astype(np.float32)
    return None


def _what_is_wrong(path: Path, lines: Sequence[tuple[int, str]], layout: _Layout) -> str:
    for number, line in lines:
        cells = line.split(layout.delimiter)
        if len(cells) != layout.columns:
            has = columns_in_words(len(cells))
            return f"line {number} of {path} has {has}, expected {layout.columns}: the file is cut off or damaged there"
        for column, cell in enumerate(cells):
            if column != layout.label and not _is_number(cell.strip().strip('"')):
                return f"line {number} of {path} has {quoted(cell[:40])} in column {column + 1}: expected a number"
    return f"{path} cannot be read as a table of numbers: expected a label and a number for each pixel in each line"


def _shaped(path: Path, values: np.ndarray, layout: _Layout, shape: Sequence[int] | None) -> np.ndarray:
    """Pictures (N, H, W, C), uint8 where they can be; or the rows as they are."""
    count = values.shape[1]
    side = math.isqrt(count)
    if shape and math.prod(shape) != count:
        raise DataError(f"{path} has {count} pixels a picture: a shape of {' x '.join(map(str, shape))} has {math.prod(shape)}")
    if not shape and not layout.are_pixels:
        return values
    if not shape and side * side != count:
        raise DataError(f"{path} has {count} pixels a picture, which is no square: give their shape, as --shape 28,28")
    height, width, channels = (*(shape or (side, side)), 1)[:3]
    pictures = values.reshape(-1, height, width, channels)
    most = float(pictures.max())
    if 16 < most <= 255 and pictures.min() >= 0 and np.array_equal(pictures, np.rint(pictures)):
        return pictures.astype(np.uint8)
    return pictures  # counts of 0 to 16, fractions and others: `as_images` finds their range
