"""A layer around other layers."""

from collections.abc import Mapping

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.nn.parameter import Parameter


class Wrapper(Layer):
    """A layer that has a chain of others inside, its argument `layers`        Abstract.

    A subclass says what it makes of the chain. It works with copies of the layers it is given. Their arrays keep
    their names behind the number of the layer in the chain: "0.W" is W of the first, and the network, in which the
    wrapper is layer 3, calls it "3.0.W".
    """

    layers: tuple[Layer, ...]

    def children(self) -> dict[str, Layer]:
        """All layers inside, by the name that stands before the names of their arrays."""
        return {str(number): layer for number, layer in enumerate(self.layers)}

    def settle(self, dtype, kernels, clock, position):
        super().settle(dtype, kernels, clock, position)
        for number, layer in enumerate(self.children().values()):
            layer.settle(dtype, kernels, clock, (*position, number))

    def build_chain(self, in_shape: tuple[int, ...]) -> tuple[tuple[int, ...], dict[str, Parameter]]:
        """The shape that comes out of the chain, and what its layers declare."""
        declared = {}
        for number, layer in enumerate(self.layers):
            in_shape, parameters = layer.build(in_shape)
            declared |= prefixed(number, parameters)
        return in_shape, declared

    def bind(self, name, array, gradient):
        child, _, rest = name.partition(".")
        self.children()[child].bind(rest, array, gradient)

    def forward_chain(self, x: np.ndarray, train: bool, keep: bool) -> np.ndarray:
        """The output of the last layer in the chain; x itself where the chain is empty."""
        for layer in self.layers:
            x = layer.forward(x, train, keep)
        return x

    def backward_chain(self, dy: np.ndarray, need_dx: bool) -> np.ndarray | None:
        """The gradient of the chain's input, if asked. May destroy dy."""
        for number in range(len(self.layers) - 1, -1, -1):
            dy = self.layers[number].backward(dy, need_dx or number > 0)
        return dy

    def multiply_adds(self):
        return sum(layer.multiply_adds() for layer in self.children().values())

    def specification(self):
        return super().specification() | {"layers": [layer.specification() for layer in self.layers]}


def prefixed(child: str | int, parameters: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The declarations of a child under the wrapper's names for them."""
    return {f"{child}.{name}": parameter for name, parameter in parameters.items()}
