"""Convolutions: one window of the picture times one filter gives one output."""

import numpy as np

from pellucid.explanation.examples.example import (
    TERMS,
    WHOLE_SUM,
    Example,
    Grid,
    Table,
    activated,
    backward_example,
    bent_back,
    forward_example,
    largest,
    number,
    place,
    sum_of_products,
)
from pellucid.nn import Conv2D, DepthwiseConv2D, TransposedConv2D


@forward_example.register
def _(layer: Conv2D, visit):
    p, q, m = largest(visit.y)
    W, b = visit.parameters["W"], visit.parameters.get("b")
    window, rows, columns = window_at(layer, visit.x, p, q)
    products = window.astype(np.float64) * W[..., m]
    by_channel = products.sum(axis=(0, 1))
    c = int(np.abs(by_channel).argmax())
    z = products.sum() + (b[m] if b is not None else 0)
    channels = len(by_channel)
    of = f", channel {c}" if channels > 1 else ""
    about = (
        f"Output pixel {place((p, q))} of filter {m}, the largest: the window of the input around it, times the filter "
        f"number by number, added up{f' over {channels} channels' if channels > 1 else ''}."
    )
    if channels > 1:
        about += f" Channel {c} adds most; it is shown."
    return Example(
        about,
        (f"z = {_added(by_channel, c, b, m)} = {number(z)}", *activated(layer, z, visit.y[p, q, m])),
        (
            Grid(f"x{of}", window[..., c], rows, columns),
            "×",
            Grid(f"W, filter {m}{of}", W[..., c, m]),
            "=",
            Grid(f"products, sum {number(by_channel[c])}", products[..., c]),
        ),
    )


@forward_example.register
def _(layer: DepthwiseConv2D, visit):
    p, q, c = largest(visit.y)
    W, b = visit.parameters["W"], visit.parameters.get("b")
    window, rows, columns = window_at(layer, visit.x, p, q)
    products = window[..., c].astype(np.float64) * W[..., c]
    z = products.sum() + (b[c] if b is not None else 0)
    plus = f" + b[{c}] = {number(products.sum())} + ({number(b[c])})" if b is not None else ""
    return Example(
        f"Output pixel {place((p, q))} of channel {c}, the largest: the window of the same channel times its own filter.",
        (f"z = sum of the products{plus} = {number(z)}", *activated(layer, z, visit.y[p, q, c])),
        (
            Grid(f"x, channel {c}", window[..., c], rows, columns),
            "×",
            Grid(f"W, channel {c}", W[..., c]),
            "=",
            Grid(f"products, sum {number(products.sum())}", products),
        ),
    )


@forward_example.register
def _(layer: TransposedConv2D, visit):
    P, Q, m = largest(visit.y)
    W, b = visit.parameters["W"], visit.parameters.get("b")
    rows, z = [], 0.0
    for p, i in _reaching(P, layer.stride, layer.before[0], layer.size[0], visit.x.shape[0]):
        for q, j in _reaching(Q, layer.stride, layer.before[1], layer.size[1], visit.x.shape[1]):
            part = float(visit.x[p, q].astype(np.float64) @ W[i, j, m])
            rows.append((f"x{place((p, q))}", f"W{place((i, j, m))}", number(part)))
            z += part
    if b is not None:
        rows.append((f"b[{m}]", "", number(b[m])))
        z += float(b[m])
    return Example(
        f"Output pixel {place((P, Q))} of filter {m}, the largest: every input pixel whose window reaches it adds its "
        f"{visit.x.shape[2]} channels times the filter's numbers at that place.",
        (f"z = {number(z)}", *activated(layer, z, visit.y[P, Q, m])),
        table=Table(("input pixel", "place in the filter", "product"), [*rows, ("sum", "", number(z))]),
    )


@backward_example.register
def _(layer: Conv2D, visit):
    dW = visit.gradients["W"]
    i, j, c, m = index = largest(abs(dW))
    seen = _under(layer, visit.x, i, j, visit.dz.shape[:2])[..., c]
    return _weight_gradient(layer, visit, index, seen, visit.dz[..., m], m, float(dW[index]))


