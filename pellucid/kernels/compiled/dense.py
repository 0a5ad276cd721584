"""The dense layer: twin of `reference/dense.py`.

Products are cut into pieces along the columns or rows of the result; bias and ReLU are applied to each piece while it is in the
cache. Parallel from 8 million multiply-adds on: below that, cores lose more by handing numbers to each other than they save.
"""

from typing import NamedTuple

import numpy as np

from pellucid.kernels.compiled.blocks import ROWS
from pellucid.kernels.compiled.elementary import choose
from pellucid.kernels.compiled.engine import exact, share
from pellucid.kernels.compiled.product import DEPTH, PANEL, multiply, multiply_row, pack, pack_transposed, width
from pellucid.kernels.compiled.tasks import Job, as_array, flat, matrix, reader, table, task
from pellucid.kernels.compiled.threads import threads, workspace

PARALLEL_FROM = 1 << 23  # multiply-adds
PIECES = 8  # enough that two, four or eight threads end together
BLOCK = 64  # columns of x met by one panel of dz after the other: four cache lines of each picture
CHUNK = 256  # rows of x and dz whose dW is added up at a time
FEW = ROWS // 2  # rows that are multiplied one by one
IN_PLACE = 4 * ROWS  # rows for which packing W does not pay
ABSENT, ABSENT_ROW = np.empty((0, 0), np.float32), np.empty(0, np.float32)  # for None, so that one compilation serves both


class _ForwardPlan(NamedTuple):
    """How the work is cut: group by group of rows, in each one panel of columns after the other."""

    groups: int
    panels: int
    relu: int
    own_size: int  # numbers of scratch for each thread


class _BackwardPlan(NamedTuple):
    """How the work is cut."""

    pieces: int
    relu: int
    own_size: int  # numbers of scratch for each thread


_forward_plan_on, _backward_plan_on = reader(_ForwardPlan), reader(_BackwardPlan)


def dense_forward(x, W, b, relu, y):
    x, size = np.ascontiguousarray(x), DEPTH * PANEL
    if len(x) * W.size < PARALLEL_FROM:
        return _forward_alone(x, W, ABSENT_ROW if b is None else b, relu, y, workspace(size))
    forward_job(x, W, b, relu, y, workspace(size * threads.most), True).run()


def dense_backward(x, W, y, dy, relu, dW, db, dx):
    x, dy = np.ascontiguousarray(x), np.ascontiguousarray(dy)
    size = backward_scratch(len(x), dy.shape[1])
    if (len(x) + (0 if dx is None else len(dx))) * W.size < PARALLEL_FROM:
        db, dx = ABSENT_ROW if db is None else db, ABSENT if dx is None else dx
        return _backward_alone(x, W, y, dy, relu, dW, db, dx, workspace(size))
    backward_job(x, W, y, dy, relu, dW, db, dx, workspace(size * threads.most), True).run()


