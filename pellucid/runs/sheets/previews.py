"""The sheet of `pellucid preview`: each original beside what the epochs make of it, as one PNG."""

import io
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from pellucid.files import atomic_write
from pellucid.runs.sheets.canvas import INK, QUIET, Canvas, elided
from pellucid.words import percent

_SIDE = 128  # of a picture, about
_GAP = 10
_EDGE = 24
_NAMES = 150  # width of the column of class names
_TOP = 112
_LINE = 16  # height of each of the two lines below a picture that say which classes are mixed


@dataclass(frozen=True, eq=False)
class Changed:
    """A picture as one epoch shows it."""

    pixels: np.ndarray  # (H, W, 1 or 3) uint8
    shares: Sequence[tuple[str, float]] = ()  # of one or two classes, the larger first, where pictures are mixed


@dataclass(frozen=True, eq=False)
class PreviewRow:
    """A training picture and its versions in the first epochs."""

    path: str
    label: str
    original: np.ndarray  # (H, W, 1 or 3) uint8
    versions: Sequence[Changed]


@dataclass(frozen=True, eq=False)
class Preview:
    """Some pictures with their versions, what changed them, and what speaks against it."""

    name: str  # of the source
    settings: dict[str, Any]  # the keys of [augment] that are set
    rows: Sequence[PreviewRow] = field(repr=False)
    warnings: Sequence[str] = ()

    def write(self, path: str | Path) -> None:
        """Draw the sheet and write it as a PNG file. Errors: OutputError."""
        content = io.BytesIO()
        draw_preview(self).save(content, "PNG")
        atomic_write(path, content.getvalue())


def draw_preview(preview: Preview) -> Image.Image:
    """A row a picture: class and name, the original, a gap, its versions with the shares of mixed labels under them."""
    grid = _Grid.of(preview)
    canvas = Canvas.blank(grid.left(grid.columns) - _GAP + _EDGE, grid.top(len(preview.rows)) - _GAP + _EDGE)
    _draw_title(canvas, preview, grid)
    for number, row in enumerate(preview.rows):
        _draw_row(canvas, row, grid, grid.top(number))
    return canvas.image


@dataclass(frozen=True)
class _Grid:
    """Where the pictures are: column -1 the originals, 0, 1, ... their versions."""

    columns: int
    size: tuple[int, int]  # width and height of each picture as it is drawn
    caption: int

    @classmethod
    def of(cls, preview: Preview) -> "_Grid":
        height, width = preview.rows[0].original.shape[:2]
        scale = _SIDE / max(height, width)
        scale = int(scale) if scale >= 1 else scale  # small pictures by a whole number, so that their pixels are seen
        mixed = any(each.shares for row in preview.rows for each in row.versions)
        size = max(1, round(width * scale)), max(1, round(height * scale))
        return cls(len(preview.rows[0].versions), size, 2 * _LINE if mixed else 0)

    def left(self, column: int) -> int:
        return _EDGE + _NAMES + (column + 1) * (self.size[0] + _GAP) + (2 * _GAP if column >= 0 else 0)

    def top(self, row: int) -> int:
        return _TOP + row * (self.size[1] + self.caption + _GAP)


def _draw_title(canvas: Canvas, preview: Preview, grid: _Grid) -> None:
    room = canvas.image.width - 2 * _EDGE
    settings = "   ".join(f"{key} = {json.dumps(value)}" for key, value in preview.settings.items())
    canvas.draw.text((_EDGE, 42), elided(preview.name, canvas.title, room), INK, canvas.title, anchor="ls")
    canvas.draw.text((_EDGE, 66), elided(settings, canvas.small, room), QUIET, canvas.small, anchor="ls")
    canvas.draw.text((grid.left(-1), _TOP - 10), "original", INK, canvas.small, anchor="ls")
    for column in range(grid.columns):
        canvas.draw.text((grid.left(column), _TOP - 10), f"epoch {column + 1}", QUIET, canvas.small, anchor="ls")


def _draw_row(canvas: Canvas, row: PreviewRow, grid: _Grid, top: int) -> None:
    room, middle = _NAMES - 2 * _GAP, top + grid.size[1] // 2
    canvas.draw.text((_EDGE, middle), elided(row.label, canvas.answer, room), INK, canvas.answer, anchor="ls")
    name = elided(row.path.rpartition("/")[2], canvas.small, room)
    canvas.draw.text((_EDGE, middle + 20), name, QUIET, canvas.small, anchor="ls")
    canvas.image.paste(_enlarged(row.original, grid.size), (grid.left(-1), top))
    for column, version in enumerate(row.versions):
        left = grid.left(column)
        canvas.image.paste(_enlarged(version.pixels, grid.size), (left, top))
        for line, (label, share) in enumerate(version.shares):
            _draw_share(canvas, label, share, (left, top + grid.size[1] + (line + 1) * _LINE - 2), grid.size[0])


def _draw_share(canvas: Canvas, label: str, share: float, place: tuple[int, int], width: int) -> None:
    said = percent(share, 0)
    label = elided(label, canvas.small, width - canvas.small.getlength(said) - 6)
    canvas.draw.text(place, f"{label} {said}", QUIET, canvas.small, anchor="ls")


def _enlarged(pixels: np.ndarray, size: tuple[int, int]) -> Image.Image:
    picture = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    return picture.resize(size, Image.Resampling.NEAREST if size[0] >= picture.width else Image.Resampling.BOX)
