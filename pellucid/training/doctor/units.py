"""What the units of a network gave for the sample, in a few numbers a layer."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.nn.layers import Activation
from pellucid.nn.layers.affine import Affine
from pellucid.nn.network import Network
from pellucid.nn.wrapper import Wrapper

FLAT = {"sigmoid": (0.5, 0.49), "tanh": (0.0, 0.98)}  # |y - middle| above which f' is below 4 % of its largest value


class Units(NamedTuple):
    """The units (or filters) of one layer with an activation."""

    position: int  # of the layer in the network
    layer: str  # "layer 1 (Dense)"
    word: str  # "units" or "filters"
    activation: str
    count: int
    dead: int  # gave 0 for every picture and place; ReLU alone
    saturated: float  # share of their outputs where the activation is flat; sigmoid and tanh alone
    size: float  # root mean square of their outputs
    last: bool  # they are the network's outputs


def units_of(network: Network) -> list[Units]:
    """All layers with an activation, also those inside others, in order; after `forward(..., keep=True)`."""
    found = []
    for position, layer in enumerate(network.layers):
        for inside in _flat(layer):
            if isinstance(inside, Affine):
                found.append(_units(network, position, inside.activation, inside.y))
            elif isinstance(inside, Activation) and inside.name != "linear" and not inside.f.from_input:
                found.append(_units(network, position, inside.name, inside.kept))
    return found


def layer_name(network: Network, position: int) -> str:
    """layer 1 (Dense): counted from 0, as in the names of its arrays, "1.W"."""
    return f"layer {position} ({type(network.layers[position]).__name__})"


def _units(network: Network, position: int, activation: str, y: np.ndarray) -> Units:
    rows = y.reshape(-1, y.shape[-1])
    saturated = 0.0
    if activation in FLAT:
        middle, far = FLAT[activation]
        saturated = np.count_nonzero(np.abs(rows - middle) > far) / rows.size
    flat = y.reshape(-1)
    return Units(
        position=position,
        layer=layer_name(network, position),
        word="units" if y.ndim == 2 else "filters",
        activation=activation,
        count=rows.shape[1],
        dead=int(np.count_nonzero(rows.max(axis=0) <= 0)) if activation == "relu" else 0,
        saturated=saturated,
        size=math.sqrt(float(np.dot(flat, flat)) / flat.size),
        last=position == len(network.layers) - 1,
    )


def _flat(layer: Layer) -> Iterator[Layer]:
    """The layer, or those inside it."""
    if isinstance(layer, Wrapper):
        for child in layer.children().values():
            yield from _flat(child)
    else:
        yield layer
