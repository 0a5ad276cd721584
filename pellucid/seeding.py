"""Random numbers that never depend on how many were drawn before.

Every draw names its purpose: the order of epoch 7 comes from (seed, "shuffle", 7), whatever happened in epochs 0 to 6.
So prefetching, threads and resuming change nothing.
"""

import zlib

import numpy as np

MULTIPLIER_1 = 0x7FEB352D  # Wellons (2018), the mixer "lowbias32"
MULTIPLIER_2 = 0x846CA68B


def generator(seed: int, purpose: str, *numbers: int) -> np.random.Generator:
    """A generator made from (seed, purpose, numbers...) alone, for example `generator(0, "shuffle", epoch)`.

    Give one purpose always the same count of numbers: to NumPy, zeros at the end are as good as absent.
    """
    return np.random.default_rng([seed, zlib.crc32(purpose.encode()), *numbers])


def key(seed: int, purpose: str, *numbers: int) -> int:
    """A 32-bit key made from (seed, purpose, numbers...), for counter-based hashes such as dropout's."""
    h = zlib.crc32(purpose.encode())
    for number in (seed, *numbers):
        h = mix((h ^ number) & 0xFFFFFFFF)
    return h


def mix(h: int) -> int:
    """Scatter the bits of a 32-bit integer: a bijection of which every output bit depends on every input bit."""
    h ^= h >> 16
    h = h * MULTIPLIER_1 & 0xFFFFFFFF
    h ^= h >> 15
    h = h * MULTIPLIER_2 & 0xFFFFFFFF
    return h ^ h >> 16
