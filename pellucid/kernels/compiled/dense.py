"""The dense layer: twin of `reference/dense.py`.

The products are BLAS's, cut into pieces along one side of the result; bias and ReLU are applied to each piece while it is in the
cache. Parallel from 8 million multiply-adds on: below that, waking the threads costs more than they save (35 µs here).
"""

import numpy as np

from pellucid.kernels.compiled.elementary import choose
from pellucid.kernels.compiled.engine import BLOCKS, exact, product, sgemm, share
from pellucid.kernels.compiled.tasks import flat, integers, matrix, table, task

PARALLEL_FROM = 1 << 23  # multiply-adds
ABSENT, ABSENT_ROW = np.empty((0, 0), np.float32), np.empty(0, np.float32)  # for None, so that one compilation serves both


def dense_forward(x, W, b, relu, y):
    if len(x) * W.size < PARALLEL_FROM:
        return _forward_alone(x, W, ABSENT_ROW if b is None else b, relu, y, BLOCKS)
    if BLOCKS and len(x) >= 32:  # W is read where it lies: by rows, 5 to 20 % faster
        pieces, by_rows = min(8, len(x) // 16), True
    else:  # BLAS copies W, once for each piece of rows
        pieces, by_rows = _pieces(y.shape), len(x) > y.shape[1]
    _forward_shared(1, pieces, [np.ascontiguousarray(x), W, b, y, np.array([pieces, by_rows, relu, BLOCKS], np.int64)], True)


def dense_backward(x, W, y, dy, relu, dW, db, dx):
    if (len(x) + (0 if dx is None else len(dx))) * W.size < PARALLEL_FROM:
        db, dx = ABSENT_ROW if db is None else db, ABSENT if dx is None else dx
        return _backward_alone(x, W, y, dy, relu, dW, db, dx, BLOCKS)
    pieces = _pieces(W.shape)
    arrays = [np.ascontiguousarray(x), W, y, np.ascontiguousarray(dy), dW, db, dx, np.array([pieces, relu, BLOCKS], np.int64)]
    _backward_shared(2, pieces, arrays, True)


def _pieces(shape):
    """Into how many pieces a matrix is cut: at most 8, none narrower than 32."""
    return max(1, min(8, max(shape) // 32))


@exact
def _forward_alone(x, W, b, relu, y, blocks):
    _forward_piece(0, 1, True, x, W, b, relu, y, blocks)


@exact
def _backward_alone(x, W, y, dy, relu, dW, db, dx, blocks):
    _bias_gradient(y, dy, relu, db, 0, dy.shape[1])
    _backward_piece(0, 1, x, W, dy, dW, dx, blocks)


@task
def _forward_shared(phase, t, thread, words):
    w = table(words)
    x, W, b, y, plan = matrix(w[0]), matrix(w[1]), flat(w[2]), matrix(w[3]), integers(w[4])
    _forward_piece(t, plan[0], plan[1] > 0, x, W, b, plan[2] > 0, y, plan[3] > 0)


@task
def _backward_shared(phase, t, thread, words):
    """Phase 0: dz and db of some columns. Phase 1: dW and dx, for some rows or some columns of each."""
    w = table(words)
    x, W, y, dy, dW, db, dx = matrix(w[0]), matrix(w[1]), matrix(w[2]), matrix(w[3]), matrix(w[4]), flat(w[5]), matrix(w[6])
    pieces, relu, blocks = integers(w[7])[0], integers(w[7])[1] > 0, integers(w[7])[2] > 0
    if phase == 0:
        left, right = share(t, pieces, dy.shape[1])
        _bias_gradient(y, dy, relu, db, left, right)
    else:
        _backward_piece(t, pieces, x, W, dy, dW, dx, blocks)


@exact(inline=True)
def _forward_piece(t, pieces, by_rows, x, W, b, relu, y, blocks):
    """y = x W + b, or max(x W + b, 0), for some rows or some columns of y."""
    (top, bottom), (left, right) = _part(t, pieces, y.shape, by_rows)
    product(x[top:bottom], W[:, left:right], y[top:bottom, left:right], False, blocks)
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
def _backward_piece(t, pieces, x, W, dz, dW, dx, blocks):
    """dW = x^T dz and dx = dz W^T, for some rows or some columns of each."""
    (top, bottom), (left, right) = _part(t, pieces, dW.shape, dW.shape[0] > dW.shape[1])
    product(x[:, top:bottom], dz[:, left:right], dW[top:bottom, left:right], True, blocks)
    if dx.size:
        (top, bottom), (left, right) = _part(t, pieces, dx.shape, dx.shape[0] > dx.shape[1])
        sgemm(dz[top:bottom], W[left:right], dx[top:bottom, left:right], False, True, np.float32(0))


@exact(inline=True)
def _part(t, pieces, shape, by_rows):
    """The t-th piece of a matrix: (first row, end), (first column, end)."""
    if by_rows:
        return share(t, pieces, shape[0]), (0, shape[1])
    return (0, shape[0]), share(t, pieces, shape[1])