def forward_job(x, W, b, relu, y, scratch, parallel) -> Job:
    """`dense_forward`, to be done later. scratch: DEPTH x PANEL numbers for each thread there may be."""
    panels = -(-W.shape[1] // PANEL)
    groups = max(1, min(2 * threads.most // panels, len(x) // 32)) if parallel else 1  # of rows, each of which packs W again
    plan = as_array(_ForwardPlan(groups, panels, relu, DEPTH * PANEL))
    return _forward_shared.job(1, groups * panels, [x, W, b, y, scratch, plan], parallel)


def backward_job(x, W, y, dy, relu, dW, db, dx, scratch, parallel) -> Job:
    """`dense_backward`, to be done later. scratch: `backward_scratch` numbers for each thread there may be."""
    pieces = PIECES if parallel else 1
    plan = as_array(_BackwardPlan(pieces, relu, backward_scratch(len(x), dy.shape[1])))
    return _backward_shared.job(2, pieces, [x, W, y, dy, dW, db, dx, scratch, plan], parallel)


def backward_scratch(rows, units):
    """How many numbers of scratch a thread needs to go back: a panel of W, or some rows of dz in panels."""
    return max(DEPTH * PANEL, min(CHUNK, rows) * -(-units // PANEL) * PANEL)


@exact
def _forward_alone(x, W, b, relu, y, s):
    K, M = W.shape
    if len(x) <= FEW:
        for n in range(len(x)):
            multiply_row(x, n * K, K, W, 0, M, y, n * M, M)
        _finish(0, len(x), 0, M, b, relu, y)
    else:
        for panel in range((M + PANEL - 1) // PANEL):
            _forward_panel(panel, 0, len(x), x, W, b, relu, y, s, 0)


@exact
def _backward_alone(x, W, y, dy, relu, dW, db, dx, s):
    _bias_gradient(y, dy, relu, db, 0, dy.shape[1])
    _weight_gradient(0, len(W), x, dy, dW, s, 0)
    if dx.size:
        _input_gradient(0, len(W), W, dy, dx, s, 0)


@task
def _forward_shared(phase, t, thread, words):
    w = table(words)
    x, W, b, y, s, plan = matrix(w[0]), matrix(w[1]), flat(w[2]), matrix(w[3]), flat(w[4]), _forward_plan_on(w[5])
    top, bottom = share(t // plan.panels, plan.groups, len(x))
    _forward_panel(t % plan.panels, top, bottom, x, W, b, plan.relu > 0, y, s, thread * plan.own_size)


@task
def _backward_shared(phase, t, thread, words):
    """Phase 0: dz and db of some columns. Phase 1: some rows of dW, some columns of dx."""
    w = table(words)
    x, W, y, dy, dW, db, dx = matrix(w[0]), matrix(w[1]), matrix(w[2]), matrix(w[3]), matrix(w[4]), flat(w[5]), matrix(w[6])
    s, plan = flat(w[7]), _backward_plan_on(w[8])
    at = thread * plan.own_size
    if phase == 0:
        left, right = share(t, plan.pieces, dy.shape[1])
        _bias_gradient(y, dy, plan.relu > 0, db, left, right)
    else:
        left, right = share(t, plan.pieces, len(W))
        _weight_gradient(left, right, x, dy, dW, s, at)
        if dx.size:
            _input_gradient(left, right, W, dy, dx, s, at)


@exact(inline=True)
def _forward_panel(panel, top, bottom, x, W, b, relu, y, s, at):
    """y = x W + b, or max(x W + b, 0), for some rows and a panel of columns."""
    K, M = W.shape
    left = panel * PANEL
    columns = min(PANEL, M - left)
    for k in range(0, K, DEPTH):
        depth = min(DEPTH, K - k)
        if bottom - top <= IN_PLACE and columns == PANEL:
            multiply(x, top * K + k, K, 1, depth, W, k * M + left, M, y, top * M + left, M, bottom - top, columns, k)
        else:
            pack(W, k * M + left, M, depth, columns, s, at)
            multiply(x, top * K + k, K, 1, depth, s, at, width(columns), y, top * M + left, M, bottom - top, columns, k)
    _finish(top, bottom, left, left + columns, b, relu, y)


@exact(inline=True)
def _finish(top, bottom, left, right, b, relu, y):
    """y += b, then max(y, 0) with `relu`, for some rows and columns."""
    biases = b[left:right]
    for n in range(top, bottom):
        row = y[n, left:right]
        for m in range(len(biases)):
            row[m] += biases[m]
        if relu:
            for m in range(len(row)):
                row[m] = choose(row[m] < 0, np.float32(0), row[m])  # NaN stays


@exact(inline=True)
def _bias_gradient(y, dy, relu, db, left, right):
    """dz = dy [y > 0], written over dy, and db = sum_n dz_n, in one pass over the columns from `left` to `right`."""
    sums = db[left:right]
    sums[:] = 0
    for n in range(len(dy)):
        row, output = dy[n, left:right], y[n, left:right]
        if relu:
            for m in range(len(row)):
                row[m] *= choose(output[m] > 0, np.float32(1), np.float32(0))
        for m in range(len(sums)):
            sums[m] += row[m]


@exact(inline=True)
def _weight_gradient(top, bottom, x, dz, dW, s, at):
    """dW = x^T dz for the rows from `top` to `bottom`: CHUNK pictures at a time, for which dz is packed."""
    K, M = dW.shape
    for n in range(0, len(x), CHUNK):
        depth = min(CHUNK, len(x) - n)
        for left in range(0, M, PANEL):
            columns = min(PANEL, M - left)
            pack(dz, n * M + left, M, depth, columns, s, at + left * depth)
        for k in range(top, bottom, BLOCK):
            rows = min(BLOCK, bottom - k)
            for left in range(0, M, PANEL):
                columns, panel = min(PANEL, M - left), at + left * depth
                multiply(x, n * K + k, 1, K, depth, s, panel, width(columns), dW, k * M + left, M, rows, columns, n)


@exact(inline=True)
def _input_gradient(left, right, W, dz, dx, s, at):
    """dx = dz W^T for the columns from `left` to `right`."""
    K, M = W.shape
    for k in range(left, right, PANEL):
        columns = min(PANEL, right - k)
        for m in range(0, M, DEPTH):
            depth = min(DEPTH, M - m)
            pack_transposed(W, k * M + m, M, depth, columns, width(columns), s, at)
            multiply(dz, m, M, 1, depth, s, at, width(columns), dx, k, K, len(dz), columns, m)
