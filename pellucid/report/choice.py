"""Which pictures a report shows."""

from collections.abc import Callable, Sequence

import numpy as np

from pellucid.evaluation import Predictions
from pellucid.report.data import Answer, Picture

# row -> (H, W, 1 or 3) uint8 (see `thumbnail`), or None for a row of features
Show = Callable[[int], np.ndarray | None]


def samples(
    labels: np.ndarray, classes: Sequence[str], paths: Sequence[str], show: Show, total: int = 80
) -> dict[str, tuple[Picture, ...]]:
    """Some pictures of every class, spread evenly over it: at most 20 of each, about `total` in all, at least one.

    show: the picture of a row of `labels`.
    """
    each = max(1, min(20, total // len(classes)))
    chosen = {}
    for number, name in enumerate(classes):
        rows = np.flatnonzero(np.asarray(labels) == number)
        rows = rows[np.linspace(0, len(rows) - 1, min(each, len(rows))).round().astype(np.int64)]
        chosen[name] = tuple(Picture(paths[row], show(int(row))) for row in rows)
    return chosen


def gallery(
    predictions: Predictions, part: str | None, show: Show, *, wrong: int = 24, right: int = 24
) -> tuple[Answer, ...]:
    """The worst mistakes of a part (None: of all), then right answers from the least sure to the surest.

    show: the picture of a row of `predictions`.
    """
    rows = [*predictions.worst_mistakes(wrong, part=part), *predictions.right_answers(right, part=part)]
    return tuple(_answer(predictions, int(row), show) for row in rows)


def refused(predictions: Predictions, part: str, show: Show, *, each: int = 16) -> tuple[Answer, ...]:
    """Pictures of a part that are refused, at most `each` for one reason, the surest first."""
    if predictions.refused is None:
        return ()
    rows = predictions.rows(part)
    rows = rows[np.argsort(-predictions.confidence[rows], kind="stable")]
    reasons = [reason for reason in np.unique(predictions.refused[rows]) if reason]
    chosen = [row for reason in reasons for row in rows[predictions.refused[rows] == reason][:each]]
    return tuple(_answer(predictions, int(row), show) for row in chosen)


def _answer(predictions, row, show):
    label, predicted = int(predictions.labels[row]), int(predictions.predicted[row])
    return Answer(
        Picture(predictions.paths[row], show(row)),
        predictions.classes[label],
        predictions.classes[predicted],
        float(predictions.probabilities[row][predicted]),
        float(predictions.probabilities[row][label]),
        "" if predictions.refused is None else str(predictions.refused[row]),
    )
