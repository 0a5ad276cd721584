"""What every explanation starts from: a network of its own to work with, the pictures as it sees them, and one score."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from pellucid.classifier import Classifier
from pellucid.errors import RecipeError
from pellucid.nn import Network
from pellucid.nn.fusion import separate

BATCH_SIZE = 64  # pictures at a time


class Subject(NamedTuple):
    """A network, pictures, and which of its outputs is explained.

    network: a replica: same parameters, its own gradient and buffers, each layer for itself. x: (N, *in_shape) as the
    network sees them.
    direction: (N, K); the score that is explained is s_n = sum_k direction[n, k] z[n, k], an output before the link.
    """

    network: Network
    x: np.ndarray
    direction: np.ndarray

    def batches(self) -> Iterator["Subject"]:
        """The same for `BATCH_SIZE` pictures at a time."""
        for start in range(0, len(self.x), BATCH_SIZE):
            part = slice(start, start + BATCH_SIZE)
            yield Subject(self.network, self.x[part], self.direction[part])

    def scores(self) -> np.ndarray:
        """s: (N,)."""
        return np.concatenate([(self.network.forward(part.x) * part.direction).sum(axis=1) for part in self.batches()])


def subject(model: Classifier | Network, x, target: int | str | None = None) -> Subject:
    """What `model` is asked about.

    model: a Classifier, which takes pictures `x` as its `predict` does, or a Network, which takes its input (N, *in_shape)
    or one (*in_shape). target: the class whose output is explained, by name or number; None: for each picture the one
    with the largest output. A single output with the sigmoid link speaks for the second class and against the first.

    Errors: RecipeError for a class that there is not; DataError for pictures that do not fit.
    """
    if isinstance(model, Classifier):
        network, x = model.network.replica(), model.input.prepare(x)
        target = _number(target, model.classes)
    else:
        network, x = model.replica(), np.asarray(x)
        x = x[np.newaxis] if x.shape == network.in_shape else x
    if x.shape[1:] != network.in_shape:
        raise RecipeError(f"the network takes (N, {', '.join(map(str, network.in_shape))}), got an array {x.shape}")
    if len(network.out_shape) != 1:
        raise RecipeError(f"an explanation is of one of the network's outputs (N, K), but it gives {network.out_shape} a picture")
    separate(network.layers)
    x = x.astype(network.dtype, copy=False)
    return Subject(network, x, _direction(network, x, target))


def _number(target: int | str | None, classes: tuple[str, ...]) -> int | None:
    if not isinstance(target, str):
        return target
    if target not in classes:
        raise RecipeError(f"the model has no class {target}; it has {', '.join(classes)}")
    return classes.index(target)


def _direction(network: Network, x: np.ndarray, target: int | None) -> np.ndarray:
    outputs = network.out_shape[0]
    classes = max(outputs, 2)  # one output tells two classes apart
    if target is not None and not 0 <= target < classes:
        raise RecipeError(f"the target is an output from 0 to {classes - 1}, got {target}")
    if target is None:
        parts = (x[start : start + BATCH_SIZE] for start in range(0, len(x), BATCH_SIZE))
        z = np.concatenate([network.forward(part).copy() for part in parts])
        chosen = z.argmax(axis=1) if outputs > 1 else (z[:, 0] > 0).astype(int)
    else:
        chosen = np.full(len(x), target)
    if outputs == 1:
        return (2 * chosen[:, np.newaxis] - 1).astype(network.dtype)
    return np.eye(outputs, dtype=network.dtype)[chosen]
