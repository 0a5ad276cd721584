"""Normalisation: subtract a mean, divide by a deviation, stretch, shift."""

import math

import numpy as np

from pellucid.explanation.examples.example import Example, backward_example, factor, forward_example, largest, number, place
from pellucid.nn import BatchNorm, LayerNorm


def _stretched(visit, c: int, u: float, y: float) -> str:
    g, b = visit.parameters.get("g"), visit.parameters.get("b")
    text = f"{factor(g[c])} * {factor(u)}" if g is not None else number(u)
    text += f" + {factor(b[c])}" if b is not None else ""
    symbols = ("g u" if g is not None else "u") + (" + b" if b is not None else "")
    return f"y = {symbols} = {text} = {number(y)}"


def _normalised(x: float, m: float, v: float, epsilon: float) -> tuple[str, float]:
    u = (float(x) - float(m)) / math.sqrt(float(v) + epsilon)
    return f"u = (x - m) / √(v + epsilon) = ({number(x)} - {factor(m)}) / √({number(v)} + {number(epsilon)}) = {number(u)}", u


@forward_example.register
def _(layer: BatchNorm, visit):
    index = largest(visit.y)
    c = index[-1]
    m, v = visit.parameters["mean"][c], visit.parameters["variance"][c]
    line, u = _normalised(visit.x[index], m, v, layer.epsilon)
    return Example(
        f"Output {place(index)}, the largest. Channel {c} had the mean m = {number(m)} and the variance v = {number(v)} over the "
        "training pictures (running statistics).",
        (line, _stretched(visit, c, u, visit.y[index])),
    )


@backward_example.register
def _(layer: BatchNorm, visit):
    index = largest(abs(visit.dx))
    c = index[-1]
    g, v = visit.parameters.get("g"), visit.parameters["variance"][c]
    scale = "g dy" if g is not None else "dy"
    above = f"{factor(g[c])} * {factor(visit.dy[index])}" if g is not None else number(visit.dy[index])
    lines = [f"dx = {scale} / √(v + epsilon) = {above} / √({number(v)} + {number(layer.epsilon)}) = {number(visit.dx[index])}"]
    if "g" in visit.gradients:
        lines.append(f"dg[{c}] = sum dy u = {number(visit.gradients['g'][c])}")
    if "b" in visit.gradients:
        lines.append(f"db[{c}] = sum dy = {number(visit.gradients['b'][c])}")
    return Example(f"The gradient at {place(index)}: with fixed statistics the layer only stretches.", tuple(lines))


@forward_example.register
def _(layer: LayerNorm, visit):
    index = largest(visit.y)
    c, row = index[-1], visit.x[index[:-1]].astype(np.float64)
    line, u = _normalised(visit.x[index], row.mean(), row.var(), layer.epsilon)
    return Example(
        f"Output {place(index)}, the largest. The {row.size} numbers at its place have the mean m = {number(row.mean())} and the "
        f"variance v = {number(row.var())}.",
        (line, _stretched(visit, c, u, visit.y[index])),
    )


@backward_example.register
def _(layer: LayerNorm, visit):
    index = largest(abs(visit.dx))
    row = visit.x[index[:-1]].astype(np.float64)
    r = 1 / math.sqrt(row.var() + layer.epsilon)
    u = (row - row.mean()) * r
    du = visit.dy[index[:-1]] * visit.parameters["g"].astype(np.float64)
    c = index[-1]
    return Example(
        f"The gradient at {place(index)}: what would move all numbers together, or spread them, changes nothing and is taken out.",
        (
            f"du = dy g = {number(du[c])},  mean(du) = {number(du.mean())},  mean(du u) = {number((du * u).mean())}",
            f"dx = (du - mean(du) - u mean(du u)) / √(v + epsilon) = {number(visit.dx[index])}",
        ),
    )
