"""Pooling: one window gives one number."""

import numpy as np

from pellucid.explanation.examples.example import Example, Grid, backward_example, forward_example, largest, number, place
from pellucid.nn import AvgPool2D, GlobalAvgPool, MaxPool2D, Upsample


def _window(layer, x: np.ndarray, p: int, q: int, c: int, marked=None) -> Grid:
    rows = range(layer.stride * p, layer.stride * p + layer.size[0])
    columns = range(layer.stride * q, layer.stride * q + layer.size[1])
    return Grid(f"x, channel {c}", x[rows.start : rows.stop, columns.start : columns.stop, c], rows, columns, marked)


@forward_example.register
def _(layer: MaxPool2D, visit):
    p, q, c = largest(visit.y)
    window = _window(layer, visit.x, p, q, c)
    window = window._replace(marked=largest(window.values))
    return Example(
        f"Output pixel {place((p, q))} of channel {c}: the largest number of its window, which moves on by {layer.stride}.",
        (f"y = max of the window = {number(visit.y[p, q, c])}",),
        (window,),
    )


@forward_example.register
def _(layer: AvgPool2D, visit):
    p, q, c = largest(visit.y)
    window = _window(layer, visit.x, p, q, c)
    total = float(window.values.sum(dtype=np.float64))
    return Example(
        f"Output pixel {place((p, q))} of channel {c}: the mean of its window, which moves on by {layer.stride}.",
        (f"y = {number(total)} / {window.values.size} = {number(visit.y[p, q, c])}",),
        (window,),
    )


@forward_example.register
def _(layer: GlobalAvgPool, visit):
    (c,) = largest(visit.y)
    total, pixels = float(visit.x[..., c].sum(dtype=np.float64)), visit.x[..., c].size
    return Example(
        f"Channel {c}, the largest output: the mean of its {pixels} pixels.",
        (f"y = {number(total)} / {pixels} = {number(visit.y[c])}",),
    )


@backward_example.register
def _(layer: MaxPool2D, visit):
    p, q, c = largest(abs(visit.dy))
    window = _window(layer, visit.x, p, q, c)
    winner = largest(window.values)
    back = _window(layer, visit.dx, p, q, c, winner)._replace(title="dx")
    return Example(
        f"The gradient {number(visit.dy[p, q, c])} of output {place((p, q, c))} goes to the pixel that was largest; the others "
        "had no say.",
        (),
        (window._replace(marked=winner), "→", back),
    )


@backward_example.register
def _(layer: AvgPool2D, visit):
    p, q, c = largest(abs(visit.dy))
    size = layer.size[0] * layer.size[1]
    share = visit.dy[p, q, c] / size
    return Example(
        f"Every pixel of a window gets an equal share of its gradient, here of output {place((p, q, c))}.",
        (f"dy / {size} = {number(visit.dy[p, q, c])} / {size} = {number(share)}",),
    )


@backward_example.register
def _(layer: GlobalAvgPool, visit):
    (c,) = largest(abs(visit.dy))
    pixels = visit.x[..., c].size
    return Example(
        f"Every pixel of a channel gets an equal share of its gradient, here of channel {c}.",
        (f"dx = dy / {pixels} = {number(visit.dy[c])} / {pixels} = {number(visit.dx[0, 0, c])}",),
    )


@forward_example.register
def _(layer: Upsample, visit):
    p, q, c = largest(visit.x)
    f = layer.factor
    rows, columns = range(f * p, f * p + f), range(f * q, f * q + f)
    grid = Grid("y", visit.y[rows.start : rows.stop, columns.start : columns.stop, c], rows, columns)
    about = f"Pixel {place((p, q))} of channel {c} is repeated {f} × {f} times."
    return Example(about, (f"x = {number(visit.x[p, q, c])}",), (grid,))


@backward_example.register
def _(layer: Upsample, visit):
    p, q, c = largest(abs(visit.dx))
    f = layer.factor
    rows, columns = range(f * p, f * p + f), range(f * q, f * q + f)
    grid = Grid("dy", visit.dy[rows.start : rows.stop, columns.start : columns.stop, c], rows, columns)
    return Example(
        f"The gradients of all copies of pixel {place((p, q, c))} add up.", (f"dx = sum = {number(visit.dx[p, q, c])}",), (grid,)
    )
