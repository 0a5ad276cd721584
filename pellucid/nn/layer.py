"""The contract of a layer."""

import functools
import inspect
from types import ModuleType

import numpy as np

from pellucid.nn.buffers import Buffers
from pellucid.nn.parameter import Parameter


class Clock:
    """Which step of which run it is: all that a layer's random numbers may depend on, besides its position."""

    def __init__(self, seed: int):
        self.seed, self.step = seed, 0


class Layer:
    """One equation of the network, forward and backward.

    A layer is built once and then called; the network does both. The clauses:

    1. `build(in_shape)` returns `(out_shape, {name: Parameter})` and allocates nothing. Shapes leave out the batch
       axis.
    2. After that `self.W` and `self.dW` are views into the network's `theta` and `grad` for each declared name "W".
       Write through them (`out=`, `[...] =`); never rebind them.
    3. `forward` never writes into `x`. What it returns belongs to the layer and is valid until its next `forward`.
    4. `train` says whether the layer behaves as in training (dropout); `keep` whether `backward` will follow.
    5. `backward(dy)` overwrites every gradient the layer declared; it may destroy `dy`. It computes gradients and
       nothing else: no updates, no clipping, no division by the batch (the loss owns that).
    6. With `need_dx` false the input's gradient is not wanted (first layer), and None may be returned.
    7. `__init__` stores each argument under its own name, as a plain value: that is the layer's specification.
    8. An array declared with `learned=False` (running statistics) is a view into the network's `state`; it has no
       gradient, and `forward` with `train` keeps it up to date.

    Attributes set before `build`: `dtype`, `kernels` (the set of functions for that type), `clock`, `position`.
    """

    dtype: np.dtype
    kernels: ModuleType
    clock: Clock
    position: tuple[int, ...]  # (3,): fourth of the network; (3, 0): first of the layers that the fourth wraps

    def settle(self, dtype: np.dtype, kernels: ModuleType, clock: Clock, position: tuple[int, ...]) -> None:
        """Take in the surroundings: once, before `build`."""
        self.dtype, self.kernels, self.clock, self.position = dtype, kernels, clock, position
        self._buffers = Buffers()

    def bind(self, name: str, array: np.ndarray, gradient: np.ndarray | None) -> None:
        """Take the view of a declared array, and that of its gradient if it is learned: once, after `build`."""
        setattr(self, name, array)
        if gradient is not None:
            setattr(self, f"d{name}", gradient)

    def build(self, in_shape: tuple[int, ...]) -> tuple[tuple[int, ...], dict[str, Parameter]]:
        """The shape that comes out for `in_shape`, and the arrays to be allocated."""
        raise NotImplementedError

    def forward(self, x: np.ndarray, train: bool, keep: bool) -> np.ndarray:
        """Compute y for x; with `keep`, remember what backward needs."""
        raise NotImplementedError

    def backward(self, dy: np.ndarray, need_dx: bool = True) -> np.ndarray | None:
        """Compute dx for dy, after a forward with `keep`; write the gradients of the layer's own parameters."""
        raise NotImplementedError

    def equation(self) -> str:
        """The layer in one line of mathematics, for `print(network)` and the report."""
        raise NotImplementedError

    def multiply_adds(self) -> int:
        """Multiplications with addition for one picture, forward; 0 where only cheap element-wise work is done."""
        return 0

    def arguments(self) -> dict:
        """The values that `__init__` was given, by name."""
        return {name: getattr(self, name) for name in _argument_names(type(self))}

    def unbuilt(self) -> "Layer":
        """The same layer with no memory of its own."""
        return type(self)(**self.arguments())

    def specification(self) -> dict:
        """`{"type": class name, argument: value, ...}` in plain values: enough to make the layer again."""
        return {"type": type(self).__name__, **self.arguments()}

    def buffer(self, name: str, *shape: int, dtype=None) -> np.ndarray:
        """A reusable, contiguous, uninitialised array of this layer: the same name is the same memory."""
        return self._buffers.array(name, shape, dtype or self.dtype)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in self.arguments().items())})"


@functools.cache
def _argument_names(kind: type[Layer]) -> tuple[str, ...]:
    """Looked up once: it takes 0.1 ms, and a small network is copied for each prediction."""
    return tuple(inspect.signature(kind).parameters)
