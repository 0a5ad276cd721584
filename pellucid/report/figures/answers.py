"""What the answers are worth: the confusion matrix, and curves over the confidence."""

from collections.abc import Sequence

import numpy as np

from pellucid.evaluation import Refusals
from pellucid.evaluation.calibration import Bin
from pellucid.evaluation.ranking import Curve
from pellucid.report.figures.style import BLUE, INK, MUTED, NAME, ORANGE, PAPER, POINTS, dress, headed, label, text
from pellucid.report.pictures import confusion_pixels, confusion_strength
from pellucid.words import percent

_CLASSES_NAMED = 40  # more class names than this cannot be read along an axis
_CLASSES_COUNTED = 15  # more columns than this leave no room for counts


def confusion_matrix(ax, confusion: np.ndarray, classes: Sequence[str]) -> None:
    """(K, K) counts, a row for each true class: blue where right, orange where wrong, darker where fuller."""
    dress(ax)
    ax.spines["bottom"].set_visible(False)
    ax.imshow(confusion_pixels(confusion), interpolation="nearest")
    ax.set_xlabel("predicted", color=MUTED)
    ax.set_ylabel("true", color=MUTED)
    named = range(len(classes)) if len(classes) <= _CLASSES_NAMED else ()
    labels = [label(classes[k], NAME) for k in named]
    upright = max(map(len, labels), default=0) > (3 if len(classes) > 5 else 10)
    ax.set_xticks(named, labels, parse_math=False, rotation=90 if upright else 0)
    ax.set_yticks(named, labels, parse_math=False)
    ax.tick_params(length=0, labelsize=9 if len(classes) <= 20 else 6)
    if named:
        ax.set_xticks(np.arange(1, len(classes)) - 0.5, minor=True)
        ax.set_yticks(np.arange(1, len(classes)) - 0.5, minor=True)
        ax.tick_params(which="minor", length=0)
        ax.grid(which="minor", color=PAPER, linewidth=1)
    if len(classes) <= _CLASSES_COUNTED:
        strength = confusion_strength(confusion)
        for (row, column), count in np.ndenumerate(confusion):
            if count:
                ink = "white" if strength[row, column] > 0.6 else INK
                text(ax, column, row, f"{count:,}", color=ink, ha="center", va="center", fontsize=9)


def reliability(ax, bins: Sequence[Bin]) -> None:
    """Confidence against accuracy (see `evaluation.reliability`), a dot for each bin with its 95 % interval."""
    _unit_square(ax, "Right, by confidence", "confidence, %", "right, %")
    ax.plot([0, 100], [0, 100], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    total = sum(bin.n for bin in bins)
    for bin in bins:
        low, high = bin.interval
        ax.plot([100 * bin.confidence] * 2, [100 * low, 100 * high], color=BLUE, linewidth=1.2)
        size = 20 + 260 * bin.n / total
        ax.scatter(100 * bin.confidence, 100 * bin.accuracy, size, color=BLUE, zorder=3, clip_on=False)


def roc(ax, curves: Sequence[Curve]) -> None:
    """False against true positives, a line for each class (see `evaluation.ranking`); the class with the least area in orange."""
    _unit_square(ax, "ROC curve" if len(curves) == 1 else "ROC curves", "wrongly called so, %", "found, %")
    ax.plot([0, 100], [0, 100], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    _by_class(ax, curves)


def precision_recall(ax, curves: Sequence[Curve]) -> None:
    """Recall against precision, a line for each class; the class with the least area in orange."""
    _unit_square(ax, "Precision and recall", "found (recall), %", "right among those called so (precision), %")
    _by_class(ax, curves)


def risk_coverage(ax, refusals: Refusals) -> None:
    """Share of pictures answered against the share of answers that is wrong, and, dashed, how large that may truly be.

    The threshold that was chosen is a ring, the risk that was asked for a line. `refusals.curve` is needed.
    """
    curve, promise, risk = refusals.curve, refusals.promise, refusals.risk
    _unit_square(ax, "Wrong, by share answered", "answered, %", "wrong among the answers, %")
    shown = np.unique(np.linspace(0, len(curve.risk) - 1, POINTS).round().astype(np.int64))
    coverage = 100 * curve.coverage[shown]
    ax.plot(coverage, 100 * curve.bound[shown], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.plot(coverage, 100 * curve.risk[shown], color=BLUE, linewidth=1.8)
    top = max(130 * float(curve.risk[-1]), 250 * risk, 5.0)
    ax.set_ylim(0, min(101, top))
    if risk:
        ax.axhline(100 * risk, color=ORANGE, linewidth=1)
        text(ax, 50, 100 * risk, f"asked for: {percent(risk)}", color=ORANGE, ha="center", va="bottom", fontsize=9)
    if promise:
        ring = {"markersize": 8, "markeredgecolor": BLUE, "markeredgewidth": 1.8}
        ax.plot(100 * promise.coverage, 100 * promise.wrong / promise.answered, "o", color=PAPER, clip_on=False, zorder=3, **ring)


def _unit_square(ax, title, across, up):
    headed(ax, title, across, rules="both")
    ax.set_ylabel(up, color=MUTED)
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 101)


def _by_class(ax, curves):
    worst = min(curves, key=lambda curve: curve.area) if len(curves) > 1 else None
    for curve in sorted(curves, key=lambda curve: curve is worst):
        colour = ORANGE if curve is worst else BLUE
        width = 1.8 if curve is worst or len(curves) == 1 else 0.9
        ax.plot(100 * curve.x, 100 * curve.y, color=colour, linewidth=width, clip_on=False)
    if worst is not None:
        text(ax, 98, 4, f"{label(worst.name, NAME)}: area {worst.area:.3f}", color=ORANGE, ha="right", va="bottom", fontsize=9)
