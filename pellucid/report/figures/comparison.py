"""The learning curves of several runs over each other, drawn on a matplotlib `ax` that the caller owns."""

from collections.abc import Sequence

import numpy as np

from pellucid.evaluation import ComparedRun
from pellucid.report.figures.style import BLUE, MUTED, ORANGE, by_epoch, headed, loss_scale, percent_scale, whole_numbers

# Okabe & Ito 2008: told apart by every kind of colour vision; then the same again, dashed and dotted.
COLOURS = (BLUE, ORANGE, "#009e73", "#cc79a7", "#56b4e9", "#e69f00", MUTED)
LINES = ("-", (0, (4, 2)), (0, (1, 1.5)))


def loss_curves(ax, runs: Sequence[ComparedRun]) -> None:
    """The loss by epoch of each run: validation strong, training faint; without validation, training strong."""
    logarithmic = loss_scale(ax, _draw(ax, runs, "loss", 1.0, _numbers))
    headed(ax, "Loss, logarithmic" if logarithmic else "Loss", "epoch")
    whole_numbers(ax)


def accuracy_curves(ax, runs: Sequence[ComparedRun]) -> None:
    """The accuracy by epoch of each run, in percent; lines as in `loss_curves`."""
    percent_scale(ax, _draw(ax, runs, "accuracy", 100.0, _numbers))
    headed(ax, "Accuracy, %", "epoch")
    whole_numbers(ax)


def accuracy_by_time(ax, runs: Sequence[ComparedRun]) -> None:
    """The same by the seconds of training behind it."""
    percent_scale(ax, _draw(ax, runs, "accuracy", 100.0, _seconds))
    headed(ax, "Accuracy by time, %", "seconds of training")
    ax.set_xlim(left=0)


def _draw(ax, runs, key, scale, across) -> np.ndarray:
    """All curves of a kind; returns every finite value drawn."""
    drawn = []
    for place, run in enumerate(runs):
        colour, line = COLOURS[place % len(COLOURS)], LINES[place // len(COLOURS) % len(LINES)]
        x, training = across(run), scale * by_epoch(run.epochs, key)
        validation = scale * by_epoch(run.epochs, f"validation_{key}")
        watched = np.isfinite(validation).any()
        curves = [(training, 0.9, 0.45), (validation, 1.8, 1.0)] if watched else [(training, 1.8, 1.0)]
        for values, width, strength in curves:
            if np.isfinite(values).any():
                dots = {"marker": "o", "markersize": 3.5} if len(values) < 4 else {}
                ax.plot(x, values, color=colour, linewidth=width, alpha=strength, linestyle=line, clip_on=False, **dots)
                drawn.append(values[np.isfinite(values)])
    return np.concatenate(drawn) if drawn else np.empty(0)


def _numbers(run):
    return np.arange(1, len(run.epochs) + 1)


def _seconds(run):
    return np.cumsum([epoch.get("seconds") or 0.0 for epoch in run.epochs])
