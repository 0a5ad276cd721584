"""A chain of layers over one vector of parameters."""

from collections.abc import Mapping, Sequence

import numpy as np

from pellucid import kernels
from pellucid.nn import layers as shipped
from pellucid.nn.layer import Clock, Layer
from pellucid.nn.parameter import Parameter, Slot
from pellucid.nn.summary import rows, table
from pellucid.seeding import generator


class Network:
    """Layers declare, the network allocates once, layers see views.

    theta: (P,) everything learned. grad: (P,) its gradient. `slots` tells which span is what; arrays that decay (weights) lie
    first, so that `theta[:decaying]` is all that L1, L2 and weight decay touch.

    A network is not re-entrant: one thread at a time. `replica()` gives another thread its own.

    Errors: ValueError where a layer does not fit the shape that reaches it.
    """

    def __init__(self, layers: Sequence[Layer], in_shape: tuple[int, ...], *, seed: int = 0, dtype=np.float32):
        self.layers, self.in_shape, self.seed = tuple(layers), tuple(in_shape), seed
        self.dtype, self.clock = np.dtype(dtype), Clock(seed)
        declared = self._build()
        theta = np.zeros(sum(parameter.size for _, parameter in declared), self.dtype)
        self._lay_out(declared, theta)
        for number, ((position, name), parameter) in enumerate(declared):
            parameter.initialise(getattr(self.layers[position], name), generator(seed, "initialise", number))

    def _build(self) -> list[tuple[tuple[int, str], Parameter]]:
        """Hand each layer its surroundings, then collect the declarations in the order of the layers."""
        shape, declared, self.shapes = self.in_shape, [], []
        kernel_set = kernels.select(self.dtype)
        for position, layer in enumerate(self.layers):
            layer.dtype, layer.kernels, layer.clock, layer.position = self.dtype, kernel_set, self.clock, position
            shape, parameters = layer.build(shape)
            self.shapes.append(shape)
            declared += [((position, name), parameter) for name, parameter in parameters.items()]
        self.out_shape = shape
        return declared

    def _lay_out(self, declared, theta: np.ndarray) -> None:
        """Give every declared array its view into theta and grad, decaying arrays first."""
        self.theta, self.grad, self.slots, at = theta, np.zeros_like(theta), [], 0
        for (position, name), parameter in sorted(declared, key=lambda item: not item[1].decay):
            span = slice(at, at := at + parameter.size)
            setattr(self.layers[position], name, self.theta[span].reshape(parameter.shape))
            setattr(self.layers[position], "d" + name, self.grad[span].reshape(parameter.shape))
            self.slots.append(Slot(f"{position}.{name}", parameter.shape, span))
        self.decaying = sum(parameter.size for _, parameter in declared if parameter.decay)
        self._first_learning = min((position for (position, _), _ in declared), default=len(self.layers))

    def forward(self, x: np.ndarray, train: bool = False, keep: bool = False) -> np.ndarray:
        """The outputs for a batch: x (N, *in_shape) -> (N, *out_shape), valid until the next forward.

        train: dropout is active. keep: remember what `backward` needs.
        """
        for layer in self.layers:
            x = layer.forward(x, train, keep)
        return x

    def backward(self, dy: np.ndarray, need_dx: bool = False) -> np.ndarray | None:
        """Write the gradient of every parameter into `grad`; return dx (N, *in_shape) if asked. May destroy dy."""
        first = 0 if need_dx else self._first_learning  # below the first parameters no gradient is needed
        for position in range(len(self.layers) - 1, first - 1, -1):
            dy = self.layers[position].backward(dy, need_dx or position > first)
        return dy if need_dx else None

    @property
    def parameters(self) -> int:
        """How many numbers are learned."""
        return self.theta.size

    def tensors(self) -> dict[str, np.ndarray]:
        """Views of the parameters by name: {"1.W": (K, M), "1.b": (M,), ...}."""
        return {slot.name: self.theta[slot.span].reshape(slot.shape) for slot in self.slots}

    def specification(self) -> list[dict]:
        """The layers as plain values, for a model file; `from_specification` makes them again."""
        return [layer.specification() for layer in self.layers]

    @classmethod
    def from_specification(
        cls,
        specification: Sequence[Mapping],
        in_shape: tuple[int, ...],
        *,
        custom: Mapping[str, type[Layer]] | None = None,
        seed: int = 0,
        dtype=np.float32,
    ) -> "Network":
        """The network that `specification()` described. Nothing is imported by name: users' own layers come in `custom`.

        Errors: ValueError for an unknown layer or an argument that it does not take.
        """
        return cls(cls.layers_from(specification, custom), in_shape, seed=seed, dtype=dtype)

    @staticmethod
    def layers_from(specification: Sequence[Mapping], custom: Mapping[str, type[Layer]] | None = None) -> list[Layer]:
        """The layers that `specification()` described, not yet built."""
        return [_layer(entry, custom or {}) for entry in specification]

    def replica(self) -> "Network":
        """A network over the same theta with its own gradient and buffers, for another thread."""
        twin = self._bare_copy()
        twin._lay_out(twin._build(), self.theta)
        return twin

    def __deepcopy__(self, memo) -> "Network":
        twin = self._bare_copy()
        twin._lay_out(twin._build(), self.theta.copy())
        twin.clock.step = self.clock.step
        return twin

    def _bare_copy(self) -> "Network":
        twin = object.__new__(type(self))
        twin.layers = tuple(_unbuilt(layer) for layer in self.layers)
        twin.in_shape, twin.seed, twin.dtype, twin.clock = self.in_shape, self.seed, self.dtype, Clock(self.seed)
        return twin

    def __getstate__(self):
        layers = tuple(_unbuilt(layer) for layer in self.layers)
        return (layers, self.in_shape, self.seed, self.dtype, self.theta, self.clock.step)

    def __setstate__(self, state):
        self.layers, self.in_shape, self.seed, self.dtype, theta, step = state
        self.clock = Clock(self.seed)
        self._lay_out(self._build(), theta)
        self.clock.step = step

    def rows(self) -> list[dict]:
        """The summary as data: one dict a layer (see `nn.summary`)."""
        return rows(self)

    def __str__(self):
        return table(self)

    def __repr__(self):
        return f"Network([{', '.join(map(repr, self.layers))}], {self.in_shape}, seed={self.seed}, dtype={self.dtype.name!r})"


def _unbuilt(layer: Layer) -> Layer:
    """The same layer with no memory of its own."""
    return type(layer)(**{name: value for name, value in layer.specification().items() if name != "type"})


def _layer(entry: Mapping, custom: Mapping[str, type[Layer]]) -> Layer:
    arguments = {name: value for name, value in entry.items() if name != "type"}
    kind = entry.get("type")
    known = {name: getattr(shipped, name) for name in shipped.__all__} | dict(custom)
    if kind not in known:
        raise ValueError(f"unknown layer {kind!r}; expected one of {', '.join(known)}, or your own through custom=")
    try:
        return known[kind](**arguments)
    except TypeError as error:
        raise ValueError(f"layer {kind}: {error}") from error
