"""Which training pictures look alike to the network."""

import math

import numpy as np

from pellucid import kernels
from pellucid.classifier import Classifier
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import Network
from pellucid.nn.features import feature_count, features_and_outputs

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
            found.append(features_and_outputs(body, part)[:, : feature_count(network)])
    return np.concatenate(found)


def nearest(known: np.ndarray, wanted: np.ndarray, count: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """The rows of `known` (M, F) nearest to `wanted` (F,), and their Euclidean distances, the nearest first."""
    distances = np.sqrt(np.square(known.astype(np.float64) - wanted).sum(axis=1))
    rows = np.argsort(distances, kind="stable")[:count]
    return rows, distances[rows]
