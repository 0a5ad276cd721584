"""Random bits of any counters: what noise, dropout and augmentation have in common."""

import numpy as np

from pellucid.seeding import MULTIPLIER_1, MULTIPLIER_2


def scatter(counters, key):
    """Hash any counters (uint32, changed in place) under `key`, or a key for each."""
    h = counters
    h += np.asarray(key, np.uint32)
    h ^= h >> 16
    h *= np.uint32(MULTIPLIER_1)
    h ^= h >> 15
    h *= np.uint32(MULTIPLIER_2)
    h ^= h >> 16
    return h


def uniform(counters, key):
    """(0, 1) from the upper 24 bits of the hash, all that a float32 holds: (h + 1/2) / 2^24."""
    return ((scatter(counters, key) >> 8).astype(np.float32) + np.float32(0.5)) * np.float32(2**-24)
