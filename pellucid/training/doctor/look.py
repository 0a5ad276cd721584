"""One look at a network in training: values and gradients of a sample of its pictures, and one step with them.

Everything is done to a copy of the network and its optimiser, so that the training itself never notices.
"""

import copy
import math
from dataclasses import dataclass

import numpy as np

from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.optim.update import Update
from pellucid.training.doctor.sample import Sample
from pellucid.training.doctor.units import Units, units_of

SLOPE_STEP = 1e-3  # share by which the small step of `slope` should lower the loss: float32 shows a ten-thousandth of that
FAR = 0.1  # of the length of theta: a step so long, where there is next to no gradient, leaves the slope that it should measure
TIMES = 64.0  # by which the gradient of the outputs is multiplied to see what becomes of the others; a power of 2: exact in float32
SLOPE_DOUBT = 0.05  # a slope so far from 1 is measured again with a tenth of the step: the loss may be bent, not the gradient wrong


@dataclass(frozen=True, eq=False)
class Look:
    """What was seen. weights, gradients, steps: lengths |W|, |dW|, |W after a step − W| of the arrays that learn, by name."""

    loss: float
    outputs: np.ndarray  # (n, K)
    units: list[Units]
    weights: dict[str, float]
    gradients: dict[str, float]
    steps: dict[str, float]  # empty where no step was tried
    slope: float | None  # how steep the loss falls along the gradient, as a share of what the gradient says; None: not measured
    weights_slope: float | None  # the same along the weights' part: wrong biases may hide wrong weights in the whole
    bent: float | None  # |backward(64 dz) - 64 backward(dz)| / |64 backward(dz)|, which is 0; None: not measured


class Patient:
    """A copy of the network, its loss and its update, to look at."""

    def __init__(self, network: Network, loss: Loss, update: Update | None, sample: Sample):
        self.original, self.original_update, self.sample = network, update, sample
        self.network, self.loss, self.update = copy.deepcopy((network, loss, update))

    def look(self, learning_rate: float | None = None, *, slope: bool = False) -> Look:
        """The network as it is now, as it behaves in training.

        learning_rate: of the step that is tried; None: none. slope: whether to measure it and `bent`, by four passes.
        """
        self._follow()
        network, sample = self.network, self.sample
        with single_threaded_blas(), np.errstate(all="ignore"):
            z = network.forward(sample.x, train=True, keep=True).copy()
            loss, dz = self.loss(z, sample.t, sample.w, network.kernels)
            network.backward(dz)
            return Look(
                loss=loss,
                outputs=z,
                units=units_of(network),
                weights=self._lengths(network.theta),
                gradients=self._lengths(network.grad),
                slope=self._slope(loss, slice(None)) if slope else None,
                weights_slope=self._slope(loss, slice(network.decaying)) if slope else None,
                bent=self._bent() if slope else None,
                steps=self._steps(learning_rate) if learning_rate and self.update else {},  # last: it changes the copy
            )

    def _follow(self) -> None:
        """Take over what the original has learned since."""
        network, original = self.network, self.original
        network.values[...] = original.values
        network.clock.step = original.clock.step
        if network.factors != original.factors:
            for name, factor in original.factors.items():
                network.set_factor(name, factor)
        if self.update:
            self.update.optimizer.state[...] = self.original_update.optimizer.state
            self.update.optimizer.steps = self.original_update.optimizer.steps

    def _lengths(self, vector: np.ndarray) -> dict[str, float]:
        network = self.network
        return {slot.name: _length(vector[slot.span]) for slot in network.slots if network.factors[slot.name]}

    def _steps(self, learning_rate: float) -> dict[str, float]:
        before = self.network.theta.copy()
        self.update(learning_rate)
        return self._lengths(before - self.network.theta)

    def _slope(self, loss: float, part: slice) -> float:
        """(f(theta + h g) - f(theta - h g)) / 2 h |g|^2, 1 where g is part of the gradient of f; NaN where it is next to 0."""
        square = float(np.dot(self.network.grad[part], self.network.grad[part]))
        if not 0 < square < math.inf or not math.isfinite(loss):
            return math.nan
        slope = math.nan
        for share in (SLOPE_STEP, SLOPE_STEP / 10):
            h = share * loss / square
            if h * math.sqrt(square) > FAR * _length(self.network.theta[part]):
                continue
            slope = (self._loss_at(h, part) - self._loss_at(-h, part)) / (2 * share * loss)
            if abs(slope - 1) < SLOPE_DOUBT:
                break
        return slope

    def _bent(self) -> float:
        """How far the gradients are from being linear in the gradient of the outputs, as a share; NaN where they are 0."""
        network, sample, once = self.network, self.sample, self.network.grad.copy()
        z = network.forward(sample.x, train=True, keep=True)
        _, dz = self.loss(z, sample.t, sample.w, network.kernels)
        network.backward(dz * TIMES)
        difference = network.grad / TIMES - once
        network.grad[...] = once
        length, bent = _length(once), _length(difference)
        if not 0 < length < math.inf:
            return math.nan
        return bent / length if math.isfinite(bent) else math.inf

    def _loss_at(self, h: float, part: slice) -> float:
        """f(theta + h g), with g a part of the gradient."""
        network, sample = self.network, self.sample
        before = network.theta.copy()
        network.theta[part] += network.grad[part] * h
        z = network.forward(sample.x, train=True)
        loss, _ = self.loss(z, sample.t, sample.w, network.kernels)
        network.theta[...] = before
        return loss


def _length(array: np.ndarray) -> float:
    return math.sqrt(float(np.dot(array, array)))
