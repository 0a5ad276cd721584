"""The contract of a layer."""

import inspect
import math
from types import ModuleType

import numpy as np

from pellucid.nn.parameter import Parameter


class Clock:
    """Which step of which run it is: all that a layer's random numbers may depend on, besides its position."""

    def __init__(self, seed: int):
        self.seed, self.step = seed, 0


class Layer:
    """One equation of the network, forward and backward.

    A layer is built once and then called; the network does both. The clauses:

    1. `build(in_shape)` returns `(out_shape, {name: Parameter})` and allocates nothing. Shapes leave out the batch axis.
    2. After that `self.W` and `self.dW` are views into the network's `theta` and `grad` for each declared name "W".
       Write through them (`out=`, `[...] =`); never rebind them.
    3. `forward` never writes into `x`. What it returns belongs to the layer and is valid until its next `forward`.
    4. `train` says whether the layer behaves as in training (dropout); `keep` whether `backward` will follow.
    5. `backward(dy)` overwrites every gradient the layer declared; it may destroy `dy`. It computes gradients and nothing
       else: no updates, no clipping, no division by the batch (the loss owns that).
    6. With `need_dx` false the input's gradient is not wanted (first layer), and None may be returned.
    7. `__init__` stores each argument under its own name, as a plain value: that is the layer's specification.

    Attributes set before `build`: `dtype`, `kernels` (the set of functions for that type), `clock`, `position`.
    """

    dtype: np.dtype
    kernels: ModuleType
    clock: Clock
    position: int

    def build(self, in_shape: tuple[int, ...]) -> tuple[tuple[int, ...], dict[str, Parameter]]:
        """The shape that comes out for `in_shape`, and the arrays to be allocated."""
        raise NotImplementedError

    def forward(self, x: np.ndarray, train: bool, keep: bool) -> np.ndarray:
        """Y for x; with `keep`, remember what backward needs."""
        raise NotImplementedError

    def backward(self, dy: np.ndarray, need_dx: bool = True) -> np.ndarray | None:
        """Dx for dy, after a forward with `keep`; writes the gradients of the layer's own parameters."""
        raise NotImplementedError

    def equation(self) -> str:
        """The layer in one line of mathematics, for `print(network)` and the report."""
        raise NotImplementedError

    def multiply_adds(self) -> int:
        """Multiplications with addition for one picture, forward; 0 where only cheap element-wise work is done."""
        return 0

    def specification(self) -> dict:
        """`{"type": class name, argument: value, ...}`: enough to make the layer again."""
        arguments = inspect.signature(type(self).__init__).parameters
        return {"type": type(self).__name__, **{name: getattr(self, name) for name in arguments if name != "self"}}

    def buffer(self, name: str, *shape: int) -> np.ndarray:
        """A reusable, contiguous, uninitialised array of this layer: the same name is the same memory."""
        pool = self.__dict__.setdefault("_pool", {})
        size = math.prod(shape)
        if name not in pool or pool[name].size < size:
            pool[name] = np.empty(size, self.dtype)
        return pool[name][:size].reshape(shape)

    def __repr__(self):
        arguments = {key: value for key, value in self.specification().items() if key != "type"}
        return f"{type(self).__name__}({', '.join(f'{key}={value!r}' for key, value in arguments.items())})"
