"""Curves of the training: loss and accuracy by epoch, what a recipe costs, and what more pictures would give."""

from collections.abc import Sequence

import numpy as np

from pellucid.evaluation import LearningCurve
from pellucid.report.data import Costs
from pellucid.report.figures.style import (
    BLUE,
    MUTED,
    ORANGE,
    PAPER,
    POINTS,
    by_epoch,
    headed,
    label,
    loss_scale,
    percent_scale,
    whole_numbers,
)


def loss_curve(ax, epochs: Sequence, best: int | None = None) -> None:
    """Training and validation loss by epoch.

    epochs: `training.Epoch` records, or the lines of `metrics.jsonl`. best: the position of the epoch whose weights
    were kept, marked with a ring.
    """
    curves = [by_epoch(epochs, "loss"), by_epoch(epochs, "validation_loss")]
    _curves(ax, curves, best)
    headed(ax, "Loss, logarithmic" if loss_scale(ax, _finite(curves)) else "Loss", "epoch")


def accuracy_curve(ax, epochs: Sequence, best: int | None = None) -> None:
    """Training and validation accuracy by epoch, in percent; arguments as `loss_curve`."""
    curves = [100 * by_epoch(epochs, "accuracy"), 100 * by_epoch(epochs, "validation_accuracy")]
    _curves(ax, curves, best)
    percent_scale(ax, _finite(curves))
    headed(ax, "Accuracy, %", "epoch")


def cost_curves(ax, costs: Costs) -> None:
    """The training loss of one recipe: a thin line for each seed, the first one strong."""
    for number, curve in reversed([*enumerate(costs.curves)]):
        values = np.asarray(curve, dtype=np.float64)
        rows = np.unique(np.linspace(0, len(values) - 1, min(POINTS, len(values))).round().astype(np.int64))
        style = {"linewidth": 1.8, "zorder": 3} if number == 0 else {"linewidth": 0.8, "alpha": 0.45}
        ax.plot(rows + 1, values[rows], color=BLUE, **style)
    loss_scale(ax, _finite([np.asarray(curve, dtype=np.float64) for curve in costs.curves]))
    headed(ax, label(costs.title, 44), costs.unit)
    ax.set_xlim(0.5, max(map(len, costs.curves)) + 0.5)
    whole_numbers(ax)


def learning_curve(ax, found: LearningCurve) -> None:
    """Accuracy by the number of training pictures: a dot for each training with its 95 % interval, and where the law leads."""
    headed(ax, f"Accuracy ({found.part}), %", "learned from")
    sizes = sorted({training.pictures for training in found.trainings})
    if band := found.band:
        ax.fill_between(band.pictures, 100 * band.low, 100 * band.high, color=BLUE, alpha=0.15, linewidth=0)
        ax.plot(band.pictures, 100 * band.accuracy, color=BLUE, linewidth=1.4)
        low, middle, high = (100 * float(values[-1]) for values in (band.low, band.accuracy, band.high))
        sizes.append(2 * sizes[-1])
        ax.plot([sizes[-1]] * 2, [low, high], color=ORANGE, linewidth=1.8)
        ax.plot(sizes[-1], middle, "o", color=PAPER, markersize=7, markeredgecolor=ORANGE, markeredgewidth=1.8, clip_on=False)
    for training in found.trainings:
        ax.plot([training.pictures] * 2, [100 * end for end in training.interval], color=BLUE, linewidth=1.2)
        ax.plot(training.pictures, 100 * training.accuracy, "o", color=BLUE, markersize=5.5)
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.set_xlim(sizes[0] / 1.2, sizes[-1] * 1.2)
    ax.minorticks_off()


def _curves(ax, curves, best):
    for values, name, colour in zip(curves, ("training", "validation"), (BLUE, ORANGE)):
        if not np.isfinite(values).any():
            continue
        numbers = np.arange(1, len(values) + 1)
        dots = {"marker": "o", "markersize": 4} if len(values) < 10 else {}
        ax.plot(numbers, values, color=colour, linewidth=1.8, label=name, clip_on=False, **dots)
        if best is not None and np.isfinite(values[best]):
            ring = {"markersize": 7, "markeredgecolor": colour, "markeredgewidth": 1.8}
            ax.plot(best + 1, values[best], "o", color=PAPER, clip_on=False, zorder=3, **ring)
    ax.set_xlim(0.5, max(1, *map(len, curves)) + 0.5)
    whole_numbers(ax)
    if ax.lines:
        place = {"loc": "lower right", "bbox_to_anchor": (1, 1.03), "borderaxespad": 0.2, "borderpad": 0.1}
        ax.legend(ncols=2, frameon=False, labelcolor=MUTED, **place)


def _finite(curves):
    values = np.concatenate(curves)
    return values[np.isfinite(values)]
