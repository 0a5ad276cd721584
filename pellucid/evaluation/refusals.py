"""What a model refuses to answer, and what is left."""

from dataclasses import dataclass

import numpy as np

from pellucid.evaluation.abstention import Promise, RiskCoverage
from pellucid.evaluation.interval import wilson
from pellucid.refusal import NONE_OF_THESE, NOT_SURE


@dataclass(frozen=True)
class Answered:
    """The answers that were given to n pictures, and why the others were not."""

    n: int
    correct: int  # of the answers that were given
    unsure: int
    strange: int

    @property
    def given(self) -> int:
        return self.n - self.unsure - self.strange

    @property
    def coverage(self) -> float:
        """The share of pictures that got an answer."""
        return self.given / self.n

    @property
    def accuracy(self) -> float | None:
        """Of the answers that were given; None where there are none."""
        return self.correct / self.given if self.given else None

    @property
    def interval(self) -> tuple[float, float]:
        """95 % (Wilson)."""
        return wilson(self.correct, self.given)

    def to_json(self) -> dict:
        return {
            "n": self.given,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "coverage": self.coverage,
            "refused": {NOT_SURE: self.unsure, NONE_OF_THESE: self.strange},
        }


@dataclass(frozen=True, eq=False)
class Refusals:
    """When a trained model gives no answer, how that was chosen, and what it gains."""

    curve: RiskCoverage | None  # of the pictures a threshold is chosen on; None: there are none
    risk: float = 0.0  # that was asked for; 0: no threshold
    promise: Promise | None = None
    limit: float | None = None  # of the distance to the training pictures; None: strange ones are not told
    answered: Answered | None = None  # of the part that scores speak of; None: the model answers everything

    def to_json(self) -> dict:
        return {
            "promise": self.promise.to_json() if self.promise else None,
            "limit": self.limit,
            "answered": self.answered.to_json() if self.answered else None,
        }


def answered(labels: np.ndarray, predicted: np.ndarray, refused: np.ndarray) -> Answered:
    """Count labels (N,), class numbers (N,) and reasons (N,), "" for an answer that was given."""
    given = refused == ""
    return Answered(
        n=len(labels),
        correct=int((given & (labels == predicted)).sum()),
        unsure=int((refused == NOT_SURE).sum()),
        strange=int((refused == NONE_OF_THESE).sum()),
    )
