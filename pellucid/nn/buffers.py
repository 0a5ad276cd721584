"""Memory that is used again from step to step."""

import math

import numpy as np


class Buffers:
    """Arrays by name: each name is one piece of memory, as large as the largest array that was asked for by it."""

    def __init__(self):
        self.arrays: dict[str, np.ndarray] = {}

    def array(self, name: str, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
        """A contiguous array of this shape and type, whose numbers may be anything."""
        view = self.arrays.get(name)
        if view is None or view.shape != shape or view.dtype != dtype:  # else the same again: making one takes 1 us
            memory, size = None if view is None else view.base, math.prod(shape)
            if memory is None or memory.size < size or memory.dtype != dtype:
                memory = np.empty(size, dtype)
            view = self.arrays[name] = memory[:size].reshape(shape)
        return view
