"""Dense: one row of inputs times one column of weights."""

from pellucid.explanation.examples.example import (
    Example,
    activated,
    backward_example,
    bent_back,
    factor,
    forward_example,
    largest,
    number,
    sum_of_products,
)
from pellucid.nn import Dense


@forward_example.register
def _(layer: Dense, visit):
    (m,) = largest(visit.y)
    W, b = visit.parameters["W"], visit.parameters.get("b")
    labels = [f"k = {k}" for k in range(len(W))]
    bias = (f"b[{m}]", b[m]) if b is not None else None
    table, z = sum_of_products(("", "x[k]", f"W[k, {m}]", "product"), labels, visit.x, W[:, m], bias=bias)
    plus = f" + b[{m}]" if b is not None else ""
    return Example(
        f"Unit {m} of {layer.units}, the largest output: every input times its weight to this unit, added up.",
        (f"z = sum_k x[k] W[k, {m}]{plus} = {number(z)}", *activated(layer, z, visit.y[m])),
        table=table,
    )


@backward_example.register
def _(layer: Dense, visit):
    dW = visit.gradients["W"]
    k, m = largest(abs(dW))
    x, dz = visit.x[k], visit.dz[m]
    W = visit.parameters["W"]
    table, _ = sum_of_products(
        ("", "dz[m]", f"W[{k}, m]", "product"), [f"m = {each}" for each in range(layer.units)], visit.dz, W[k]
    )
    return Example(
        f"The weight from input {k} to unit {m} has the largest gradient: its input times the gradient behind it.",
        (
            *bent_back(layer, visit.dy[m], dz),
            f"dW[{k}, {m}] = x[{k}] dz[{m}] = {factor(x)} * {factor(dz)} = {number(dW[k, m])}",
            f"dx[{k}] = sum_m dz[m] W[{k}, m] = {number(visit.dx[k])}",
        ),
        table=table,
    )
