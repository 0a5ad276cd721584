"""Arithmetic on plain arrays: functions only, no classes, no state.

`reference` holds each formula as a student reads it in a textbook, in NumPy, for float32 and float64. A compiled set has the
same names. A network asks `select` once, when it is built, and calls the functions of the module it was given.
"""

from types import ModuleType

import numpy as np

from pellucid.kernels import reference

__all__ = ["reference", "select"]


def select(dtype: np.dtype) -> ModuleType:
    """The kernel set for arrays of `dtype`; the choice depends on types and sizes, never on timing."""
    if dtype not in (np.float32, np.float64):
        raise TypeError(f"networks compute in float32 or float64, not {dtype}")
    return reference
