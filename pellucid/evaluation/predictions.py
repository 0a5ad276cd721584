"""Every answer of a classifier beside the truth."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from pellucid.errors import DataError


@dataclass(frozen=True, eq=False)
class Predictions:
    """One row a picture: its name, its label, the probability of every class, the part it belongs to."""

    paths: tuple[str, ...]  # (N,) as in the source: relative paths, or "digits[17]"
    labels: np.ndarray  # (N,) int64
    probabilities: np.ndarray  # (N, K), rows sum to 1
    split: np.ndarray  # (N,) str: "train", "validation", "test"
    classes: tuple[str, ...]  # (K,)
    refused: np.ndarray | None = None  # (N,) text: "" or why the model gives no answer; None: it answers everything

    def __post_init__(self):
        expected = (len(self.paths), len(self.classes))
        if not (np.shape(self.probabilities) == expected and len(self.labels) == len(self.split) == expected[0]):
            raise DataError(
                f"expected a label, a part and a row of {expected[1]} probabilities for each of {expected[0]} "
                f"pictures, got {len(self.labels)}, {len(self.split)} and an array {np.shape(self.probabilities)}"
            )

    def __len__(self) -> int:
        return len(self.paths)

    @cached_property
    def predicted(self) -> np.ndarray:
        """(N,) int64: the most probable class, the first of equals."""
        return np.asarray(self.probabilities).argmax(axis=1)

    @cached_property
    def confidence(self) -> np.ndarray:
        """(N,) the probability of the predicted class."""
        return np.asarray(self.probabilities)[np.arange(len(self)), self.predicted]

    def rows(self, part: str) -> np.ndarray:
        """The rows of a part; of "cross-validation" all, for each was answered by the network of a fold."""
        split = np.asarray(self.split)
        return np.arange(len(self)) if part == "cross-validation" else np.flatnonzero(split == part)

    def worst_mistakes(self, count: int | None = None, *, part: str | None = None) -> np.ndarray:
        """Rows answered wrongly, the surest first; of equally sure ones, the one that gave the truth least first."""
        rows = self._rows(self.predicted != self.labels, part)
        truth = np.asarray(self.probabilities)[rows, self.labels[rows]]
        return rows[np.lexsort((rows, truth, -self.confidence[rows]))][:count]

    def mistakes_json(self, count: int, *, part: str | None = None) -> list[dict]:
        """The first `count` of `worst_mistakes`, plain: name, label, what was predicted and how surely."""
        return [
            {
                "path": self.paths[row],
                "label": self.classes[self.labels[row]],
                "predicted": self.classes[self.predicted[row]],
                "probability": float(self.confidence[row]),
            }
            for row in self.worst_mistakes(count, part=part).tolist()
        ]

    def right_answers(self, count: int | None = None, *, part: str | None = None) -> np.ndarray:
        """Rows answered rightly, the least sure first; `count` of them are spread evenly from there to the surest."""
        rows = self._rows(self.predicted == self.labels, part)
        rows = rows[np.lexsort((rows, self.confidence[rows]))]
        if count is None or count >= len(rows):
            return rows
        return rows[np.linspace(0, len(rows) - 1, count).round().astype(np.int64)]

    def _rows(self, chosen, part):
        return np.flatnonzero(chosen if part is None else chosen & (np.asarray(self.split) == part))
