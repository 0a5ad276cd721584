"""What a layer declares, and where the network put it."""

import itertools
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

Initialise = Callable[[np.ndarray, np.random.Generator], None]


class Parameter(NamedTuple):
    """A layer's declaration of one array: it has a shape and a way to be filled, but no memory yet."""

    shape: tuple[int, ...]
    initialise: Initialise  # fills the array in place
    decay: bool = True  # weights decay; biases do not
    learned: bool = True  # False: running statistics, which the layer's forward keeps up to date in training

    @property
    def size(self) -> int:
        return math.prod(self.shape)


class Slot(NamedTuple):
    """Where a declared array lies in its flat vector."""

    name: str  # "1.W": the layer's position, the array's name; "3.0.W" where layer 3 wraps others
    shape: tuple[int, ...]
    span: slice

    @property
    def position(self) -> int:
        """Of the layer in the network that the array belongs to."""
        return int(self.name.partition(".")[0])

    def view(self, vector: np.ndarray) -> np.ndarray:
        """The array in the vector."""
        return vector[self.span].reshape(self.shape)


class Group(NamedTuple):
    """A contiguous part of the learned vector with one learning rate."""

    span: slice
    factor: float  # times the learning rate; 0: frozen
    decaying: int  # how many of its numbers decay: the first ones


def slots(declared: Iterable[tuple[str, Parameter]]) -> list[Slot]:
    """The places of these arrays in a vector that holds them one after another."""
    found, at = [], 0
    for name, parameter in declared:
        found.append(Slot(name, parameter.shape, slice(at, at := at + parameter.size)))
    return found


def groups(slots: Sequence[Slot], factors: Mapping[str, float], decaying: int) -> list[Group]:
    """Neighbours with the same factor, joined; the first `decaying` numbers of the vector decay."""
    found = []
    for factor, neighbours in itertools.groupby(slots, key=lambda slot: factors[slot.name]):
        spans = [slot.span for slot in neighbours]
        start, stop = spans[0].start, spans[-1].stop
        found.append(Group(slice(start, stop), factor, max(0, min(stop, decaying) - start)))
    return found
