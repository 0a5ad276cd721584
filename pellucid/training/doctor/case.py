"""What is known about a training when the doctor judges it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.training.doctor.look import Look
from pellucid.training.doctor.sample import Sample
from pellucid.training.epoch import Epoch

YOUNG_SHARE = 0.25  # of the planned steps, and at least
YOUNG_STEPS = 50  # so many, in which a network may still answer alike for all pictures: gradient descent begins slowly


@dataclass(eq=False)
class Case:
    """The run so far. Every fault is a function of it that gives (what was seen, the cure), or None.

    first, look: the first look and the latest one. epochs: the records so far. labels: all training labels (N,), or None where
    targets are no labels. validation: how many validation pictures there are.
    """

    network: Network  # the doctor's copy
    loss: Loss
    sample: Sample
    labels: np.ndarray | None
    classes: Sequence[str]  # their names; empty: not known
    validation: int
    planned: int  # epochs
    steps_per_epoch: int
    first: Look
    look: Look
    epochs: Sequence[Epoch] = field(default_factory=list)

    @property
    def learning_rate(self) -> str:
        """What is put behind "the learning rate": " (now 0.5)", and nothing before the first step and for L-BFGS."""
        return f" (now {self.epochs[-1].learning_rate:.2g})" if self.look.steps else ""

    @property
    def most_common(self) -> float:
        """The share of the most common class: what always answering it would get right."""
        return float(np.bincount(self.labels).max() / len(self.labels))

    @property
    def guessing(self) -> float:
        """The cross-entropy of always answering with the shares of the classes; 0 for other losses."""
        outputs = self.look.outputs.shape[1]
        if not (self.loss.link == "softmax" or (self.loss.link == "sigmoid" and outputs == 1)):
            return 0.0
        shares = np.bincount(self.labels) / len(self.labels)
        return -float(np.sum(shares * np.log(np.maximum(shares, 1e-300))))

    @property
    def grown_up(self) -> bool:
        """A quarter of the planned steps is over, and at least 50."""
        steps = len(self.epochs) * self.steps_per_epoch
        return steps >= max(YOUNG_STEPS, YOUNG_SHARE * self.planned * self.steps_per_epoch)

    def no_better_than_chance(self, accuracy: float, pictures: int) -> bool:
        """Within three standard deviations of what always answering the most common class would get right."""
        p = self.most_common
        return accuracy <= p + 3 * math.sqrt(p * (1 - p) / pictures)

    def is_weight(self, name: str) -> bool:
        """An array that decays: weights and filters, not biases."""
        return any(slot.name == name and slot.span.stop <= self.network.decaying for slot in self.network.slots)
