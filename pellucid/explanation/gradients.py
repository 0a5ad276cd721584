"""How the score answers to each number of the picture."""

from typing import NamedTuple

import numpy as np

from pellucid.classifier import Classifier
from pellucid.explanation.subject import BATCH_SIZE, Subject, subject
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import Network


def input_gradient(model: Classifier | Network, x, target: int | str | None = None) -> np.ndarray:
    """ds/dx: (N, *in_shape), the score's change for a small change of each number of the network's input.

    s is the output for `target` before softmax or sigmoid. Arguments and errors as `subject` (Simonyan et al. 2014,
    "Deep Inside Convolutional Networks", section 3).
    """
    asked = subject(model, x, target)
    with single_threaded_blas():
        return np.concatenate([_gradient(part) for part in asked.batches()])


class IntegratedGradients(NamedTuple):
    """What each number of one picture adds to the score, and how exactly all of them add up."""

    attributions: np.ndarray  # (*in_shape): they sum to `difference`, but for the error of the sum over steps
    score: float  # s(x)
    baseline_score: float  # s(x')

    @property
    def total(self) -> float:
        return float(self.attributions.sum(dtype=np.float64))

    @property
    def difference(self) -> float:
        """s(x) - s(x')."""
        return self.score - self.baseline_score


def integrated_gradients(
    model: Classifier | Network,
    x,
    target: int | str | None = None,
    *,
    baseline: np.ndarray | float = 0.0,
    steps: int = 128,
) -> IntegratedGradients:
    """a_i = (x_i - x'_i) mean_k ds/dx_i at x' + (k - 1/2) / steps (x - x')        sum_i a_i = s(x) - s(x').

    Sundararajan, Taly & Yan 2017, "Axiomatic Attribution for Deep Networks", equation 1, with the middle of each step.
    x: one picture. baseline: x', a picture that says nothing, as the network sees it; 0 is black where pictures are scaled
    to 0 ... 1, and the mean picture where they are standardised. More steps make the sum more exact.

    Other arguments and errors as `subject`.
    """
    asked = one(subject(model, x, target))
    network = asked.network
    start = np.broadcast_to(np.asarray(baseline, network.dtype), asked.x.shape)
    way = asked.x - start
    places = ((np.arange(steps) + 0.5) / steps).astype(network.dtype)
    total = np.zeros(network.in_shape)
    with single_threaded_blas():
        for first in range(0, steps, BATCH_SIZE):
            here = places[first : first + BATCH_SIZE].reshape(-1, *(1,) * len(network.in_shape))
            points = start + here * way
            total += _gradient(Subject(network, points, asked.direction.repeat(len(points), axis=0))).sum(axis=0, dtype=np.float64)
        scores = Subject(network, np.concatenate([asked.x, start]), asked.direction.repeat(2, axis=0)).scores()
    return IntegratedGradients(way[0] * (total / steps), float(scores[0]), float(scores[1]))


def one(asked: Subject) -> Subject:
    """The subject, if it is about a single picture. Errors: ValueError."""
    if len(asked.x) != 1:
        raise ValueError(f"this explains one picture at a time, got {len(asked.x)}")
    return asked


def _gradient(part: Subject) -> np.ndarray:
    part.network.forward(part.x, keep=True)
    return part.network.backward(part.direction.copy(), need_dx=True).copy()
