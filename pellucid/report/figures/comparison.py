"""The learning curves of several runs over each other, drawn on a matplotlib `ax` that the caller owns."""

import math
from collections.abc import Sequence

import numpy as np

from pellucid.evaluation import ComparedRun
from pellucid.report.drawings import as_svg, blank_figure, inset
from pellucid.report.figures.style import BLUE, INK, MUTED, ORANGE, RULE, dress

# Okabe & Ito 2008: told apart by every kind of colour vision; then the same again, dashed and dotted.
COLOURS = (BLUE, ORANGE, "#009e73", "#cc79a7", "#56b4e9", "#e69f00", MUTED)
LINES = ("-", (0, (4, 2)), (0, (1, 1.5)))
_LOG_FROM = 30  # losses that differ by more than this factor are drawn on a logarithmic scale


def loss_curves(ax, runs: Sequence[ComparedRun]) -> None:
    """The loss by epoch of each run: validation strong, training faint; without validation, training strong."""
    finite = _draw(ax, runs, "loss", 1.0, _numbers)
    logarithmic = finite.size and finite.min() > 0 and finite.max() > _LOG_FROM * finite.min()
    _label(ax, "Loss, logarithmic" if logarithmic else "Loss", "epoch")
    if logarithmic:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.minorticks_off()
    elif finite.size and finite.min() >= 0:
        ax.set_ylim(bottom=0)


def accuracy_curves(ax, runs: Sequence[ComparedRun]) -> None:
    """The accuracy by epoch of each run, in percent; lines as in `loss_curves`."""
    _frame(ax, _draw(ax, runs, "accuracy", 100.0, _numbers))
    _label(ax, "Accuracy, %", "epoch")


def accuracy_by_time(ax, runs: Sequence[ComparedRun]) -> None:
    """The same by the seconds of training behind it."""
    _frame(ax, _draw(ax, runs, "accuracy", 100.0, _seconds))
    _label(ax, "Accuracy by time, %", "seconds of training")
    ax.set_xlim(left=0)


def comparison_svg(runs: Sequence[ComparedRun]) -> list[str]:
    """The curves of several runs as `<svg>` elements: loss, accuracy, and accuracy by time."""
    drawings = {"Loss by epoch": loss_curves}
    if any(epoch.get("accuracy") is not None for run in runs for epoch in run.epochs):
        drawings |= {"Accuracy by epoch": accuracy_curves, "Accuracy by time": accuracy_by_time}
    return [_svg(draw, runs, name) for name, draw in drawings.items()]


def _svg(draw, runs, name):
    figure = blank_figure((3.5, 3.0))
    draw(figure.add_axes(inset(figure, left=0.62, right=0.12, bottom=0.5, top=0.42)), runs)
    return as_svg(figure, name)


def _draw(ax, runs, key, scale, across) -> np.ndarray:
    """All curves of a kind; returns every finite value drawn."""
    drawn = []
    for place, run in enumerate(runs):
        colour, line = COLOURS[place % len(COLOURS)], LINES[place // len(COLOURS) % len(LINES)]
        x, training = across(run), scale * _values(run, key)
        validation = scale * _values(run, f"validation_{key}")
        watched = np.isfinite(validation).any()
        curves = [(training, 0.9, 0.45), (validation, 1.8, 1.0)] if watched else [(training, 1.8, 1.0)]
        for values, width, strength in curves:
            if np.isfinite(values).any():
                dots = {"marker": "o", "markersize": 3.5} if len(values) < 4 else {}
                ax.plot(x, values, color=colour, linewidth=width, alpha=strength, linestyle=line, clip_on=False, **dots)
                drawn.append(values[np.isfinite(values)])
    return np.concatenate(drawn) if drawn else np.empty(0)


def _frame(ax, finite):
    if finite.size:
        ax.set_ylim(max(0, finite.min() - 5), min(100.5, finite.max() + 5))


def _label(ax, title, across):
    dress(ax)
    ax.grid(axis="y", color=RULE, linewidth=0.8)
    ax.set_title(title, loc="left", pad=10, fontsize=10.5, color=INK, weight="bold")
    ax.set_xlabel(across, color=MUTED)
    if across == "epoch":
        ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def _numbers(run):
    return np.arange(1, len(run.epochs) + 1)


def _seconds(run):
    return np.cumsum([epoch.get("seconds") or 0.0 for epoch in run.epochs])


def _values(run, key):
    """(epochs,) float64, NaN where a value is missing."""
    values = [epoch.get(key) for epoch in run.epochs]
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)
