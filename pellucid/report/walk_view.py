"""A walk as a page shows it: each layer forward, each layer backward, with pictures, a few numbers, and the code."""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from pellucid.explanation.code import Code, code_of
from pellucid.explanation.examples import (
    Example,
    Grid,
    backward_example,
    forward_example,
    loss_example,
    update_example,
)
from pellucid.explanation.recorder import Visit
from pellucid.explanation.walk import Walk
from pellucid.nn.activations import ACTIVATIONS
from pellucid.report.heat import MOST_TILES, Tile, tiles

CORNER = 5  # rows and columns of real numbers
ROW = 10  # numbers of a row that are written out, five to a line


class Arrays(NamedTuple):
    """One array as pictures and as a corner of real numbers."""

    title: str
    shape: tuple[int, ...]
    least: float
    largest: float
    tiles: list[Tile]
    left_out: int  # channels that are not shown
    corner: Grid | None


class Step(NamedTuple):
    """One layer, in one direction."""

    anchor: str
    path: str
    name: str
    equation: str
    notes: tuple[str, ...]
    in_shape: tuple[int, ...]
    out_shape: tuple[int, ...]
    parameters: list[tuple[str, tuple[int, ...]]]
    result: Arrays
    gradients: list[Arrays]
    example: Example | None
    codes: list[Code]
    inside: list["Step"]

    @property
    def is_wide(self) -> bool:
        """Whether the example has too many grids to stand beside the pictures."""
        return self.example is not None and len(self.example.parts) > 3


def forward_steps(walk: Walk) -> list[Step]:
    """Each layer from the first to the last."""
    return [_forward(visit) for visit in walk.steps]


def backward_steps(walk: Walk) -> list[Step]:
    """Each layer from the last to the first."""
    return [_backward(visit) for visit in reversed(walk.steps)]


def loss_code(walk: Walk) -> list[Code]:
    return _codes(walk.loss_kernels, type(walk.loss).__call__)


def update_code(walk: Walk) -> list[Code]:
    return _codes(walk.weight.kernels, type(walk.weight.update.optimizer).step)


def loss_in_numbers(walk: Walk, classes: Sequence[str]) -> Example | None:
    return loss_example(walk, classes)


def update_in_numbers(walk: Walk) -> Example:
    return update_example(walk.weight)


def arrays(title: str, values: np.ndarray, corner: bool = True) -> Arrays:
    """An array as pictures and a corner of numbers around its largest one."""
    shown = tiles(values)
    left_out = max(0, values.shape[-1] - MOST_TILES) if values.ndim == 3 else 0
    grid = _corner(values) if corner else None
    return Arrays(title, values.shape, float(values.min()), float(values.max()), shown, left_out, grid)


def _forward(visit: Visit) -> Step:
    layer = visit.layer
    return Step(
        anchor=f"layer-{visit.path}",
        path=visit.path,
        name=visit.name,
        equation=layer.equation(),
        notes=_notes(layer),
        in_shape=visit.x.shape,
        out_shape=visit.y.shape,
        parameters=[(name, array.shape) for name, array in visit.parameters.items() if "." not in name],
        result=arrays("y", visit.y),
        gradients=[],
        example=forward_example(layer, visit),
        codes=_codes(visit.forward_kernels, type(layer).forward),
        inside=[_forward(each) for each in visit.inside],
    )


def _backward(visit: Visit) -> Step:
    layer = visit.layer
    gradients = [
        arrays(f"d{name}", _flat(gradient), corner=False)._replace(shape=gradient.shape)
        for name, gradient in visit.gradients.items()
        if "." not in name
    ]
    return Step(
        anchor=f"back-{visit.path}",
        path=visit.path,
        name=visit.name,
        equation=_derivatives(visit),
        notes=(),
        in_shape=visit.dy.shape,
        out_shape=visit.dx.shape,
        parameters=[],
        result=arrays("dx", visit.dx, corner=False),
        gradients=gradients,
        example=backward_example(layer, visit),
        codes=_codes(visit.backward_kernels, type(layer).backward),
        inside=[_backward(each) for each in reversed(visit.inside)],
    )


def _flat(gradient: np.ndarray) -> np.ndarray:
    """A gradient of a weight as a picture: filters side by side, matrices as they are."""
    if gradient.ndim == 4:  # (h, w, C, M): M filters of C small pictures
        return gradient.reshape(*gradient.shape[:2], -1)
    return gradient[..., np.newaxis] if gradient.ndim == 2 else gradient


def _derivatives(visit: Visit) -> str:
    """The first lines of what the backward kernel says of itself: its equations."""
    kernels = visit.backward_kernels
    text = (kernels[-1].__doc__ if kernels else "") or ""
    return text.strip().split("\n")[0].replace("`", "").rstrip(".")


def _notes(layer) -> tuple[str, ...]:
    """The activation in the layer, as an equation."""
    function = getattr(layer, "f", None)
    return (function.equation,) if function in ACTIVATIONS.values() and function.name != "linear" else ()


def _codes(kernels: Sequence[Callable], method: Callable) -> list[Code]:
    """The kernels that did the work, or the layer's own method where none did."""
    return [code for code in map(code_of, kernels or [method]) if code]


def _corner(values: np.ndarray) -> Grid:
    """A few numbers around the largest one, with their indices."""
    at = np.unravel_index(values.argmax(), values.shape)
    if values.ndim == 3:
        rows, columns = _around(at[0], values.shape[0], CORNER), _around(at[1], values.shape[1], CORNER)
        part = values[rows.start : rows.stop, columns.start : columns.stop, at[2]]
        title = f"channel {at[2]}" if values.shape[2] > 1 else ""
        return Grid(title, part, rows, columns, (at[0] - rows.start, at[1] - columns.start))
    flat = values.ravel()
    place, width = int(flat.argmax()), min(CORNER, len(flat))
    shown = _around(place, len(flat), len(flat) if len(flat) <= ROW else ROW)
    lines = math.ceil(len(shown) / width)
    padded = np.full(lines * width, np.nan)
    padded[: len(shown)] = flat[shown.start : shown.stop]
    rows = [f"{start}–{min(start + width, shown.stop) - 1}" for start in range(shown.start, shown.stop, width)]
    return Grid("", padded.reshape(lines, width), rows, (), divmod(place - shown.start, width))


def _around(place: int, length: int, count: int) -> range:
    """`count` places, or all there are, with `place` near their middle."""
    start = max(0, min(int(place) - count // 2, length - count))
    return range(start, min(start + count, length))
