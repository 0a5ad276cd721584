"""A chain of layers over one vector of parameters."""

import fnmatch
import math
from collections.abc import Mapping, Sequence
from types import ModuleType

import numpy as np

from pellucid.kernels import reference, select
from pellucid.nn import layers as shipped
from pellucid.nn.chain import Chain
from pellucid.nn.fusion import fuse
from pellucid.nn.layer import Clock, Layer
from pellucid.nn.parameter import Parameter, groups, slots
from pellucid.nn.summary import rows, table
from pellucid.nn.wrapper import Wrapper
from pellucid.seeding import generator


class Network:
    """Layers declare, the network allocates once, layers see views.

    theta: (P,) everything learned. grad: (P,) its gradient. state: (S,) running statistics. values: (P + S,) theta
    and state in one array, for whoever keeps both. `slots` and `state_slots` tell which span is what; arrays that
    decay (weights) lie first, so that `theta[:decaying]` is all that L1, L2 and weight decay touch. `groups`: the
    spans of theta that learn, each at one rate; a network without `set_factor` has one, the whole of theta. `chain`: a shorter
    way to the gradient, for networks of dense layers alone, else None.

    kernels: the set of functions it computes with; None: what `kernels.select` chooses for its type and size.

    The network works with copies of the layers it is given, so one list of layers serves any number of networks. It
    is not re-entrant: one thread at a time. `replica()` gives another thread its own.

    Errors: ValueError where a layer does not fit the shape that reaches it.
    """

    def __init__(
        self,
        layers: Sequence[Layer],
        in_shape: tuple[int, ...],
        *,
        seed: int = 0,
        dtype=np.float32,
        kernels: ModuleType | None = None,
    ):
        self.layers, self.in_shape, self.seed = tuple(layer.unbuilt() for layer in layers), tuple(in_shape), seed
        self.dtype, self.clock, self.factors = np.dtype(dtype), Clock(seed), {}
        self.kernels = kernels or select(self.dtype, math.prod(self.in_shape))
        declared = self._build()
        self._lay_out(declared, np.zeros(sum(parameter.size for parameter in declared.values()), self.dtype))
        arrays = self.tensors()
        for number, (name, parameter) in enumerate(declared.items()):
            parameter.initialise(arrays[name], generator(seed, "initialise", number))

    def _build(self) -> dict[str, Parameter]:
        """Hand each layer its surroundings, then collect the declarations in the order of the layers."""
        shape, declared, self.shapes = self.in_shape, {}, []
        for position, layer in enumerate(self.layers):
            layer.settle(self.dtype, self.kernels, self.clock, (position,))
            shape, parameters = layer.build(shape)
            self.shapes.append(shape)
            declared |= {f"{position}.{name}": parameter for name, parameter in parameters.items()}
        self.out_shape = shape
        fuse(self.layers)
        return declared

    def _lay_out(self, declared: Mapping[str, Parameter], values: np.ndarray) -> None:
        """Give every declared array its view: learned ones into theta and grad, decaying first, the others into state."""
        learned = sorted((item for item in declared.items() if item[1].learned), key=lambda item: not item[1].decay)
        self.slots, self.state_slots = slots(learned), slots(item for item in declared.items() if not item[1].learned)
        size = sum(parameter.size for _, parameter in learned)
        self.values, self.theta, self.state = values, values[:size], values[size:]
        self.grad = np.zeros_like(self.theta)
        self.decaying = sum(parameter.size for _, parameter in learned if parameter.decay)
        for slot in self.slots:
            self._bind(slot, slot.view(self.theta), slot.view(self.grad))
        for slot in self.state_slots:
            self._bind(slot, slot.view(self.state), None)
        self.factors = {slot.name: self.factors.get(slot.name, 1.0) for slot in self.slots}
        self._group()

    def _bind(self, slot, array: np.ndarray, gradient: np.ndarray | None) -> None:
        self.layers[slot.position].bind(slot.name.partition(".")[2], array, gradient)

    def set_factor(self, pattern: str, factor: float) -> None:
        """Let the parameters with a name like `pattern` learn at `factor` times the learning rate; 0 freezes them.

        pattern: as for file names: "0.W", "3.*", "*.b". Frozen parameters keep their bits: no update, no weight
        decay, no penalty. Layers below the lowest parameter that learns, up to the highest frozen one there, are a
        frozen body: there is no backward pass through it, and it computes as in prediction, by its running
        statistics and without dropout.

        Errors: ValueError for a pattern that no parameter fits, and for a factor below 0 or infinite.
        """
        names = [name for name in self.factors if fnmatch.fnmatchcase(name, pattern)]
        if not names:
            raise ValueError(f"no parameter is called {pattern!r}; there are {', '.join(self.factors) or 'none'}")
        if not 0 <= factor < math.inf:
            raise ValueError(f"a factor of the learning rate is 0 or more, got {factor}")
        self.factors |= dict.fromkeys(names, float(factor))
        self._group()

    def _group(self) -> None:
        """Find out which parts of theta learn, and where learning begins."""
        found = groups(self.slots, self.factors, self.decaying)
        self.groups = [group for group in found if group.factor]
        self._frozen = [group.span for group in found if not group.factor]
        learning = [slot.position for slot in self.slots if self.factors[slot.name]]
        self._first_learning = min(learning, default=len(self.layers))
        below = [slot.position for slot in self.slots if slot.position < self._first_learning]
        self._body = 1 + max(below, default=-1)
        self.chain = Chain.of(self.layers, self.kernels) if type(self) is Network and not self._frozen else None

    def forward(self, x: np.ndarray, train: bool = False, keep: bool = False) -> np.ndarray:
        """The outputs for a batch: x (N, *in_shape) -> (N, *out_shape), valid until the next forward.

        train: dropout is active, batch norm takes the statistics of the batch. keep: remember what `backward` needs.
        """
        x = np.ascontiguousarray(x, self.dtype)  # NumPy multiplies matrices of two types without BLAS, 30 times slower
        for position, layer in enumerate(self.layers):
            x = layer.forward(x, train and position >= self._body, keep)
        return x

    def backward(self, dy: np.ndarray, need_dx: bool = False) -> np.ndarray | None:
        """Write the gradient of every parameter into `grad`; return dx (N, *in_shape) if asked. May destroy dy.

        Gradients of frozen arrays above the lowest one that learns are computed all the same, since a layer's
        backward is one piece, and then set to 0.
        """
        first = 0 if need_dx else self._first_learning  # below the first parameters no gradient is needed
        for position in range(len(self.layers) - 1, first - 1, -1):
            dy = self.layers[position].backward(dy, need_dx or position > first)
        for span in self._frozen:
            self.grad[span] = 0
        return dy if need_dx else None

    @property
    def parameters(self) -> int:
        """How many numbers are learned."""
        return self.theta.size

    def tensors(self) -> dict[str, np.ndarray]:
        """Views of the parameters and the running statistics by name: {"1.W": (K, M), "1.b": (M,), ...}."""
        learned = {slot.name: slot.view(self.theta) for slot in self.slots}
        return learned | {slot.name: slot.view(self.state) for slot in self.state_slots}

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
        kernels: ModuleType | None = None,
    ) -> "Network":
        """The network that `specification()` described. Nothing is imported by name: users' own layers come in `custom`.

        Errors: ValueError for an unknown layer or an argument that it does not take.
        """
        return cls(cls.layers_from(specification, custom), in_shape, seed=seed, dtype=dtype, kernels=kernels)

    @staticmethod
    def layers_from(specification: Sequence[Mapping], custom: Mapping[str, type[Layer]] | None = None) -> list[Layer]:
        """The layers that `specification()` described, not yet built."""
        return [_layer(entry, custom or {}) for entry in specification]

    def replica(self, kernels: ModuleType | None = None) -> "Network":
        """A network over the same theta and state with its own gradient and buffers, for another thread's predictions.

        kernels: the set it computes with; None: that of this network.
        """
        twin = object.__new__(type(self))
        twin._restore(self.__getstate__(), kernels or self.kernels)
        return twin

    def astype(self, dtype) -> "Network":
        """The same network in another type, with parameters of its own: predictions in float64 of what learned in float32."""
        twin, dtype = object.__new__(type(self)), np.dtype(dtype)
        state = self.__getstate__() | {"dtype": dtype, "values": self.values.astype(dtype)}
        twin._restore(state, select(dtype, math.prod(self.in_shape)))
        return twin

    def __deepcopy__(self, memo) -> "Network":
        twin = object.__new__(type(self))
        twin.__setstate__(self.__getstate__() | {"values": self.values.copy()})
        return twin

    def __getstate__(self) -> dict:
        return {
            "layers": tuple(layer.unbuilt() for layer in self.layers),
            "in_shape": self.in_shape,
            "seed": self.seed,
            "dtype": self.dtype,
            "factors": dict(self.factors),
            "reference": self.kernels is reference,
            "step": self.clock.step,
            "values": self.values,
        }

    def __setstate__(self, state: dict) -> None:
        chosen = select(state["dtype"], math.prod(state["in_shape"]))  # another machine may have no Numba
        self._restore(state, reference if state["reference"] else chosen)

    def _restore(self, state: dict, kernels: ModuleType) -> None:
        self.layers, self.in_shape, self.seed = state["layers"], state["in_shape"], state["seed"]
        self.dtype = state["dtype"]
        self.kernels = kernels
        self.clock, self.factors = Clock(self.seed), state["factors"]
        self.clock.step = state["step"]
        self._lay_out(self._build(), state["values"])

    def rows(self) -> list[dict]:
        """The summary as data: one dict a layer (see `nn.summary`)."""
        return rows(self)

    def __str__(self):
        return table(self)

    def __repr__(self):
        return f"Network([{', '.join(map(repr, self.layers))}], {self.in_shape}, seed={self.seed}, dtype={self.dtype.name!r})"


def _layer(entry: Mapping, custom: Mapping[str, type[Layer]]) -> Layer:
    arguments = {name: value for name, value in entry.items() if name != "type"}
    kind = entry.get("type")
    known = {name: getattr(shipped, name) for name in shipped.__all__} | dict(custom)
    if kind not in known:
        raise ValueError(f"unknown layer {kind!r}; expected one of {', '.join(known)}, or your own through custom=")
    if issubclass(known[kind], Wrapper) and "layers" in arguments:
        arguments["layers"] = Network.layers_from(arguments["layers"], custom)
    try:
        return known[kind](**arguments)
    except TypeError as error:
        raise ValueError(f"layer {kind}: {error}") from error
