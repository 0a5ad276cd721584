"""Pictures of a test that the network was trained on as well, as copies: what they do to the score."""

from typing import NamedTuple

import numpy as np

INFLATED = 0.01


class Seen(NamedTuple):
    """Held-out pictures with a copy among the training pictures, and those without: how many, and how many named correctly."""

    n: int
    correct: int
    others: int
    others_correct: int

    @property
    def accuracy(self) -> float:
        return self.correct / self.n

    @property
    def others_accuracy(self) -> float:
        """Of the pictures that are new to the network; NaN where there are none."""
        return self.others_correct / self.others if self.others else np.nan

    @property
    def inflated(self) -> bool:
        """Whether the copies raise the accuracy by a point or more, or nothing else was asked."""
        if not self.others:
            return True
        return (self.correct + self.others_correct) / (self.n + self.others) - self.others_accuracy >= INFLATED

    def to_json(self) -> dict:
        others = {"n": self.others, "accuracy": self.others_accuracy if self.others else None}
        return {"n": self.n, "accuracy": self.accuracy, "others": others}


def seen_in_training(right: np.ndarray, groups: np.ndarray, train: np.ndarray, held_out: np.ndarray) -> Seen | None:
    """None where no held-out picture has a copy in training.

    right: (n,) bool, the answers to `held_out` (n,); groups: (N,), copies share one; train: rows, as `held_out`.
    """
    copied = np.isin(groups[held_out], groups[train])
    if not copied.any():
        return None
    return Seen(int(copied.sum()), int(right[copied].sum()), int((~copied).sum()), int(right[~copied].sum()))
