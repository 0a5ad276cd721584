"""Arithmetic on plain arrays: functions only, no classes, no state.

`reference` holds each formula as a student reads it in a textbook, in NumPy, for float32 and float64. `compiled` has the same names
in Numba, for float32. A network asks `select` once, when it is built, and calls the functions of the module it was given.
"""

import functools
import math
import os
from types import ModuleType

import numpy as np

from pellucid.kernels import reference
from pellucid.kernels.announce import compilation_announced, seconds_compiling

__all__ = ["compilation_announced", "reference", "seconds_compiling", "select"]

# A network of fewer inputs learns from tables of a few features: training ends before Numba is loaded (1 s; compiling 5 s more).
LEAST_INPUTS = 32
LEAST_WORK = 1 << 34  # multiply-adds of a prediction: half a second of NumPy's, about as long as it takes to load Numba


def select(dtype: np.dtype, inputs: int = LEAST_INPUTS, multiply_adds: float = math.inf) -> ModuleType:
    """The kernel set for arrays of `dtype` in a network whose pictures have `inputs` numbers each.

    `compiled` for float32, where the pictures have at least 32 numbers and Numba works; else `reference`. multiply_adds: how many
    of them there will be, where that is known: below 2^34 it is `reference`. The choice depends on types, sizes and settings,
    never on timing. The environment variable PELLUCID_KERNELS=reference or =compiled overrides the sizes.
    """
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"networks compute in float32 or float64, not {dtype}")
    wish = os.environ.get("PELLUCID_KERNELS", "")
    if wish not in ("", "reference", "compiled"):
        raise ValueError(f"PELLUCID_KERNELS={wish}: expected reference or compiled, or nothing")
    small = inputs < LEAST_INPUTS or multiply_adds < LEAST_WORK
    if dtype == np.float64 or wish == "reference" or (small and wish != "compiled"):
        return reference
    return _compiled()


@functools.cache
def _compiled() -> ModuleType:
    """The compiled set, or the reference where Numba is missing, hidden or broken in whichever way."""
    try:
        from pellucid.kernels import compiled
    except Exception:
        return reference
    return compiled
