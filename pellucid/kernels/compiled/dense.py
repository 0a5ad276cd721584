"""The dense layer: twin of `reference/dense.py`.

The products are BLAS's, cut into pieces along one side of the result; bias and ReLU are applied to each piece while it is in the
cache. Parallel from 8 million multiply-adds on: below that, waking the threads costs more than they save (35 µs here).
"""

import numpy as np
from numba import prange

from pellucid.kernels.compiled.elementary import choose
from pellucid.kernels.compiled.engine import BLOCKS, exact, product, run, sgemm, share

PARALLEL_FROM = 1 << 23  # multiply-adds
ABSENT, ABSENT_ROW = np.empty((0, 0), np.float32), np.empty(0, np.float32)  # for None, so that one compilation serves both


def dense_forward(x, W, b, relu, y):
    if b is None:
        b = ABSENT_ROW
    if len(x) * W.size < PARALLEL_FROM:
        _forward_serial(1, True, x, W, b, relu, y, BLOCKS)
    elif BLOCKS and len(x) >= 32:  # W is read where it lies: by rows, 5 to 20 % faster
        run(_forward_parallel, _forward_serial, min(8, len(x) // 16), True, x, W, b, relu, y, BLOCKS)
    else:  # BLAS copies W, once for each piece of rows
        run(_forward_parallel, _forward_serial, _pieces(y.shape), len(x) > y.shape[1], x, W, b, relu, y, BLOCKS)


def dense_backward(x, W, y, dy, relu, dW, db, dx):
    if db is None:
        db = ABSENT_ROW
    if dx is None:
        dx = ABSENT
    if (len(x) + len(dx)) * W.size < PARALLEL_FROM:
        _backward_serial(1, x, W, y, dy, relu, dW, db, dx, BLOCKS)
    else:
        run(_backward_parallel, _backward_serial, _pieces(W.shape), x, W, y, dy, relu, dW, db, dx, BLOCKS)


def _pieces(shape):
    """Into how many pieces a matrix is cut: at most 8, none narrower than 32."""
    return max(1, min(8, max(shape) // 32))


@exact(parallel=True)
def _forward_parallel(pieces, by_rows, x, W, b, relu, y, blocks):
    for t in prange(pieces):
        _forward_piece(t, pieces, by_rows, x, W, b, relu, y, blocks)


@exact
def _forward_serial(pieces, by_rows, x, W, b, relu, y, blocks):
    for t in range(pieces):
        _forward_piece(t, pieces, by_rows, x, W, b, relu, y, blocks)


@exact(parallel=True)
def _backward_parallel(pieces, x, W, y, dy, relu, dW, db, dx, blocks):
    _bias_gradient(y, dy, relu, db)
    for t in prange(pieces):
        _backward_piece(t, pieces, x, W, dy, dW, dx, blocks)


@exact
def _backward_serial(pieces, x, W, y, dy, relu, dW, db, dx, blocks):
    _bias_gradient(y, dy, relu, db)
    for t in range(pieces):
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
def _bias_gradient(y, dy, relu, db):
    """dz = dy [y > 0], written over dy, and db = sum_n dz_n, in one pass."""
    db[:] = 0
    for n in range(len(dy)):
        row, output = dy[n], y[n]
        if relu:
            for m in range(len(row)):
                row[m] *= choose(output[m] > 0, np.float32(1), np.float32(0))
        for m in range(len(db)):
            db[m] += row[m]


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
