"""Random bits as a function of a counter and a key: nothing is drawn in order, so nothing depends on order."""

import numpy as np

from pellucid.seeding import MULTIPLIER_1, MULTIPLIER_2


def hash_uint32(count, key):
    """Hash the counters 0 .. count - 1 under `key`: (count,) uint32, uniform.

    `pellucid.seeding.mix` of (counter + key) mod 2^32, on a whole array: the integer mixer of Wellons (2018,
    "lowbias32", found by a search for the least biased 32-bit mixer).
    """
    return scatter(np.arange(count, dtype=np.uint32), key)


def scatter(counters, key):
    """Hash any counters (uint32, changed in place) under `key`."""
    h = counters
    h += np.uint32(key)
    h ^= h >> 16
    h *= np.uint32(MULTIPLIER_1)
    h ^= h >> 15
    h *= np.uint32(MULTIPLIER_2)
    h ^= h >> 16
    return h
