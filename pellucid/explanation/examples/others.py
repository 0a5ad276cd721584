"""Activations, branches, and layers that only move numbers."""

import numpy as np

from pellucid.explanation.examples.example import (
    Example,
    Grid,
    backward_example,
    factor,
    forward_example,
    largest,
    number,
    place,
)
from pellucid.nn import Activation, Dropout, Dropout2D, Flatten, Reshape, Residual, Scale

_SHOWN = 6  # numbers in a row


def _in_a_row(name: str, values: np.ndarray, start: int) -> Grid:
    return Grid(name, values[np.newaxis, start : start + _SHOWN], (), range(start, min(start + _SHOWN, len(values))))


@forward_example.register
def _(layer: Activation, visit):
    high, low = largest(visit.x), largest(-visit.x)
    return Example(
        "Element by element, here the largest and the smallest input.",
        tuple(f"{layer.name}({number(visit.x[at])}) = {number(visit.y[at])}" for at in (high, low)),
    )


@backward_example.register
def _(layer: Activation, visit):
    at = largest(abs(visit.dy))
    slope = visit.dx[at] / visit.dy[at] if visit.dy[at] else 0.0
    return Example(
        f"At {place(at)}, where the gradient behind it is largest: times the slope of the function there.",
        (f"dx = dy f'(x) = {factor(visit.dy[at])} * {factor(slope)} = {number(visit.dx[at])}",),
    )


@forward_example.register
def _(layer: Flatten, visit):
    at = largest(visit.x)
    flat = int(np.ravel_multi_index(at, visit.x.shape))
    counted = f" = y[({at[0]} * {visit.x.shape[1]} + {at[1]}) * {visit.x.shape[2]} + {at[2]}]" if len(at) == 3 else ""
    return Example(
        "The same numbers in one row: pixel after pixel, row after row; within a pixel, channel after channel.",
        (f"x{place(at)}{counted} = y[{flat}] = {number(visit.y[flat])}",),
    )


@forward_example.register
def _(layer: Reshape, visit):
    at = largest(visit.y)
    flat = int(np.ravel_multi_index(at, visit.y.shape))
    return Example("The same numbers in another shape.", (f"x[{flat}] = y{place(at)} = {number(visit.y[at])}",))


def _same_numbers(layer, visit):
    return Example("The same gradients in the shape of x.")


backward_example.register(Flatten, _same_numbers)
backward_example.register(Reshape, _same_numbers)


@forward_example.register
def _(layer: Scale, visit):
    at = largest(abs(visit.x))
    line = f"y{place(at)} = {number(layer.factor)} * {factor(visit.x[at])} = {number(visit.y[at])}"
    return Example("Every number times the same constant.", (line,))


@backward_example.register
def _(layer: Scale, visit):
    at = largest(abs(visit.dy))
    line = f"dx{place(at)} = {number(layer.factor)} * {factor(visit.dy[at])} = {number(visit.dx[at])}"
    return Example("Every gradient times the same constant.", (line,))


def _passes(layer, visit):
    what = "a number" if isinstance(layer, Dropout) else "a channel"
    return Example(
        f"Outside training everything passes. While training, {what} becomes 0 with probability {layer.rate:g}, and what is left "
        f"is multiplied by 1 / (1 − {layer.rate:g}) = {number(1 / (1 - layer.rate))}."
    )


def _passes_back(layer, visit):
    return Example("Outside training the gradient passes unchanged.")


for _kind in (Dropout, Dropout2D):
    forward_example.register(_kind, _passes)
    backward_example.register(_kind, _passes_back)


@forward_example.register
def _(layer: Residual, visit):
    at = largest(visit.y)
    straight, bent = branches(visit)
    first = "x P" if layer.projection else "x"
    return Example(
        f"Both branches meet at {place(at)}, the largest output: what came along the straight one, and what the layers inside add.",
        (f"y = {first} + f(x) = {factor(straight[at])} + {factor(bent[at])} = {number(visit.y[at])}",),
    )


@backward_example.register
def _(layer: Residual, visit):
    at = largest(abs(visit.dx))
    inner = visit.inside[0].dx
    along = visit.inside[-1].dx if layer.projection else visit.dy
    return Example(
        f"The gradient goes back along both branches and is added, here at {place(at)}.",
        (f"dx = {factor(along[at])} + {factor(inner[at])} = {number(visit.dx[at])}",),
    )


def branches(visit) -> tuple[np.ndarray, np.ndarray]:
    """What a residual layer adds: along the straight branch, and from the layers inside."""
    chain = len(visit.layer.layers)
    straight = visit.inside[chain].y if len(visit.inside) > chain else visit.x
    return straight, visit.inside[chain - 1].y
