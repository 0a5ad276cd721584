"""Which training pictures look alike to the network."""

import math

import numpy as np

from pellucid import kernels
from pellucid.classifier import Classifier
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import Dense, Network

_BATCH_SIZE = 256


def features(model: Classifier | Network, x) -> np.ndarray:
    """What the last dense layer sees of each picture: (N, F), in the network's type.

    model, x: a Classifier and pictures as for its `predict`, or a Network and its input (N, *in_shape). Where the network
    has no dense layer, what its last layer sees.
    """
    network = model.network if isinstance(model, Classifier) else model
    values = model.input.values(x) if isinstance(model, Classifier) else np.asarray(x)
    work = len(values) * sum(layer.multiply_adds() for layer in network.layers)
    fast = network.kernels is kernels.reference  # as for predictions: others where the work is worth loading them
    chosen = kernels.select(network.dtype, math.prod(network.in_shape), work) if fast else network.kernels
    body = network.replica(chosen)
    found = []
    with single_threaded_blas():
        for start in range(0, len(values), _BATCH_SIZE):
            part = values[start : start + _BATCH_SIZE]
            if isinstance(model, Classifier):
                prepared = np.empty(part.shape, np.float32)
                model.input.normalise(part, prepared)
                part = prepared
            found.append(_before_the_head(body, np.ascontiguousarray(part, network.dtype)))
    return np.concatenate(found)


def nearest(known: np.ndarray, wanted: np.ndarray, count: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """The rows of `known` (M, F) nearest to `wanted` (F,), and their Euclidean distances, the nearest first."""
    distances = np.sqrt(np.square(known.astype(np.float64) - wanted).sum(axis=1))
    rows = np.argsort(distances, kind="stable")[:count]
    return rows, distances[rows]


def feature_layer(network: Network) -> int:
    """The position of the layer whose input the features are: the last dense one, else the last."""
    dense = [position for position, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    return dense[-1] if dense else len(network.layers) - 1


def _before_the_head(network: Network, x: np.ndarray) -> np.ndarray:
    for layer in network.layers[: feature_layer(network)]:
        x = layer.forward(x, False, False)
    return x.reshape(len(x), -1).copy()
