"""What a worked example is: one output of a layer, or one gradient, in numbers that can be checked by hand."""

import math
from collections.abc import Sequence
from functools import singledispatch
from typing import NamedTuple

import numpy as np

TERMS = 6  # of a long sum that are written out; the others are added up in one line
WHOLE_SUM = 10  # terms of a sum that is written out whole


class Grid(NamedTuple):
    """Numbers in rows and columns, with the indices they have in their array."""

    title: str
    values: np.ndarray  # (rows, columns)
    rows: Sequence[int | str] = ()
    columns: Sequence[int | str] = ()
    marked: tuple[int, int] | None = None


class Table(NamedTuple):
    """Lines of a sum; the last one is its result."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]


class Example(NamedTuple):
    """about: a sentence. parts: grids, and the signs between them. table: a sum. lines: equations, as `typeset` reads them."""

    about: str
    lines: tuple[str, ...] = ()
    parts: tuple[Grid | str, ...] = ()
    table: Table | None = None


@singledispatch
def forward_example(layer, visit) -> Example | None:
    """One output of the layer, computed from its inputs; None for a layer that has no example of its own."""
    return None


@singledispatch
def backward_example(layer, visit) -> Example | None:
    """One gradient of the layer, computed from those behind it; None for a layer that has no example of its own."""
    return None


def number(value: float) -> str:
    """Four digits: 0.4127, 12.34, 5.1 * 10^-6."""
    value = float(value)
    if value == 0 or not math.isfinite(value):
        return "0" if value == 0 else str(value)
    if 1e-3 <= abs(value) < 1e4:
        return f"{value:.4g}"
    mantissa, exponent = f"{value:.2e}".split("e")
    return f"{mantissa} * 10^{int(exponent)}"


def factor(value: float) -> str:
    """A number inside a product or a sum: negative ones in brackets."""
    text = number(value)
    return f"({text})" if text.startswith("-") or "*" in text else text


def place(index: Sequence[int]) -> str:
    """(3, 5) as "[3, 5]"."""
    return f"[{', '.join(map(str, index))}]"


def largest(values: np.ndarray) -> tuple[int, ...]:
    """The index of the largest number, the first of equals."""
    return tuple(int(n) for n in np.unravel_index(values.argmax(), values.shape))


def sum_of_products(
    head: tuple[str, ...], labels: Sequence[str], a: np.ndarray, b: np.ndarray, *, bias: tuple[str, float] | None = None
) -> tuple[Table, float]:
    """sum_i a_i b_i (+ bias) as a table, its largest terms written out, and the sum in float64."""
    products = a.astype(np.float64) * b.astype(np.float64)
    shown = range(len(products)) if len(products) <= WHOLE_SUM else np.argsort(-np.abs(products), kind="stable")[:TERMS]
    rows = [(labels[i], number(a[i]), number(b[i]), number(products[i])) for i in shown]
    rest = len(products) - len(rows)
    if rest:
        rows.append((f"the other {rest}", "", "", number(products.sum() - products[list(shown)].sum())))
    total = float(products.sum())
    if bias:
        rows.append((bias[0], "", "", number(bias[1])))
        total += float(bias[1])
    return Table(head, [*rows, ("sum", "", "", number(total))]), total


def activated(layer, z: float, y: float, name: str = "y") -> tuple[str, ...]:
    """y = f(z) in numbers, for a layer with weights."""
    if layer.f.name == "linear":
        return ()
    written = f"max({number(z)}, 0)" if layer.f.name == "relu" else f"{layer.f.name}({number(z)})"
    return (f"{name} = {layer.f.name}(z) = {written} = {number(y)}",)


def bent_back(layer, dy: float, dz: float) -> tuple[str, ...]:
    """dz = dy f'(z) in numbers, for a layer with weights."""
    if layer.f.name == "linear":
        return ()
    slope = dz / dy if dy else 0.0
    return (f"dz = dy f'(z) = {factor(dy)} * {factor(slope)} = {number(dz)}",)
