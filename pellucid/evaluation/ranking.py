"""How well the probabilities put the right pictures first, whatever the threshold: curves, their areas, top-k, log-loss."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

TOP = (3, 5)  # k of top-k, where there are more classes
POINTS = 200  # of a curve that are kept


class Curve(NamedTuple):
    """One class against all others."""

    name: str
    x: np.ndarray
    y: np.ndarray
    area: float


@dataclass(frozen=True, eq=False)
class Ranking:
    """roc: false against true positives. precision_recall: recall against precision, its area the average precision.

    One curve of each for every class that has pictures, and others beside it; of two classes only for the second one.
    """

    roc: tuple[Curve, ...]
    precision_recall: tuple[Curve, ...]
    log_loss: float
    top: dict[int, float]  # {3: 0.98, 5: 0.99}: how often the true class is among the k most probable

    @property
    def roc_area(self) -> float | None:
        """The mean over the classes; None where there is no curve."""
        return float(np.mean([curve.area for curve in self.roc])) if self.roc else None

    @property
    def average_precision(self) -> float | None:
        return float(np.mean([curve.area for curve in self.precision_recall])) if self.precision_recall else None

    def to_json(self) -> dict:
        """The areas, without the curves."""
        return {
            "roc_area": self.roc_area,
            "average_precision": self.average_precision,
            "log_loss": self.log_loss,
            "top": {str(k): share for k, share in self.top.items()},
            "per_class": [
                {"name": roc.name, "roc_area": roc.area, "average_precision": pr.area}
                for roc, pr in zip(self.roc, self.precision_recall)
            ],
        }


def ranking(probabilities: np.ndarray, labels: np.ndarray, classes: Sequence[str]) -> Ranking:
    """Curves and areas of probabilities (N, K) against labels (N,); scikit-learn computes them."""
    from sklearn import metrics

    numbers = range(len(classes)) if len(classes) > 2 else (1,)
    curves = [_curves(probabilities[:, k], labels == k, classes[k]) for k in numbers if 0 < (labels == k).sum() < len(labels)]
    everything = np.arange(len(classes))
    return Ranking(
        roc=tuple(roc for roc, _ in curves),
        precision_recall=tuple(pr for _, pr in curves),
        log_loss=float(metrics.log_loss(labels, probabilities / probabilities.sum(axis=1, keepdims=True), labels=everything)),
        top={
            k: float(metrics.top_k_accuracy_score(labels, probabilities, k=k, labels=everything)) for k in TOP if k < len(classes)
        },
    )


def _curves(score: np.ndarray, positive: np.ndarray, name: str) -> tuple[Curve, Curve]:
    from sklearn import metrics

    false, true, _ = metrics.roc_curve(positive, score)
    precision, recall, _ = metrics.precision_recall_curve(positive, score)
    roc = Curve(name, *_thinned(false, true), float(metrics.auc(false, true)))
    return roc, Curve(name, *_thinned(recall[::-1], precision[::-1]), float(metrics.average_precision_score(positive, score)))


def _thinned(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """At most 200 points of a curve, its ends among them."""
    kept = np.unique(np.linspace(0, len(x) - 1, min(POINTS, len(x))).round().astype(np.int64))
    return x[kept], y[kept]
