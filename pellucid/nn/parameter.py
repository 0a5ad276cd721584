"""What a layer declares, and where the network put it."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

Initialise = Callable[[np.ndarray, np.random.Generator], None]


class Parameter(NamedTuple):
    """A layer's declaration of one array: it has a shape and a way to be filled, but no memory yet."""

    shape: tuple[int, ...]
    initialise: Initialise  # fills the array in place
    decay: bool = True  # weights decay; biases do not

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class Slot(NamedTuple):
    """Where a declared array lies in the flat vector."""

    name: str  # "1.W": the layer's position, the array's name
    shape: tuple[int, ...]
    span: slice
