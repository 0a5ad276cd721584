"""The scores of one part (training, validation or test), counted from the confusion matrix.

    precision = right / predicted as this class        recall = right / truly of this class
    F1 = 2 precision recall / (precision + recall) = 2 right / (predicted + true)        0 / 0 counts as 0

They are a few additions, so they are written here instead of importing scikit-learn, which takes longer than a short
training; the tests hold them to scikit-learn's.
"""

import math
from dataclasses import asdict, dataclass

import numpy as np

from pellucid.errors import DataError
from pellucid.evaluation.interval import wilson


@dataclass(frozen=True)
class ClassScore:
    """Precision, recall and F1 of one class, and `support`, its number of pictures."""

    name: str
    precision: float
    recall: float
    f1: float
    support: int


@dataclass(frozen=True, eq=False)
class Scores:
    """How well one part is answered; `score` makes it."""

    n: int
    correct: int
    accuracy: float
    interval: tuple[float, float]  # 95 %, Wilson
    loss: float
    confusion: np.ndarray  # (K, K) int64: row the truth, column the answer
    per_class: tuple[ClassScore, ...]
    macro: ClassScore  # the plain mean over classes
    weighted: ClassScore  # the mean weighted by support
    majority: tuple[str, float]  # the most common class, and what always answering it scores here

    @property
    def classes(self) -> tuple[str, ...]:
        """(K,) class names, in the order of the confusion matrix."""
        return tuple(row.name for row in self.per_class)

    def to_json(self) -> dict:
        """Plain Python numbers, lists and strings; a loss that is not finite becomes None, which JSON can hold."""
        return {
            "n": self.n,
            "correct": self.correct,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "loss": self.loss if math.isfinite(self.loss) else None,
            "confusion": self.confusion.tolist(),
            "per_class": [asdict(row) for row in self.per_class],
            "macro": asdict(self.macro),
            "weighted": asdict(self.weighted),
            "majority": {"name": self.majority[0], "accuracy": self.majority[1]},
        }


def score(
    labels: np.ndarray,
    probabilities: np.ndarray,
    classes: tuple[str, ...],
    loss: float,
    *,
    most_common: int | None = None,
) -> Scores:
    """Score the answers to one part.

    labels: (N,) class numbers        probabilities: (N, K)        classes: (K,) names        loss: of this part
    The answer is the most probable class, the first of equals. `most_common` is the number of the class that was most
    common in training (`most_common_class`), the baseline; without it the most common one of these labels is taken.
    Raises DataError for an empty part and for arrays that do not fit together.
    """
    labels, probabilities = np.asarray(labels), np.asarray(probabilities)
    _check(labels, probabilities, classes)
    confusion = _confusion(labels, probabilities.argmax(axis=1), len(classes))
    right, predicted, true = np.diag(confusion), confusion.sum(axis=0), confusion.sum(axis=1)
    measures = np.stack([_ratio(right, predicted), _ratio(right, true), _ratio(2 * right, predicted + true)], axis=1)
    n, correct = len(labels), int(right.sum())
    if most_common is None:
        most_common = most_common_class(labels, len(classes))
    return Scores(
        n=n,
        correct=correct,
        accuracy=correct / n,
        interval=wilson(correct, n),
        loss=float(loss),
        confusion=confusion,
        per_class=tuple(_row(name, row, count) for name, row, count in zip(classes, measures, true)),
        macro=_row("macro average", measures.mean(axis=0), n),
        weighted=_row("weighted average", true @ measures / n, n),
        majority=(str(classes[most_common]), int(true[most_common]) / n),
    )


def most_common_class(labels: np.ndarray, n_classes: int) -> int:
    """The number of the class with most pictures, the first of equals."""
    return int(np.bincount(labels, minlength=n_classes).argmax())


def most_confused(confusion: np.ndarray, limit: int) -> list[tuple[int, int, int]]:
    """(true class, answer, pictures) of the fullest cells beside the diagonal of a confusion matrix (K, K), at most `limit`."""
    wrong = confusion - np.diag(np.diag(confusion))
    fullest = np.argsort(-wrong, axis=None, kind="stable")[:limit]
    cells = [(int(cell // len(wrong)), int(cell % len(wrong)), int(wrong.flat[cell])) for cell in fullest]
    return [cell for cell in cells if cell[2]]


def _confusion(labels, answers, n_classes):
    cells = np.bincount(labels * n_classes + answers, minlength=n_classes * n_classes)
    confusion = cells.reshape(n_classes, n_classes)
    confusion.flags.writeable = False
    return confusion


def _ratio(above, below):
    return np.divide(above, below, out=np.zeros(len(above)), where=below > 0)


def _row(name, measures, support):
    precision, recall, f1 = (float(value) for value in measures)
    return ClassScore(str(name), precision, recall, f1, int(support))


def _check(labels, probabilities, classes):
    if len(labels) == 0:
        raise DataError("nothing to score: this part holds no picture; give it a share with --validation or --test")
    if probabilities.shape != (len(labels), len(classes)):
        raise DataError(
            f"expected probabilities of shape ({len(labels)}, {len(classes)}), a row per label and a column per class, "
            f"got {probabilities.shape}"
        )
    if labels.min() < 0 or labels.max() >= len(classes):
        raise DataError(f"labels must be 0 to {len(classes) - 1}, got {labels.min()} to {labels.max()}")
    finite = np.isfinite(probabilities).all(axis=1)
    if not finite.all():
        raise DataError(
            f"{np.count_nonzero(~finite):,} of {len(labels):,} answers are NaN or infinite, the first that of row "
            f"{finite.argmin()}: leave out rows with huge values, or train again with a smaller learning rate"
        )
