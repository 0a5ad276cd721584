"""Dropout: twin of `reference/dropout.py`, with the same integers as `reference/random.py`."""

import numpy as np
from numba import float32

from pellucid.kernels.compiled.engine import compiled
from pellucid.kernels.compiled.random import hashed


def dropout_mask(rate, key, mask):
    _mask(np.uint32(rate * 2**32), np.uint32(key), 1 / (1 - rate), mask.reshape(-1))


@compiled
def _mask(threshold, key, kept, mask):
    for i in range(mask.size):
        mask[i] = float32(kept) if hashed(i, key) >= threshold else float32(0)
