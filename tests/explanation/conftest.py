"""A network that holds every layer that ships, and its walk."""

import numpy as np
import pytest

from pellucid.explanation import walk
from pellucid.kernels import reference
from pellucid.nn import (
    Activation,
    AvgPool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Dropout2D,
    Flatten,
    GlobalAvgPool,
    LayerNorm,
    MaxPool2D,
    Network,
    Reshape,
    Residual,
    Scale,
    SoftmaxCrossEntropy,
    TransposedConv2D,
    Upsample,
)

EVERY_LAYER = [
    Conv2D(7, 3, activation="gelu"),
    DepthwiseConv2D(activation="relu"),
    BatchNorm(),
    Activation("silu"),
    Dropout2D(0.1),
    MaxPool2D(2),
    Residual([Conv2D(6, bias=False), LayerNorm()], projection=True),
    AvgPool2D(2),
    Upsample(2),
    TransposedConv2D(4, activation="sigmoid"),
    Scale(0.5),
    Residual([Conv2D(4)]),
    Flatten(),
    Dense(16, "tanh"),
    Dropout(0.2),
    LayerNorm(),
    Reshape((4, 4, 1)),
    Conv2D(3, stride=2),
    GlobalAvgPool(),
    Dense(5),
]


def randomised(layers, in_shape, dtype=np.float32, seed=0, kernels=reference) -> Network:
    """A network with no zeros or ones left among its parameters and statistics."""
    network = Network(layers, in_shape, dtype=dtype, kernels=kernels)
    rng = np.random.default_rng(seed)
    network.theta += rng.normal(0, 0.1, network.theta.shape)
    network.state += rng.uniform(0.1, 0.5, network.state.shape)
    return network


@pytest.fixture
def rng():
    return np.random.default_rng(3)


@pytest.fixture(scope="session")
def every_layer():
    """A network of all layers, and the walk of one picture through it."""
    network = randomised(EVERY_LAYER, (8, 8, 2))
    x = np.random.default_rng(1).normal(size=(8, 8, 2)).astype(np.float32)
    return network, walk(network, x, 2, SoftmaxCrossEntropy())
