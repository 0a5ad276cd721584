"""Activations and their derivatives: twin of `reference/activation.py`.

All are compiled together, forward and backward, as loops over contiguous numbers that change the array in place: where two arrays
might overlap, the compiler would work on one number at a time. Another output than the input is a copy first.
"""

import numpy as np
from numba import float32, prange

from pellucid.kernels.compiled.elementary import choose
from pellucid.kernels.compiled.elementary import expm1 as _expm1
from pellucid.kernels.compiled.elementary import sigmoid as _sigmoid
from pellucid.kernels.compiled.elementary import tanh as _tanh
from pellucid.kernels.compiled.engine import exact, run, share

PARALLEL_FROM = 1 << 17  # numbers


def relu(z, y):
    _forward(0, z, y)


def leaky_relu(z, y):
    _forward(1, z, y)


def elu(z, y):
    _forward(2, z, y)


def sigmoid(z, y):
    _forward(3, z, y)


def tanh(z, y):
    _forward(4, z, y)


def silu(z, y):
    _forward(5, z, y)


def gelu(z, y):
    _forward(6, z, y)


def relu_backward(dy, y, dz):
    _backward(0, dy, y, dz)


def leaky_relu_backward(dy, y, dz):
    _backward(1, dy, y, dz)


def elu_backward(dy, y, dz):
    _backward(2, dy, y, dz)


def sigmoid_backward(dy, y, dz):
    _backward(3, dy, y, dz)


def tanh_backward(dy, y, dz):
    _backward(4, dy, y, dz)


def silu_backward(dy, z, dz):
    _backward(5, dy, z, dz)


def gelu_backward(dy, z, dz):
    _backward(6, dy, z, dz)


def _forward(which, z, y):
    if y is not z:
        np.copyto(y, z)
    flat = y.reshape(-1)
    if flat.size < PARALLEL_FROM:
        _forward_serial(1, which, flat)
    else:
        run(_forward_parallel, _forward_serial, 8, which, flat)


def _backward(which, dy, y, dz):
    if dz is not dy:
        np.copyto(dz, dy)
    flat = dz.reshape(-1)
    if flat.size < PARALLEL_FROM:
        _backward_serial(1, which, y.reshape(-1), flat)
    else:
        run(_backward_parallel, _backward_serial, 8, which, y.reshape(-1), flat)


@exact(parallel=True)
def _forward_parallel(pieces, which, y):
    for t in prange(pieces):
        _forward_piece(which, y[slice(*share(t, pieces, y.size))])


@exact
def _forward_serial(pieces, which, y):
    for t in range(pieces):
        _forward_piece(which, y[slice(*share(t, pieces, y.size))])


@exact(parallel=True)
def _backward_parallel(pieces, which, y, dz):
    for t in prange(pieces):
        part = slice(*share(t, pieces, dz.size))
        _backward_piece(which, y[part], dz[part])


@exact
def _backward_serial(pieces, which, y, dz):
    for t in range(pieces):
        part = slice(*share(t, pieces, dz.size))
        _backward_piece(which, y[part], dz[part])


@exact(inline=True)
def _forward_piece(which, y):
    """y = f(y)."""
    if which == 0:
        for i in range(y.size):
            y[i] = choose(y[i] < 0, float32(0), y[i])  # NaN stays
    elif which == 1:
        for i in range(y.size):
            y[i] *= choose(y[i] < 0, float32(0.01), float32(1))
    elif which == 2:
        for i in range(y.size):
            y[i] = choose(y[i] > 0, y[i], _expm1(y[i]))
    elif which == 3:
        for i in range(y.size):
            y[i] = _sigmoid(y[i])
    elif which == 4:
        for i in range(y.size):
            y[i] = _tanh(y[i])
    elif which == 5:
        for i in range(y.size):
            y[i] *= _sigmoid(y[i])
    else:
        for i in range(y.size):
            y[i] *= float32(0.5) + float32(0.5) * _tanh(_gelu_argument(y[i]))


@exact(inline=True)
def _backward_piece(which, y, dz):
    """dz <- dz f', from y or, for SiLU and GELU, from z in its place."""
    if which == 0:
        for i in range(dz.size):
            dz[i] *= choose(y[i] > 0, float32(1), float32(0))
    elif which == 1:
        for i in range(dz.size):
            dz[i] *= choose(y[i] > 0, float32(1), float32(0.01))
    elif which == 2:
        for i in range(dz.size):
            dz[i] *= choose(y[i] > 0, float32(1), y[i] + float32(1))
    elif which == 3:
        for i in range(dz.size):
            dz[i] *= y[i] * (float32(1) - y[i])
    elif which == 4:
        for i in range(dz.size):
            dz[i] *= float32(1) - y[i] * y[i]
    elif which == 5:
        for i in range(dz.size):
            s = _sigmoid(y[i])
            dz[i] *= s * (float32(1) + y[i] * (float32(1) - s))
    else:
        for i in range(dz.size):
            t = _tanh(_gelu_argument(y[i]))
            slope = float32(0.7978845608) * (float32(1) + float32(3 * 0.044715) * y[i] * y[i])
            dz[i] *= float32(0.5) + float32(0.5) * t + float32(0.5) * y[i] * (float32(1) - t * t) * slope


@exact(inline=True)
def _gelu_argument(z):
    """sqrt(2/pi) (z + 0.044715 z^3)."""
    return float32(0.7978845608) * z * (float32(1) + float32(0.044715) * z * z)
