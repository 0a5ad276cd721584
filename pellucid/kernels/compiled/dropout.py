"""Dropout: twin of `reference/dropout.py`, with the same integers as `reference/random.py`."""

import numpy as np
from numba import float32, uint32

from pellucid.kernels.compiled.engine import compiled


def dropout_mask(rate, key, mask):
    _mask(np.uint32(rate * 2**32), np.uint32(key), 1 / (1 - rate), mask.reshape(-1))


@compiled
def _mask(threshold, key, kept, mask):
    for i in range(mask.size):
        h = uint32(uint32(i) + key)
        h = uint32(uint32(h ^ (h >> uint32(16))) * uint32(0x7FEB352D))
        h = uint32(uint32(h ^ (h >> uint32(15))) * uint32(0x846CA68B))
        h = uint32(h ^ (h >> uint32(16)))
        mask[i] = float32(kept) if h >= threshold else float32(0)
