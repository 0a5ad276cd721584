"""How many pictures the classes have: over all of them, and in the parts that the data comes with."""

from typing import NamedTuple

import numpy as np

from pellucid.images.split import TEST, TRAIN, VALIDATION

UNEVEN = 1.5  # times as many pictures, or as large a share, from which weighting is offered
BEYOND_CHANCE = 4.0  # standard errors between two shares; with ten classes chance gives that in 1 of 1,600 data sets


class Shift(NamedTuple):
    """A class that is commoner in a later part than in training: its label, that part, and its two shares of 1."""

    label: int
    part: str
    in_training: float
    in_part: float


def imbalance(labels: np.ndarray, classes: int) -> float:
    """How many times as many pictures the largest class has as the smallest."""
    counts = np.bincount(labels, minlength=classes)
    return float(counts.max() / max(1, counts.min()))


def find_shift(labels: np.ndarray, split: np.ndarray | None, classes: int) -> Shift | None:
    """The class whose share grows most, in standard errors, from training to a later part; None where none does.

    labels (N,); split (N,): the given parts by name, or None. A class counts where its share becomes at least 1.5 times as large
    and chance does not explain it: 4 standard errors.
    """
    if split is None:
        return None
    training, found, most = np.bincount(labels[split == TRAIN], minlength=classes), None, BEYOND_CHANCE
    for part in (VALIDATION, TEST):
        there = np.bincount(labels[split == part], minlength=classes)
        if training.any() and there.any():
            shares = training / training.sum(), there / there.sum()
            apart = np.where(shares[1] >= UNEVEN * shares[0], standard_errors(training, there), 0.0)
            label = int(apart.argmax())
            if apart[label] >= most:
                found, most = Shift(label, part, float(shares[0][label]), float(shares[1][label])), apart[label]
    return found


def standard_errors(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """How far the shares a / n and b / m of each class (M,) lie apart.

    |a/n - b/m| / √(p (1 - p) (1/n + 1/m)) with p = (a + b) / (n + m): its square is the χ² of the class against all others.
    """
    n, m = first.sum(), second.sum()
    p = (first + second) / (n + m)
    deviation = np.sqrt(p * (1 - p) * (1 / n + 1 / m))
    apart = np.abs(first / n - second / m)
    return np.divide(apart, deviation, out=np.zeros(len(apart)), where=deviation > 0)
