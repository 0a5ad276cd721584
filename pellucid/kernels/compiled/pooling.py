"""Pooling: twin of `reference/pooling.py`, LANES channels at a time.

A global average is that of one large window; repeating pixels is the backward pass of a sum over windows.
"""

from typing import NamedTuple

import numpy as np

from pellucid.kernels.compiled.simd import LANES, Variable, simd
from pellucid.kernels.compiled.spans import clear
from pellucid.kernels.compiled.tasks import as_array, floats, octets, reader, table, task

PIECES = 16
PARALLEL_FROM = 1 << 18  # numbers read or written

LARGEST, MEAN, SUM = range(3)


class _Plan(NamedTuple):
    """What is made of which windows."""

    rows: int
    columns: int
    stride: int
    kind: int  # LARGEST, MEAN or SUM


_plan_on = reader(_Plan)


def max_pool_forward(x, size, stride, y, winner):
    _run(_forward, x, y, winner, size, stride, LARGEST)


def max_pool_backward(dy, winner, size, stride, dx):
    _run(_backward, dx, dy, winner, size, stride, LARGEST)


def average_pool_forward(x, size, stride, y):
    _run(_forward, x, y, None, size, stride, MEAN)


def average_pool_backward(dy, size, stride, dx):
    _run(_backward, dx, dy, None, size, stride, MEAN)


def global_average_forward(x, y):
    _run(_forward, x, y[:, None, None], None, x.shape[1:3], 1, MEAN)


def global_average_backward(dy, dx):
    _run(_backward, dx, dy[:, None, None], None, dx.shape[1:3], 1, MEAN)


def upsample_forward(x, factor, y):
    _run(_backward, y, x, None, (factor, factor), factor, SUM)


def upsample_backward(dy, factor, dx):
    _run(_forward, dy, dx, None, (factor, factor), factor, SUM)


def _run(kernel, large, small, winner, size, stride, kind):
    """large: x or dx  small: y or dy. Inputs may lie anywhere in memory; outputs are contiguous."""
    if kernel is _forward:
        large = np.ascontiguousarray(large)
    else:
        small = np.ascontiguousarray(small)
    plan = as_array(_Plan(*size, stride, kind))
    kernel(1, PIECES, [large, small, winner, plan], large.size >= PARALLEL_FROM)


@simd
def _largest(code, x, i, row, C, rows, columns, y, o, winner, wanted, lanes):
    """The largest pixel of one window and, if wanted, its place; the first of equals; NaN, if there is one."""
    best, place = Variable(x.vector(i, lanes)), Variable(code.zeros())
    at = Variable(code.number(0))
    with code.loop(rows) as r:
        with code.loop(columns) as j:
            pixel = x.vector(i + r * row + j * C, lanes)
            place.set((pixel > best.get()).where(at.get().to_float().splat(), place.get()))
            best.set(((pixel > best.get()) | pixel.is_nan()).where(pixel, best.get()))
            at.set(at.get() + 1)
    y.put(o, best.get(), lanes)
    with code.when(wanted > 0):
        winner.put(o, place.get(), lanes)


@simd
def _largest_gradient(code, dy, o, winner, dx, i, row, C, rows, columns, lanes, overlap):
    """dx = dy at the winner's place of one window, 0 elsewhere; += where windows overlap."""
    gradient, place = dy.vector(o, lanes), winner.vector(o, lanes)
    at = Variable(code.number(0))
    with code.loop(rows) as r:
        with code.loop(columns) as j:
            here = i + r * row + j * C
            share = place.equals(at.get().to_float()).where(gradient, code.zeros())
            dx.put(here, dx.vector(here, (overlap > 0).where(lanes, code.number(0))) + share, lanes)
            at.set(at.get() + 1)


@simd
def _mean(code, x, i, row, C, rows, columns, y, o, factor, lanes):
    """The mean pixel of one window, from sums over its rows."""
    total = Variable(code.zeros())
    with code.loop(rows) as r:
        line = Variable(code.zeros())
        with code.loop(columns) as j:
            line.set(line.get() + x.vector(i + r * row + j * C, lanes))
        total.set(total.get() + line.get())
    y.put(o, total.get() * factor, lanes)


@simd
def _mean_gradient(code, dy, o, factor, dx, i, row, C, rows, columns, lanes, overlap):
    """dx = dy factor in the whole window; += where windows overlap."""
    share = dy.vector(o, lanes) * factor
    with code.loop(rows) as r:
        with code.loop(columns) as j:
            here = i + r * row + j * C
            dx.put(here, dx.vector(here, (overlap > 0).where(lanes, code.number(0))) + share, lanes)


@task
def _forward(phase, t, thread, words):
    """Some rows of outputs."""
    w = table(words)
    x, y, winner, plan = floats(w[0]), floats(w[1]), octets(w[2]), _plan_on(w[3])
    rows, columns, stride, largest = plan.rows, plan.columns, plan.stride, plan.kind == LARGEST
    (N, P, Q, C), H, W = y.shape, x.shape[1], x.shape[2]
    factor = np.float32(1 / (rows * columns) if plan.kind == MEAN else 1)
    for line in range(t * N * P // PIECES, (t + 1) * N * P // PIECES):
        for q in range(Q):
            i, o = ((line // P * H + line % P * stride) * W + q * stride) * C, (line * Q + q) * C
            for c in range(0, C, LANES):
                if largest:
                    _largest(x, i + c, W * C, C, rows, columns, y, o + c, winner, winner.size, C - c)
                else:
                    _mean(x, i + c, W * C, C, rows, columns, y, o + c, factor, C - c)


@task
def _backward(phase, t, thread, words):
    """dx of some pictures."""
    w = table(words)
    dx, dy, winner, plan = floats(w[0]), floats(w[1]), octets(w[2]), _plan_on(w[3])
    rows, columns, stride, largest = plan.rows, plan.columns, plan.stride, plan.kind == LARGEST
    (N, P, Q, C), H, W = dy.shape, dx.shape[1], dx.shape[2]
    factor = np.float32(1 / (rows * columns) if plan.kind == MEAN else 1)
    overlap = stride < max(rows, columns)
    covered = not overlap and stride == min(rows, columns) and P * stride == H and Q * stride == W
    for n in range(t * N // PIECES, (t + 1) * N // PIECES):
        if not covered:
            clear(dx, n * H * W * C, H * W * C)
        for p in range(P):
            for q in range(Q):
                i, o = ((n * H + p * stride) * W + q * stride) * C, ((n * P + p) * Q + q) * C
                for c in range(0, C, LANES):
                    if largest:
                        _largest_gradient(dy, o + c, winner, dx, i + c, W * C, C, rows, columns, C - c, overlap)
                    else:
                        _mean_gradient(dy, o + c, factor, dx, i + c, W * C, C, rows, columns, C - c, overlap)
