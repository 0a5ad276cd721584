"""Normalisation: twin of `reference/normalisation.py`.

Batch norm reads x from memory once for its statistics and once for y. Mean and variance of a block, which is still in the cache for
its second reading, are merged block by block and piece by piece (Chan et al. 1979, equation 2.1), so no large numbers cancel.
"""

from typing import NamedTuple

import numpy as np

from pellucid.kernels.compiled.engine import called
from pellucid.kernels.compiled.simd import LANES, Variable, simd
from pellucid.kernels.compiled.spans import clear
from pellucid.kernels.compiled.tasks import as_array, flat, reader, table, task

PIECES = 8
PARALLEL_FROM = 1 << 18  # numbers in x
BLOCK = 1 << 13  # numbers in a block: 32 kB, the first-level cache


class _Plan(NamedTuple):
    """What is normalised, and how."""

    rows: int  # pixels of all pictures
    channels: int
    relu: int = 0
    first_step: int = 0  # forward: the first of three, where those before it are left out
    of_batch: int = 0  # backward: whether the statistics are those of the batch


_plan_on = reader(_Plan)


def batch_norm_forward(x, g, b, epsilon, relu, m, v, y):
    _stretch(3, x, g, b, epsilon, relu, m, v, y)


def normalise_forward(x, g, b, epsilon, relu, m, v, y):
    _stretch(1, x, g, b, epsilon, relu, m, v, y)


def batch_norm_backward(x, g, b, epsilon, relu, m, v, dy, dg, db, dx):
    _stretch_back(True, x, g, b, epsilon, relu, m, v, dy, dg, db, dx)


def normalise_backward(x, g, b, epsilon, relu, m, v, dy, dg, db, dx):
    _stretch_back(False, x, g, b, epsilon, relu, m, v, dy, dg, db, dx)


def layer_norm_forward(x, g, b, epsilon, m, v, y):
    plan, eps = as_array(_Plan(*x.shape)), np.array([epsilon], np.float32)
    _layer_forward(1, PIECES, [np.ascontiguousarray(x), g, b, eps, m, v, y, plan], x.size >= PARALLEL_FROM)


def layer_norm_backward(x, g, epsilon, m, v, dy, dg, db, dx):
    parts, plan = np.empty((PIECES, 2, _padded(x.shape[1])), np.float32), as_array(_Plan(*x.shape))
    arrays = [np.ascontiguousarray(x), g, np.array([epsilon], np.float32), m, v, np.ascontiguousarray(dy), dx, parts, plan]
    _layer_backward(1, PIECES, arrays, x.size >= PARALLEL_FROM)
    np.add.reduce(parts[:, 0, : len(dg)], axis=0, out=dg)
    np.add.reduce(parts[:, 1, : len(db)], axis=0, out=db)


def _stretch(steps, x, g, b, epsilon, relu, m, v, y):
    """The last `steps` of three: measure the pieces, merge what they found into m and v, use m and v."""
    N, R, C = x.shape
    parts, plan = np.empty((PIECES + 1, 2, _padded(C)), np.float32), _Plan(N * R, C, relu, first_step=3 - steps)
    arrays = [np.ascontiguousarray(x), g, b, np.array([epsilon], np.float32), m, v, y, parts, as_array(plan)]
    _forward(steps, PIECES, arrays, x.size >= PARALLEL_FROM)


def _stretch_back(of_batch, x, g, b, epsilon, relu, m, v, dy, dg, db, dx):
    N, R, C = x.shape
    parts, plan = np.empty((PIECES + 1, 2, _padded(C)), np.float32), _Plan(N * R, C, relu, of_batch=of_batch)
    arrays = [np.ascontiguousarray(x), g, b, np.array([epsilon], np.float32), m, v, np.ascontiguousarray(dy), dg, db, dx]
    _backward(3, PIECES, [*arrays, parts, as_array(plan)], x.size >= PARALLEL_FROM)


