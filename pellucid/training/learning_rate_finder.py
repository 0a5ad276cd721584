"""Which learning rate? Try all of them, each for one step."""

import math
from typing import NamedTuple

import numpy as np

from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.optim.update import Update
from pellucid.training.fit import train_step

SMOOTHING = 0.9  # of the loss from step to step
SETTLING = 10  # steps that the smoothed loss needs to be more than the luck of the first batches: 1 / (1 - SMOOTHING)
DIVERGED = 4.0  # a smoothed loss this many times the lowest ends the sweep


class LearningRateSweep(NamedTuple):
    """The smoothed loss at each rate tried, and the rate to train with: NaN where even the lowest diverged."""

    learning_rates: list[float]
    losses: list[float]
    suggestion: float


def sweep_learning_rates(
    network: Network,
    loss: Loss,
    update: Update,
    batches,
    *,
    lowest: float = 1e-6,
    highest: float = 10.0,
    steps: int = 100,
) -> LearningRateSweep:
    """Raise the rate from `lowest` to `highest`, by the same factor each step, and watch the loss (Smith 2017, section 3.3).

    The suggestion is a tenth of the rate at which the smoothed loss is lowest: there the loss still falls fast, and the rate is
    well below the one that diverges. (The steepest fall, often taken instead, is the noise of the first steps when batches are
    small: 1e-6 for 5 of 8 seeds with SGD on the digits in batches of 8.) The network and the update are used up: hand over
    fresh ones.

    Errors: ValueError for fewer than 2 steps.
    """
    if steps < 2:
        raise ValueError(f"a sweep takes 2 steps or more, from the lowest rate to the highest; got {steps}")
    rates, losses, running, minimum = [], [], 0.0, math.inf
    with single_threaded_blas(), np.errstate(all="ignore"):
        for step, batch in zip(range(steps), _endless(batches), strict=False):
            rate = lowest * (highest / lowest) ** (step / (steps - 1))
            network.clock.step = step
            value, norm, _ = train_step(network, loss, update, batch, rate)
            running = SMOOTHING * running + (1 - SMOOTHING) * value
            smooth = running / (1 - SMOOTHING ** (step + 1))
            if not math.isfinite(norm) or smooth > DIVERGED * minimum:
                break
            minimum = min(minimum, smooth)
            rates.append(rate)
            losses.append(smooth)
    return LearningRateSweep(rates, losses, _suggestion(rates, losses))


def _endless(batches):
    number = 0
    while True:
        yield from batches.epoch(number)
        number += 1


def _suggestion(rates: list[float], losses: list[float]) -> float:
    if not rates:
        return math.nan
    settled = min(SETTLING, len(losses) - 1)
    return rates[settled + int(np.argmin(losses[settled:]))] / 10
