"""Depthwise convolution: twin of `reference/depthwise.py`, LANES channels at a time.

Of the window of an output only the part inside the picture is visited, so there is nothing to pad.
"""

from typing import NamedTuple

import numpy as np

from pellucid.kernels.compiled.engine import called
from pellucid.kernels.compiled.simd import LANES, Variable, simd
from pellucid.kernels.compiled.spans import clear
from pellucid.kernels.compiled.tasks import as_array, flat, floats, reader, table, task
from pellucid.kernels.compiled.threads import workspace

PIECES = 8
PARALLEL_FROM = 1 << 20  # multiply-adds


class _Plan(NamedTuple):
    """How the work is cut."""

    stride: int
    top: int
    left: int
    relu: int
    pieces: int
    part: int  # numbers in a piece's part of dW and db; 0 forward


_plan_on = reader(_Plan)


def depthwise_forward(x, W, b, stride, padding, relu, y):
    plan = as_array(_Plan(stride, *padding, relu, PIECES, 0))
    _forward(1, PIECES, [np.ascontiguousarray(x), W, b, y, plan], _work(W, y) >= PARALLEL_FROM)


def depthwise_backward(x, W, y, dy, stride, padding, relu, dW, db, dx):
    pieces, size = max(1, min(PIECES, len(x))), _partial_size(W.shape)
    plan = as_array(_Plan(stride, *padding, relu, pieces, size))
    s = workspace(pieces * size)
    arrays = [np.ascontiguousarray(array) for array in (x, W, y, dy)]
    _backward(1, pieces, [*arrays, dx, s, plan], 2 * _work(W, y) >= PARALLEL_FROM)
    parts = np.add.reduce(s[: pieces * size].reshape(pieces, -1, W.shape[0] * W.shape[1] + 1, LANES), axis=0)
    parts = parts.swapaxes(0, 1).reshape(-1, len(parts) * LANES)[:, : W.shape[2]]
    dW[...] = parts[:-1].reshape(W.shape)
    if db is not None:
        db[...] = parts[-1]


def _partial_size(W_shape) -> int:
    """Numbers in a piece's part of dW and db: for each panel of channels, LANES for each place of the window, then for b."""
    return (W_shape[0] * W_shape[1] + 1) * -(-W_shape[2] // LANES) * LANES


def _work(W, y) -> int:
    """Multiply-adds."""
    return y.size * W.shape[0] * W.shape[1]


@simd
def _output(code, x, i, x_row, W, k, W_row, C, rows, columns, b, c, biased, floor, y, o, lanes):
    """y = max(z, floor) for one output: x[i] and W[k] begin the part of its window that lies inside the picture."""
    total = Variable(b.vector(c, (biased > 0).where(lanes, code.number(0))))
    with code.loop(rows) as r:
        with code.loop(columns) as j:
            pixel, weight = x.vector(i + r * x_row + j * C, lanes), W.vector(k + r * W_row + j * C, lanes)
            total.set(code.multiply_add(pixel, weight, total.get()))
    y.put(o, total.get().at_least(floor), lanes)


@simd
def _output_gradient(code, dy, y, relu, o, x, i, x_row, W, k, W_row, C, rows, columns, s, part, part_row, db, dx, wanted, lanes):
    """dx += dz W, dW += x dz and db += dz for one output; a place of dW is LANES numbers from the next."""
    dz = Variable(dy.vector(o, lanes))
    with code.when(relu > 0):
        dz.set(dz.get() * (y.vector(o, lanes) > 0).to_float())
    dz = dz.get()
    s.put(db, s.vector(db) + dz)
    with code.loop(rows) as r:
        with code.loop(columns) as j:
            at, place = i + r * x_row + j * C, part + (r * part_row + j) * LANES
            s.put(place, code.multiply_add(x.vector(at, lanes), dz, s.vector(place)))
            with code.when(wanted > 0):
                weight = W.vector(k + r * W_row + j * C, lanes)
                dx.put(at, code.multiply_add(weight, dz, dx.vector(at, lanes)), lanes)


@called
def _inside(p, stride, before, length, size):
    """Of the window of output p: its first place inside the picture, and how many places lie inside."""
    start = p * stride - before
    first = max(0, -start)
    return first, max(0, min(length, size - start) - first)


@task
def _forward(phase, t, thread, words):
    """Some rows of outputs."""
    w = table(words)
    x, W, b, y, plan = floats(w[0]), floats(w[1]), flat(w[2]), floats(w[3]), _plan_on(w[4])
    stride, top, left = plan.stride, plan.top, plan.left
    (N, P, Q, C), H, width = y.shape, x.shape[1], x.shape[2]
    floor = np.float32(0 if plan.relu else -np.inf)
    for row in range(t * N * P // plan.pieces, (t + 1) * N * P // plan.pieces):
        n, p = row // P, row % P
        first_i, rows = _inside(p, stride, top, W.shape[1], H)
        for q in range(Q):
            first_j, columns = _inside(q, stride, left, W.shape[2], width)
            i = ((n * H + p * stride - top + first_i) * width + q * stride - left + first_j) * C
            k = (first_i * W.shape[2] + first_j) * C
            for c in range(0, C, LANES):
                o = (row * Q + q) * C + c
                _output(x, i + c, width * C, W, k + c, W.shape[2] * C, C, rows, columns, b, c, b.size, floor, y, o, C - c)


@task
def _backward(phase, t, thread, words):
    """dx, and a part of dW and db, of some pictures."""
    w = table(words)
    x, W, y, dy = floats(w[0]), floats(w[1]), floats(w[2]), floats(w[3])
    dx, s, plan = floats(w[4]), flat(w[5]), _plan_on(w[6])
    stride, top, left, part = plan.stride, plan.top, plan.left, t * plan.part
    (N, P, Q, C), H, width, places = dy.shape, x.shape[1], x.shape[2], W.shape[1] * W.shape[2]
    clear(s, part, plan.part)
    for n in range(t * N // plan.pieces, (t + 1) * N // plan.pieces):
        if dx.size:
            clear(dx, n * H * width * C, H * width * C)
        for p in range(P):
            first_i, rows = _inside(p, stride, top, W.shape[1], H)
            for q in range(Q):
                first_j, columns = _inside(q, stride, left, W.shape[2], width)
                i = ((n * H + p * stride - top + first_i) * width + q * stride - left + first_j) * C
                k = first_i * W.shape[2] + first_j
                for c in range(0, C, LANES):
                    o, panel = ((n * P + p) * Q + q) * C + c, part + c * (places + 1)
                    _output_gradient(
                        dy, y, plan.relu, o, x, i + c, width * C, W, k * C + c, W.shape[2] * C, C, rows, columns,
                        s, panel + k * LANES, W.shape[2], panel + places * LANES, dx, dx.size, C - c,
                    )  # fmt: skip