def _padded(channels: int) -> int:
    return -(-channels // LANES) * LANES


@simd
def _measure(code, x, i, rows, C, lanes, before, count, s, o, width):
    """Merge `count` = rows numbers a channel into the mean s[o] and the sum of squared deviations s[o + width] of those before."""
    total, squares = Variable(code.zeros()), Variable(code.zeros())
    with code.loop(rows) as r:
        total.set(total.get() + x.vector(i + r * C, lanes))
    mean = total.get() / count
    with code.loop(rows) as r:
        deviation = x.vector(i + r * C, lanes) - mean
        squares.set(code.multiply_add(deviation, deviation, squares.get()))
    _merged(s, o, width, mean, squares.get(), before, count)


@simd
def _merge(code, s, i, o, width, before, count):
    """Merge the statistics at s[i], of `count` numbers, into those at s[o]."""
    _merged(s, o, width, s.vector(i), s.vector(i + width), before, count)


def _merged(s, o, width, mean, squares, before, count):
    share, delta = count / (before + count), mean - s.vector(o)
    s.put(o + width, s.vector(o + width) + squares + delta * delta * (before * share))
    s.put(o, s.vector(o) + delta * share)


@simd
def _statistics(code, s, i, width, count, m, v, c, lanes):
    """m and v of a panel of channels."""
    m.put(c, s.vector(i), lanes)
    v.put(c, s.vector(i + width) / count, lanes)


class _Stretch:
    """y = g u + b for a panel of channels: the same bits forward and backward, where they tell which ReLU is open."""

    def __init__(self, code, m, v, epsilon, g, b, c, lanes, scaled, shifted):
        self.mean, self.deviation = m.vector(c, lanes), code.root(v.vector(c, lanes) + epsilon)
        scale = Variable(1 / self.deviation)
        with code.when(scaled > 0):
            scale.set(scale.get() * g.vector(c, lanes))
        self.scale, self.shift = scale.get(), b.vector(c, (shifted > 0).where(lanes, code.number(0)))

    def of(self, deviation):
        """y, for x - m."""
        return deviation.times(self.scale, self.shift)


@simd
def _normalise(code, x, i, rows, C, m, v, epsilon, g, b, c, floor, y, lanes, scaled, shifted):
    """y = max(g u + b, floor) for some rows of a panel of channels."""
    stretch = _Stretch(code, m, v, epsilon, g, b, c, lanes, scaled, shifted)
    with code.loop(rows) as r:
        y.put(i + r * C, stretch.of(x.vector(i + r * C, lanes) - stretch.mean).at_least(floor), lanes)


@simd
def _add_gradients(code, x, dy, i, rows, C, m, v, epsilon, g, b, c, relu, s, o, width, lanes, scaled, shifted):
    """s[o] += sum dz and s[o + width] += sum dz u over some rows of a panel; dz = dy, or dy [y > 0] if relu."""
    stretch = _Stretch(code, m, v, epsilon, g, b, c, lanes, scaled, shifted)
    db, dg = Variable(code.zeros()), Variable(code.zeros())
    with code.loop(rows) as r:
        deviation = x.vector(i + r * C, lanes) - stretch.mean
        dz = _opened(code, dy.vector(i + r * C, lanes), stretch.of(deviation), relu)
        db.set(db.get() + dz)
        dg.set(code.multiply_add(dz, deviation, dg.get()))
    s.put(o, s.vector(o) + db.get())
    s.put(o + width, s.vector(o + width) + dg.get() / stretch.deviation)


def _opened(code, dy, y, relu):
    """dy, or dy [y > 0] if relu."""
    dz = Variable(dy)
    with code.when(relu > 0):
        dz.set(dy * (y > 0).to_float())
    return dz.get()


@simd
def _sum_pieces(code, s, i, pieces, piece, o, d, c, lanes):
    """s[o] = d[c] = the sum of what all pieces have found, in their order; 0 lanes of d if it is not wanted."""
    total = Variable(code.zeros())
    with code.loop(pieces) as t:
        total.set(total.get() + s.vector(i + t * piece))
    s.put(o, total.get())
    d.put(c, total.get(), lanes)


@simd
def _input_gradient(
    code, x, dy, i, rows, C, m, v, epsilon, g, b, c, relu, s, o, width, count, of_batch, dx, lanes, scaled, shifted
):
    """dx = g (dz - db / count - u dg / count) / sqrt(v + epsilon), the last two for statistics of the batch alone."""
    stretch = _Stretch(code, m, v, epsilon, g, b, c, lanes, scaled, shifted)
    part = s.vector(o + width) / (stretch.deviation * count)
    db = s.vector(o) / count
    with code.loop(rows) as r:
        deviation = x.vector(i + r * C, lanes) - stretch.mean
        dz = Variable(_opened(code, dy.vector(i + r * C, lanes), stretch.of(deviation), relu))
        with code.when(of_batch > 0):
            dz.set(dz.get() - deviation.times(part, db))
        dx.put(i + r * C, dz.get() * stretch.scale, lanes)


@called
def _rows(C):
    """Rows of pixels to a block."""
    return max(1, BLOCK // C)


@task
def _forward(phase, t, thread, words):
    """Step 0: mean and squared deviations of some rows. Step 1: m and v of some channels. Step 2: y of some rows."""
    w = table(words)
    x, g, b, epsilon, m, v = flat(w[0]), flat(w[1]), flat(w[2]), flat(w[3])[0], flat(w[4]), flat(w[5])
    y, s, plan = flat(w[6]), flat(w[7]), _plan_on(w[8])
    rows, C, step = plan.rows, plan.channels, plan.first_step + phase
    floor = np.float32(0 if plan.relu else -np.inf)
    width = (C + LANES - 1) // LANES * LANES
    if step == 1:
        for c in range(t * LANES, C, PIECES * LANES):
            clear(s, PIECES * 2 * width + c, LANES)
            clear(s, PIECES * 2 * width + width + c, LANES)
            for k in range(PIECES):
                first, last = k * rows // PIECES, (k + 1) * rows // PIECES
                if last > first:
                    more = np.float32(last - first)
                    _merge(s, k * 2 * width + c, PIECES * 2 * width + c, width, np.float32(first), more)
            _statistics(s, PIECES * 2 * width + c, width, np.float32(rows), m, v, c, C - c)
        return
    begin, end = t * rows // PIECES, (t + 1) * rows // PIECES
    if step == 0:
        clear(s, t * 2 * width, 2 * width)
    for first in range(begin, end, _rows(C)):
        count = min(_rows(C), end - first)
        for c in range(0, C, LANES):
            if step == 0:
                o, before = t * 2 * width + c, np.float32(first - begin)
                _measure(x, first * C + c, count, C, C - c, before, np.float32(count), s, o, width)
            else:
                _normalise(x, first * C + c, count, C, m, v, epsilon, g, b, c, floor, y, C - c, g.size, b.size)


@task
def _backward(phase, t, thread, words):
    """Phase 0: sums over some rows. Phase 1: dg and db of some channels. Phase 2: dx of some rows."""
    w = table(words)
    x, g, b, epsilon, m, v = flat(w[0]), flat(w[1]), flat(w[2]), flat(w[3])[0], flat(w[4]), flat(w[5])
    dy, dg, db, dx, s, plan = flat(w[6]), flat(w[7]), flat(w[8]), flat(w[9]), flat(w[10]), _plan_on(w[11])
    rows, C, relu = plan.rows, plan.channels, plan.relu
    width = (C + LANES - 1) // LANES * LANES
    sums = PIECES * 2 * width
    if phase == 1:
        for c in range(t * LANES, C, PIECES * LANES):
            _sum_pieces(s, c, PIECES, 2 * width, sums + c, db, c, C - c if db.size else 0)
            _sum_pieces(s, width + c, PIECES, 2 * width, sums + width + c, dg, c, C - c if dg.size else 0)
        return
    begin, end = t * rows // PIECES, (t + 1) * rows // PIECES
    if phase == 0:
        clear(s, t * 2 * width, 2 * width)
    for first in range(begin, end, _rows(C)):
        count = min(_rows(C), end - first)
        for c in range(0, C, LANES):
            i, lanes = first * C + c, C - c
            if phase == 0:
                o = t * 2 * width + c
                _add_gradients(x, dy, i, count, C, m, v, epsilon, g, b, c, relu, s, o, width, lanes, g.size, b.size)
            else:
                _input_gradient(
                    x, dy, i, count, C, m, v, epsilon, g, b, c, relu,
                    s, sums + c, width, np.float32(rows), plan.of_batch, dx, lanes, g.size, b.size,
                )  # fmt: skip


@simd
def _layer_row(code, x, i, C, epsilon, g, b, m, v, r, y):
    """m, v and y of one pixel."""
    count = C.to_float()
    total, squares = Variable(code.zeros()), Variable(code.zeros())
    code.vectors(C, lambda c, n: total.set(total.get() + x.vector(i + c, n)))
    mean = total.get().total() / count

    def add_square(c, n):
        deviation = x.vector(i + c, n) - mean
        if n is not None:
            deviation = code.first(n, deviation)
        squares.set(squares.get() + deviation * deviation)

    code.vectors(C, add_square)
    variance = squares.get().total() / count
    m.put_number(r, mean)
    v.put_number(r, variance)
    scale = 1 / code.root(variance + epsilon)
    code.vectors(C, lambda c, n: y.put(i + c, (x.vector(i + c, n) - mean) * scale * g.vector(c, n) + b.vector(c, n), n))


@simd
def _layer_row_back(code, x, dy, i, C, epsilon, g, m, v, r, s, dg, db, dx):
    """dx of one pixel; its part of dg and db is added to s."""
    count = C.to_float()
    mean, scale = m[r], 1 / code.root(v[r] + epsilon)
    sum_du, sum_du_u = Variable(code.zeros()), Variable(code.zeros())

    def add(c, n):
        gradient, u = dy.vector(i + c, n), (x.vector(i + c, n) - mean) * scale
        s.put(db + c, s.vector(db + c, n) + gradient, n)
        s.put(dg + c, s.vector(dg + c, n) + gradient * u, n)
        du = gradient * g.vector(c, n)
        sum_du.set(sum_du.get() + du)
        sum_du_u.set(sum_du_u.get() + du * u)

    code.vectors(C, add)
    a, b = sum_du.get().total() / count, sum_du_u.get().total() / count

    def write(c, n):
        u = (x.vector(i + c, n) - mean) * scale
        dx.put(i + c, (dy.vector(i + c, n) * g.vector(c, n) - a - u * b) * scale, n)

    code.vectors(C, write)


@task
def _layer_forward(phase, t, thread, words):
    """m, v and y of some pixels."""
    w = table(words)
    x, g, b, epsilon, m, v = flat(w[0]), flat(w[1]), flat(w[2]), flat(w[3])[0], flat(w[4]), flat(w[5])
    y, plan = flat(w[6]), _plan_on(w[7])
    rows, C = plan.rows, plan.channels
    for r in range(t * rows // PIECES, (t + 1) * rows // PIECES):
        _layer_row(x, r * C, C, epsilon, g, b, m, v, r, y)


@task
def _layer_backward(phase, t, thread, words):
    """dx of some pixels, and their part of dg and db."""
    w = table(words)
    x, g, epsilon, m, v, dy = flat(w[0]), flat(w[1]), flat(w[2])[0], flat(w[3]), flat(w[4]), flat(w[5])
    dx, s, plan = flat(w[6]), flat(w[7]), _plan_on(w[8])
    rows, C = plan.rows, plan.channels
    width = (C + LANES - 1) // LANES * LANES
    clear(s, t * 2 * width, 2 * width)
    for r in range(t * rows // PIECES, (t + 1) * rows // PIECES):
        _layer_row_back(x, dy, r * C, C, epsilon, g, m, v, r, s, t * 2 * width, t * 2 * width + width, dx)
