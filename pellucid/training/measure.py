"""A pass without learning: outputs, loss and accuracy of a network as it stands."""

import functools
from collections.abc import Callable, Iterable, Iterator
from types import ModuleType
from typing import NamedTuple

import numpy as np

from pellucid.images import views as test_time
from pellucid.kernels import reference
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn.features import part_widths, parts_and_outputs
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.refusal import Novelty


class Measure(NamedTuple):
    """Loss and accuracy over a set of pictures."""

    loss: float
    accuracy: float | None  # None where outputs stand for no classes


def measure(network: Network, loss: Loss, batches: Iterable) -> Measure:
    """The mean loss and the accuracy over batches of (x, t, w), without dropout."""
    total = weight = hits = seen = 0.0
    with single_threaded_blas(), np.errstate(all="ignore"):
        for x, t, w in batches:
            t, z = loss.targets(x, t), network.forward(x)
            value, _ = loss(z, t, w, network.kernels)
            share = len(t) if w is None else float(w.sum())
            total, weight = total + value * share, weight + share
            hits, seen = hits + count_hits(loss, z, t, network.kernels), seen + len(t)
    return Measure(total / weight, hits / seen if loss.names_classes else None)


def predict_outputs(network: Network, batches: Iterable, views: str = "none") -> np.ndarray:
    """The network's outputs for all batches of (x, t, w), averaged over the views of each picture: (N, *out_shape)."""
    with single_threaded_blas(), np.errstate(all="ignore"):
        return np.concatenate([*_averaged(network.forward, network, batches, views)])


def predict_parts(network: Network, batches: Iterable, layers: tuple[int, ...], views: str = "none") -> np.ndarray:
    """What these layers see of each picture, averaged in the same way: (N, D), see `parts_and_outputs`."""
    forward, count = functools.partial(parts_and_outputs, network, positions=layers), sum(part_widths(network, layers))
    with single_threaded_blas(), np.errstate(all="ignore"):
        return np.concatenate([both[:, :count] for both in _averaged(forward, network, batches, views)])


def predict_with_distances(
    network: Network, batches: Iterable, novelty: Novelty, views: str = "none"
) -> tuple[np.ndarray, np.ndarray]:
    """The outputs (N, K), and how far from its training pictures `novelty` finds each picture: (N,)."""
    forward, count = functools.partial(parts_and_outputs, network, positions=novelty.layers), sum(novelty.widths)
    outputs, distances = [], []
    with single_threaded_blas(), np.errstate(all="ignore"):
        for both in _averaged(forward, network, batches, views):
            distances.append(novelty.distances(both[:, :count]))
            outputs.append(both[:, count:])
    return np.concatenate(outputs), np.concatenate(distances)


def _averaged(forward: Callable, network: Network, batches: Iterable, views: str) -> Iterator[np.ndarray]:
    return (test_time.averaged(forward, x, views, network.kernels) for x, _, _ in batches)


def count_hits(loss: Loss, z: np.ndarray, t: np.ndarray, kernels: ModuleType = reference) -> int:
    """How many rows of outputs decide for their target; 0 where outputs stand for no classes."""
    if not loss.names_classes:
        return 0
    if t.ndim == 1:
        if z.shape[1] > 1:
            return kernels.count_hits(z, t)
        labels = t
    elif t.shape[1] == 1:
        labels = t[:, 0] > 0.5
    else:
        labels = t.argmax(axis=1)
    return int(np.count_nonzero(loss.decide(z) == labels))
