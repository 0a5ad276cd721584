"""Features: what the last dense layer of a network sees of a picture."""

import math

import numpy as np

from pellucid.nn.layers import Dense
from pellucid.nn.network import Network


def feature_layer(network: Network) -> int:
    """The position of the layer whose input the features are: the last dense one, else the last."""
    dense = [position for position, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    return dense[-1] if dense else len(network.layers) - 1


def feature_count(network: Network) -> int:
    """F, how many numbers the features of one picture are."""
    position = feature_layer(network)
    return math.prod(network.shapes[position - 1] if position else network.in_shape)


def features_and_outputs(network: Network, x: np.ndarray) -> np.ndarray:
    """x (N, *in_shape) -> (N, F + K), a new array: the features in the first F columns, the outputs (N, K) behind them."""
    x, last = np.ascontiguousarray(x, network.dtype), feature_layer(network)
    for layer in network.layers[:last]:
        x = layer.forward(x, False, False)
    features = x.reshape(len(x), -1)  # no layer writes into its input, so they last until they are copied
    for layer in network.layers[last:]:
        x = layer.forward(x, False, False)
    return np.concatenate([features, x.reshape(len(x), -1)], axis=1)