@backward_example.register
def _(layer: DepthwiseConv2D, visit):
    dW = visit.gradients["W"]
    i, j, c = index = largest(abs(dW))
    seen = _under(layer, visit.x, i, j, visit.dz.shape[:2])[..., c]
    return _weight_gradient(layer, visit, index, seen, visit.dz[..., c], c, float(dW[index]))


@backward_example.register
def _(layer: TransposedConv2D, visit):
    dW = visit.gradients["W"]
    i, j, m, c = index = largest(abs(dW))
    seen = _under(layer, visit.dz, i, j, visit.x.shape[:2])[..., m]
    labels = [f"input pixel {place(pixel)}" for pixel in np.ndindex(*visit.x.shape[:2])]
    head = ("", f"x[p, q, {c}]", "dz it reached", "product")
    table, _ = sum_of_products(head, labels, visit.x[..., c].ravel(), seen.ravel())
    return Example(
        f"The number {place(index)} of the filters has the largest gradient: each input pixel times the gradient at the "
        "output pixel that this number carried it to.",
        (f"dW{place(index)} = {number(dW[index])}",),
        table=table,
    )


def window_at(layer, x: np.ndarray, p: int, q: int) -> tuple[np.ndarray, list, list]:
    """The window (h, w, C) that output pixel (p, q) looks at, 0 outside the picture, and its rows and columns."""
    rows = [layer.stride * p - layer.before[0] + i for i in range(layer.size[0])]
    columns = [layer.stride * q - layer.before[1] + j for j in range(layer.size[1])]
    window = np.zeros((*layer.size, x.shape[2]), x.dtype)
    for i, row in enumerate(rows):
        for j, column in enumerate(columns):
            if 0 <= row < x.shape[0] and 0 <= column < x.shape[1]:
                window[i, j] = x[row, column]
    return window, _inside(rows, x.shape[0]), _inside(columns, x.shape[1])


def _inside(places: list[int], length: int) -> list[int | str]:
    """Indices, and "·" for what lies outside the picture."""
    return [each if 0 <= each < length else "·" for each in places]


def _under(layer, x: np.ndarray, i: int, j: int, shape: tuple[int, int]) -> np.ndarray:
    """The pixel of x at place (i, j) of every window: (*shape, C), 0 outside the picture."""
    found = np.zeros((*shape, x.shape[2]), x.dtype)
    for p, q in np.ndindex(*shape):
        row, column = layer.stride * p + i - layer.before[0], layer.stride * q + j - layer.before[1]
        if 0 <= row < x.shape[0] and 0 <= column < x.shape[1]:
            found[p, q] = x[row, column]
    return found


def _weight_gradient(layer, visit, index, seen: np.ndarray, dz: np.ndarray, m: int, found: float) -> Example:
    pixels = list(np.ndindex(*dz.shape))
    head = ("output pixel", "x under it", f"dz of filter {m}", "product")
    table, _ = sum_of_products(head, [place(pixel) for pixel in pixels], seen.ravel(), dz.ravel())
    strongest = largest(abs(dz))
    return Example(
        f"The weight {place(index)} has the largest gradient. It was used once for each of the {dz.size} output pixels, "
        "so their gradients, times what it was multiplied by, add up.",
        (
            *bent_back(layer, visit.dy[(*strongest, m)], dz[strongest]),
            f"dW{place(index)} = sum_pq x dz[p, q, {m}] = {number(found)}",
        ),
        table=table,
    )


def _reaching(P: int, stride: int, before: int, size: int, length: int) -> list[tuple[int, int]]:
    """(p, i): the input pixels along an axis whose windows reach output P, and the place of P in each window."""
    return [(p, P - stride * p + before) for p in range(length) if 0 <= P - stride * p + before < size]


def _added(by_channel: np.ndarray, c: int, b, m: int) -> str:
    """The sum over channels in numbers: few are written out, of many the shown one and all the others."""
    if len(by_channel) <= min(TERMS, WHOLE_SUM):
        text = " + ".join(_bracketed(part) for part in by_channel)
    else:
        text = f"{_bracketed(by_channel[c])} + {_bracketed(by_channel.sum() - by_channel[c])} of the other channels"
    return text if b is None else f"{text} + {_bracketed(b[m])} (b[{m}])"


def _bracketed(value: float) -> str:
    text = number(value)
    return f"({text})" if text.startswith("-") else text
