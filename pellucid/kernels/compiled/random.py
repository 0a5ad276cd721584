"""Random numbers by hashing a counter: twin of `reference/random.py`, with the same integers."""

import math

import numpy as np
from numba import float32, uint32

from pellucid.kernels.compiled.elementary import log
from pellucid.kernels.compiled.engine import exact


@exact(inline=True)
def hashed(counter, key):
    """The mixer of the reference, of one counter."""
    h = uint32(uint32(counter) + key)
    h = uint32(uint32(h ^ (h >> uint32(16))) * uint32(0x7FEB352D))
    h = uint32(uint32(h ^ (h >> uint32(15))) * uint32(0x846CA68B))
    return uint32(h ^ (h >> uint32(16)))


@exact(inline=True)
def uniform(counter, key):
    """A number in (0, 1) from the upper 24 bits."""
    return (float32(np.int32(hashed(counter, key) >> uint32(8))) + float32(0.5)) * float32(2**-24)


def uniform_noise(keys, out):
    _uniform(keys, out.reshape(len(keys), -1))


@exact
def _uniform(keys, out):
    for n in range(len(keys)):
        key, row = keys[n], out[n]
        for i in range(len(row)):
            row[i] = float32(2) * uniform(i, key) - float32(1)


def gaussian_noise(keys, std, x):
    _gaussian(keys, np.float32(std), x.reshape(len(keys), -1))


@exact
def _gaussian(keys, std, x):
    size = x.shape[1]
    half = (size + 1) // 2
    for n in range(len(keys)):
        key, first, second = keys[n], x[n, :half], x[n, half:]
        for i in range(len(second)):
            r, c, s = _polar(i, key)
            first[i] += std * r * c
            second[i] += std * r * s
        if len(first) > len(second):
            r, c, s = _polar(half - 1, key)
            first[half - 1] += std * r * c


@exact(inline=True)
def _polar(i, key):
    """sqrt(-2 ln u), cos 2 pi v, sin 2 pi v, the last two by Taylor's series at half of 2 pi (v - 1/2), then turned back."""
    r = math.sqrt(float32(-2) * log(uniform(2 * i, key)))
    a = float32(math.pi) * (uniform(2 * i + 1, key) - float32(0.5))
    q = a * a
    s = float32(1 / 6227020800)
    s = s * q - float32(1 / 39916800)
    s = s * q + float32(1 / 362880)
    s = s * q - float32(1 / 5040)
    s = s * q + float32(1 / 120)
    s = (s * q - float32(1 / 6)) * q * a + a
    c = float32(1 / 479001600)
    c = c * q - float32(1 / 3628800)
    c = c * q + float32(1 / 40320)
    c = c * q - float32(1 / 720)
    c = c * q + float32(1 / 24)
    c = (c * q - float32(1 / 2)) * q + float32(1)
    return float32(r), float32(2) * s * s - float32(1), float32(-2) * s * c
