"""Losses, their gradients and the count of hits: twin of `reference/loss.py`. Serial: a batch of outputs is small."""

import numpy as np
from numba import float32

from pellucid.kernels.compiled.elementary import choose, exp
from pellucid.kernels.compiled.engine import compiled

ALIKE = np.empty(0, np.float32)  # for w = None, so that one compilation serves both


def softmax_cross_entropy(z, t, w, smoothing, dz):
    return _softmax(z, t, ALIKE if w is None else w, smoothing, dz)


def softmax_cross_entropy_soft(z, q, w, dz):
    return _softmax_soft(z, q, ALIKE if w is None else w, dz)


def binary_cross_entropy(z, t, w, dz):
    return _binary(z, t, ALIKE if w is None else w, dz)


def mean_squared_error(y, t, w, dy):
    return _squared(y, t, ALIKE if w is None else w, dy)


@compiled
def count_hits(z, t):
    return hits_of(z, t)


@compiled
def _softmax(z, t, w, smoothing, dz):
    return softmax_of(z, t, w, smoothing, dz)


@compiled(inline=True)
def hits_of(z, t):
    hits = 0
    for n in range(len(z)):
        best = 0
        for k in range(1, z.shape[1]):
            if z[n, k] > z[n, best]:
                best = k
        hits += best == t[n]
    return hits


@compiled(inline=True)
def softmax_of(z, t, w, smoothing, dz):
    """The loss is summed in two parts: what is linear in z before the exponential overwrites it, log sum e^z after."""
    count, classes = z.shape
    scale, spread = _scale(count, w), smoothing / classes
    loss = 0.0
    for n in range(count):
        total = _below_the_largest(z[n], dz[n])
        loss -= _weight(w, n) * ((1 - smoothing) * dz[n, t[n]] + spread * total)
    _exponentials(dz)
    for n in range(count):
        total = dz[n].sum()
        loss += _weight(w, n) * np.log(total)
        factor = float32(_weight(w, n) * scale)
        for k in range(classes):
            dz[n, k] = factor * (dz[n, k] / total - float32(spread))
        dz[n, t[n]] -= factor * float32(1 - smoothing)
    return loss * scale


@compiled
def _softmax_soft(z, q, w, dz):
    count, classes = z.shape
    scale = _scale(count, w)
    loss = 0.0
    for n in range(count):
        _below_the_largest(z[n], dz[n])
        expected = float32(0)
        for k in range(classes):
            expected += q[n, k] * dz[n, k]
        loss -= _weight(w, n) * expected
    _exponentials(dz)
    for n in range(count):
        total, mass = dz[n].sum(), q[n].sum()
        loss += _weight(w, n) * mass * np.log(total)
        factor = float32(_weight(w, n) * scale)
        for k in range(classes):
            dz[n, k] = factor * (dz[n, k] * (mass / total) - q[n, k])
    return loss * scale


@compiled
def _binary(z, t, w, dz):
    count, outputs = z.shape
    scale = _scale(count, w) / outputs
    loss = 0.0
    for n in range(count):
        factor = float32(_weight(w, n) * scale)
        for k in range(outputs):
            v = z[n, k]
            small = exp(-abs(v))
            loss += _weight(w, n) * (choose(v < 0, float32(0), v) - v * t[n, k] + np.log1p(small))
            dz[n, k] = factor * (choose(v < 0, small, float32(1)) / (float32(1) + small) - t[n, k])
    return loss * scale


@compiled
def _squared(y, t, w, dy):
    count, outputs = y.shape
    scale = _scale(count, w) / outputs
    loss = 0.0
    for n in range(count):
        factor = float32(2 * _weight(w, n) * scale)
        part = float32(0)
        for k in range(outputs):
            error = y[n, k] - t[n, k]
            part += error * error
            dy[n, k] = factor * error
        loss += _weight(w, n) * part
    return loss * scale


@compiled(inline=True)
def _below_the_largest(z, dz):
    """dz = z - max z; returns its sum."""
    largest = z[0]
    for k in range(1, len(z)):
        largest = choose(z[k] > largest, z[k], largest)
    total = float32(0)
    for k in range(len(z)):
        dz[k] = z[k] - largest
        total += dz[k]
    return total


@compiled(inline=True)
def _exponentials(dz):
    """dz = e^dz, over all rows at once: rows are too short to fill the vector units."""
    flat = dz.reshape(dz.size)
    for i in range(flat.size):
        flat[i] = exp(flat[i])


@compiled(inline=True)
def _weight(w, n):
    return w[n] if w.size else float32(1)


@compiled(inline=True)
def _scale(count, w):
    """1 / sum_n w_n, 0 where all weights are 0."""
    total = 0.0
    for n in range(count):
        total += _weight(w, n)
    return 0.0 if total == 0 else 1 / total
