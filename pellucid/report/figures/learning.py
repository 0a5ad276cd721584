"""Curves of the training: loss and accuracy by epoch, what a recipe costs, and what more pictures would give."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pellucid.evaluation import LearningCurve
from pellucid.report.data import Costs
from pellucid.report.figures.style import BLUE, INK, MUTED, ORANGE, PAPER, POINTS, RULE, dress, label

_LOG_FROM = 30  # a loss that falls by more than this factor is drawn on a logarithmic scale


def loss_curve(ax, epochs: Sequence, best: int | None = None) -> None:
    """Training and validation loss by epoch.

    epochs: `training.Epoch` records, or the lines of `metrics.jsonl`. best: the position of the epoch whose weights
    were kept, marked with a ring.
    """
    curves = [_values(epochs, "loss"), _values(epochs, "validation_loss")]
    finite = _finite(curves)
    logarithmic = finite.size and finite.min() > 0 and finite.max() > _LOG_FROM * finite.min()
    _curves(ax, curves, best, "Loss, logarithmic" if logarithmic else "Loss")
    if logarithmic:
        _logarithmic(ax)
    elif finite.size and finite.min() >= 0:
        ax.set_ylim(bottom=0)


def accuracy_curve(ax, epochs: Sequence, best: int | None = None) -> None:
    """Training and validation accuracy by epoch, in percent; arguments as `loss_curve`."""
    curves = [100 * _values(epochs, "accuracy"), 100 * _values(epochs, "validation_accuracy")]
    _curves(ax, curves, best, "Accuracy, %")
    finite = _finite(curves)
    if finite.size:
        ax.set_ylim(max(0, finite.min() - 5), min(100.5, finite.max() + 5))


def cost_curves(ax, costs: Costs) -> None:
    """The training loss of one recipe: a thin line for each seed, the first one strong."""
    dress(ax)
    ax.grid(axis="y", color=RULE, linewidth=0.8)
    for number, curve in reversed([*enumerate(costs.curves)]):
        values = np.asarray(curve, dtype=np.float64)
        rows = np.unique(np.linspace(0, len(values) - 1, min(POINTS, len(values))).round().astype(np.int64))
        style = {"linewidth": 1.8, "zorder": 3} if number == 0 else {"linewidth": 0.8, "alpha": 0.45}
        ax.plot(rows + 1, values[rows], color=BLUE, **style)
    finite = _finite([np.asarray(curve, dtype=np.float64) for curve in costs.curves])
    if finite.size and finite.min() > 0 and finite.max() > _LOG_FROM * finite.min():
        _logarithmic(ax)
    elif finite.size and finite.min() >= 0:
        ax.set_ylim(bottom=0)
    ax.set_title(label(costs.title, 44), loc="left", pad=10, fontsize=10.5, color=INK, weight="bold", parse_math=False)
    ax.set_xlabel(costs.unit, color=MUTED)
    ax.set_xlim(0.5, max(map(len, costs.curves)) + 0.5)
    ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def learning_curve(ax, found: LearningCurve) -> None:
    """Accuracy by the number of training pictures: a dot for each training with its 95 % interval, and where the law leads."""
    dress(ax)
    ax.grid(axis="y", color=RULE, linewidth=0.8)
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
    ax.set_title(f"Accuracy ({found.part}), %", loc="left", pad=10, fontsize=10.5, color=INK, weight="bold")
    ax.set_xlabel("learned from", color=MUTED)


def _curves(ax, curves, best, title):
    dress(ax)
    ax.grid(axis="y", color=RULE, linewidth=0.8)
    for values, name, colour in zip(curves, ("training", "validation"), (BLUE, ORANGE)):
        if not np.isfinite(values).any():
            continue
        numbers = np.arange(1, len(values) + 1)
        dots = {"marker": "o", "markersize": 4} if len(values) < 10 else {}
        ax.plot(numbers, values, color=colour, linewidth=1.8, label=name, clip_on=False, **dots)
        if best is not None and np.isfinite(values[best]):
            ring = {"markersize": 7, "markeredgecolor": colour, "markeredgewidth": 1.8}
            ax.plot(best + 1, values[best], "o", color=PAPER, clip_on=False, zorder=3, **ring)
    ax.set_title(title, loc="left", pad=10, fontsize=10.5, color=INK, weight="bold")
    ax.set_xlabel("epoch", color=MUTED)
    ax.set_xlim(0.5, max(1, *map(len, curves)) + 0.5)
    ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    if ax.lines:
        place = {"loc": "lower right", "bbox_to_anchor": (1, 1.03), "borderaxespad": 0.2, "borderpad": 0.1}
        ax.legend(ncols=2, frameon=False, labelcolor=MUTED, **place)


def _logarithmic(ax):
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.minorticks_off()


def _values(epochs, key):
    """(epochs,) float64, NaN where a value is missing."""
    values = [epoch[key] if isinstance(epoch, Mapping) else getattr(epoch, key) for epoch in epochs]
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _finite(curves):
    values = np.concatenate(curves)
    return values[np.isfinite(values)]
