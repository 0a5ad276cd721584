"""What a score is worth: beside simpler methods, with probabilities that can be trusted or not, without refused pictures."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.evaluation import (
    Calibration,
    Ladder,
    LearningCurve,
    Predictions,
    Ranking,
    Refusals,
    Seen,
    Slice,
    calibration,
    ladder,
    ranking,
    seen_in_training,
)
from pellucid.runs.prepare import Prepared
from pellucid.runs.slices import slices_of

HELD_OUT = ("test", "validation")
MISTAKES = 100  # the surest that `scores.json` names


@dataclass(frozen=True, eq=False)
class Worth:
    """All of one part; None where it makes no sense."""

    ladder: Ladder | None = None
    calibration: Calibration | None = None
    ranking: Ranking | None = None
    learning_curve: LearningCurve | None = None
    seen: Seen | None = None  # pictures of the part that have a copy in training
    slices: tuple[Slice, ...] = ()  # by brightness, size and folder
    mistakes: Sequence[dict] = ()  # the surest, with their names
    refusals: Refusals | None = None

    def to_json(self) -> dict:
        """The keys that `scores.json` has beside its parts."""
        return {
            "baselines": self.ladder.to_json() if self.ladder else [],
            "calibration": self.calibration.to_json() if self.calibration else None,
            "ranking": self.ranking.to_json() if self.ranking else None,
            "seen_in_training": self.seen.to_json() if self.seen else None,
            "learning_curve": self.learning_curve.to_json() if self.learning_curve else None,
            "slices": [each.to_json() for each in self.slices],
            "mistakes": list(self.mistakes),
            "refusals": self.refusals.to_json() if self.refusals else None,
        }


def worth_of(prepared: Prepared, predictions: Predictions, part: str, temperature: float, refusals: Refusals) -> Worth:
    """Of the answers to `part`: where it was learned from, there is no ladder, for the nearest neighbour would find itself."""
    folds = part == "cross-validation"  # every picture, answered by other networks, without temperature
    rows = predictions.rows(part)
    found, labels = predictions.probabilities[rows], predictions.labels[rows]
    fitted = len(prepared.split.validation) if temperature != 1 else 0
    return Worth(
        ladder=ladder_of(prepared, predictions, part) if part in HELD_OUT else None,
        calibration=calibration(found, labels, *(() if folds else (temperature, fitted))),
        ranking=ranking(found, labels, predictions.classes),
        seen=seen_of(prepared, predictions, part) if part in HELD_OUT else None,
        slices=_slices(prepared, predictions, rows, folds) if part != "train" else (),
        mistakes=predictions.mistakes_json(MISTAKES, part=None if folds else part),
        refusals=refusals,
    )


def _slices(prepared: Prepared, predictions: Predictions, rows: np.ndarray, folds: bool) -> tuple[Slice, ...]:
    """rows: of the predictions, which leave out what is in no part; folds leave out nothing."""
    dataset, findings = prepared.dataset, prepared.findings
    used = np.arange(len(dataset)) if folds else np.flatnonzero(prepared.split.names(len(dataset)) != "")
    right = (predictions.predicted == predictions.labels)[rows]
    return slices_of(dataset, used[rows], right, findings.facts.at(used[rows]) if findings else None)


def ladder_of(prepared: Prepared, predictions: Predictions, part: str) -> Ladder:
    """The simpler methods, learned from the training part, on the pictures that the network answered."""
    dataset, held_out = prepared.dataset, getattr(prepared.split, part)
    return ladder(dataset.images, dataset.labels, prepared.split.train, held_out, _answers(prepared, predictions, held_out), part)


def seen_of(prepared: Prepared, predictions: Predictions, part: str) -> Seen | None:
    """What copies of training pictures do to the score of a part; None where there are none, or where nobody looked for them."""
    if prepared.leaks is None:
        return None
    held_out = getattr(prepared.split, part)
    right = _answers(prepared, predictions, held_out) == prepared.dataset.labels[held_out]
    return seen_in_training(right, prepared.leaks.groups, prepared.split.train, held_out)


def _answers(prepared: Prepared, predictions: Predictions, rows: np.ndarray) -> np.ndarray:
    """The class answered for each of the rows, all of which are in a part."""
    answered = np.full(len(prepared.dataset), -1)
    answered[np.flatnonzero(prepared.split.names(len(prepared.dataset)) != "")] = predictions.predicted
    return answered[rows]
