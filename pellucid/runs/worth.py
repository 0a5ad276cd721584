"""What a score is worth: beside simpler methods, and how far the probabilities behind it can be trusted."""

from dataclasses import dataclass

import numpy as np

from pellucid.evaluation import Calibration, Ladder, Predictions, Ranking, calibration, ladder, ranking
from pellucid.runs.prepare import Prepared


@dataclass(frozen=True, eq=False)
class Worth:
    """All of one part; None where it makes no sense."""

    ladder: Ladder | None = None
    calibration: Calibration | None = None
    ranking: Ranking | None = None

    def to_json(self) -> dict:
        """The keys that `scores.json` has beside its parts."""
        return {
            "baselines": self.ladder.to_json() if self.ladder else [],
            "calibration": self.calibration.to_json() if self.calibration else None,
            "ranking": self.ranking.to_json() if self.ranking else None,
        }


def worth_of(prepared: Prepared, predictions: Predictions, part: str, temperature: float) -> Worth:
    """Of the answers to `part`: where it was learned from, there is no ladder, for the nearest neighbour would find itself."""
    rows = slice(None) if part == "cross-validation" else np.flatnonzero(predictions.split == part)
    found, labels = predictions.probabilities[rows], predictions.labels[rows]
    if part == "cross-validation":  # answered by other networks, without temperature
        return Worth(None, calibration(found, labels), ranking(found, labels, predictions.classes))
    return Worth(
        ladder_of(prepared, predictions, part) if part in ("test", "validation") else None,
        calibration(found, labels, temperature, len(prepared.split.validation) if temperature != 1 else 0),
        ranking(found, labels, predictions.classes),
    )


def ladder_of(prepared: Prepared, predictions: Predictions, part: str) -> Ladder:
    """The simpler methods, learned from the training part, on the pictures that the network answered."""
    dataset, held_out = prepared.dataset, getattr(prepared.split, part)
    answered = np.full(len(dataset), -1)
    answered[np.flatnonzero(prepared.split.names(len(dataset)) != "")] = predictions.predicted
    return ladder(dataset.images, dataset.labels, prepared.split.train, held_out, answered[held_out], part)
