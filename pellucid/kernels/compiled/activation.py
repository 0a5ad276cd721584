"""Activations and their derivatives: twin of `reference/activation.py`.

All are compiled together, forward and backward, as loops over contiguous numbers that change the array in place: where two arrays
might overlap, the compiler would work on one number at a time. Another output than the input is a copy first; of large arrays, a
block at a time, which is then still in the cache.
"""

import numpy as np
from numba import float32

from pellucid.kernels.compiled.elementary import choose
from pellucid.kernels.compiled.elementary import expm1 as _expm1
from pellucid.kernels.compiled.elementary import sigmoid as _sigmoid
from pellucid.kernels.compiled.elementary import tanh as _tanh
from pellucid.kernels.compiled.engine import called, exact, share
from pellucid.kernels.compiled.spans import copy
from pellucid.kernels.compiled.tasks import flat, integers, table, task

PARALLEL_FROM = 1 << 17  # numbers
PIECES = 16
BLOCK = 1 << 12  # numbers

RELU, LEAKY_RELU, ELU, SIGMOID, TANH, SILU, GELU = range(7)


def relu(z, y):
    _forward(RELU, z, y)


def leaky_relu(z, y):
    _forward(LEAKY_RELU, z, y)


def elu(z, y):
    _forward(ELU, z, y)


def sigmoid(z, y):
    _forward(SIGMOID, z, y)


def tanh(z, y):
    _forward(TANH, z, y)


def silu(z, y):
    _forward(SILU, z, y)


def gelu(z, y):
    _forward(GELU, z, y)


def relu_backward(dy, y, dz):
    _backward(RELU, dy, y, dz)


def leaky_relu_backward(dy, y, dz):
    _backward(LEAKY_RELU, dy, y, dz)


def elu_backward(dy, y, dz):
    _backward(ELU, dy, y, dz)


def sigmoid_backward(dy, y, dz):
    _backward(SIGMOID, dy, y, dz)


def tanh_backward(dy, y, dz):
    _backward(TANH, dy, y, dz)


def silu_backward(dy, z, dz):
    _backward(SILU, dy, z, dz)


def gelu_backward(dy, z, dz):
    _backward(GELU, dy, z, dz)


def _forward(which, z, y):
    if y.size >= PARALLEL_FROM:
        return _forward_shared(1, PIECES, [np.ascontiguousarray(z), y, np.array([which])], True)
    if y is not z:
        np.copyto(y, z)
    _forward_alone(which, y.reshape(-1))


def _backward(which, dy, y, dz):
    if dz.size >= PARALLEL_FROM:
        arrays = [np.ascontiguousarray(dy), np.ascontiguousarray(y), dz, np.array([which])]
        return _backward_shared(1, PIECES, arrays, True)
    if dz is not dy:
        np.copyto(dz, dy)
    _backward_alone(which, y.reshape(-1), dz.reshape(-1))


@exact
def _forward_alone(which, y):
    _forward_piece(which, y)


@exact
def _backward_alone(which, y, dz):
    _backward_piece(which, y, dz)


@task
def _forward_shared(phase, t, thread, words):
    w = table(words)
    z, y, which = flat(w[0]), flat(w[1]), integers(w[2])[0]
    start, stop = share(t, PIECES, y.size)
    for first in range(start, stop, BLOCK):
        count = min(BLOCK, stop - first)
        if w[0][0] != w[1][0]:
            copy(y, first, z, first, count)
        _forward_piece(which, y[first : first + count])


@task
def _backward_shared(phase, t, thread, words):
    w = table(words)
    dy, y, dz, which = flat(w[0]), flat(w[1]), flat(w[2]), integers(w[3])[0]
    start, stop = share(t, PIECES, dz.size)
    for first in range(start, stop, BLOCK):
        count = min(BLOCK, stop - first)
        if w[0][0] != w[2][0]:
            copy(dz, first, dy, first, count)
        _backward_piece(which, y[first : first + count], dz[first : first + count])


@called
def _forward_piece(which, y):
    """y = f(y)."""
    if which == RELU:
        for i in range(y.size):
            y[i] = choose(y[i] < 0, float32(0), y[i])  # NaN stays
    elif which == LEAKY_RELU:
        for i in range(y.size):
            y[i] *= choose(y[i] < 0, float32(0.01), float32(1))
    elif which == ELU:
        for i in range(y.size):
            y[i] = choose(y[i] > 0, y[i], _expm1(y[i]))
    elif which == SIGMOID:
        for i in range(y.size):
            y[i] = _sigmoid(y[i])
    elif which == TANH:
        for i in range(y.size):
            y[i] = _tanh(y[i])
    elif which == SILU:
        for i in range(y.size):
            y[i] *= _sigmoid(y[i])
    else:  # GELU
        for i in range(y.size):
            y[i] *= float32(0.5) + float32(0.5) * _tanh(_gelu_argument(y[i]))


@called
def _backward_piece(which, y, dz):
    """dz <- dz f', from y or, for SiLU and GELU, from z in its place."""
    if which == RELU:
        for i in range(dz.size):
            dz[i] *= choose(y[i] > 0, float32(1), float32(0))
    elif which == LEAKY_RELU:
        for i in range(dz.size):
            dz[i] *= choose(y[i] > 0, float32(1), float32(0.01))
    elif which == ELU:
        for i in range(dz.size):
            dz[i] *= choose(y[i] > 0, float32(1), y[i] + float32(1))
    elif which == SIGMOID:
        for i in range(dz.size):
            dz[i] *= y[i] * (float32(1) - y[i])
    elif which == TANH:
        for i in range(dz.size):
            dz[i] *= float32(1) - y[i] * y[i]
    elif which == SILU:
        for i in range(dz.size):
            s = _sigmoid(y[i])
            dz[i] *= s * (float32(1) + y[i] * (float32(1) - s))
    else:  # GELU
        for i in range(dz.size):
            t = _tanh(_gelu_argument(y[i]))
            slope = float32(0.7978845608) * (float32(1) + float32(3 * 0.044715) * y[i] * y[i])
            dz[i] *= float32(0.5) + float32(0.5) * t + float32(0.5) * y[i] * (float32(1) - t * t) * slope


@called
def _gelu_argument(z):
    """sqrt(2/pi) (z + 0.044715 z^3)."""
    return float32(0.7978845608) * z * (float32(1) + float32(0.044715) * z * z)
