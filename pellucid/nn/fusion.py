"""Neighbouring layers that are computed together: the same numbers in fewer passes over memory."""

import itertools
from collections.abc import Sequence

from pellucid.nn.layer import Layer
from pellucid.nn.layers.activation import Activation
from pellucid.nn.layers.batch_norm import BatchNorm
from pellucid.nn.wrapper import Wrapper


def fuse(layers: Sequence[Layer]) -> None:
    """Let each batch norm apply the ReLU that is the next layer, which then hands on what it gets.

    BatchNorm reads its input and writes y; a ReLU on its own reads and writes y again, and as much in backward.
    """
    for layer in layers:
        if isinstance(layer, Wrapper):
            fuse(layer.layers)
    for norm, activation in itertools.pairwise(layers):
        if type(norm) is BatchNorm and type(activation) is Activation:
            norm.relu = activation.done = activation.name == "relu"


def separate(layers: Sequence[Layer]) -> None:
    """Undo `fuse`, for whoever looks at one layer alone: each computes what its own formula says, with the same results."""
    for layer in layers:
        if isinstance(layer, Wrapper):
            separate(layer.layers)
        elif type(layer) is BatchNorm:
            layer.relu = False
        elif type(layer) is Activation:
            layer.done = False
