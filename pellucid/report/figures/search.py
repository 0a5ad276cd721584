"""The figures of a search, each drawn on a matplotlib `ax` that the caller owns."""

import itertools
import math
from collections.abc import Sequence

from pellucid.report.figures.style import BLUE, MUTED, ORANGE, PAPER, headed, logarithmic_axis, whole_numbers
from pellucid.report.trials import Trial
from pellucid.words import shorten

_SPREAD = 10  # losses that differ by more than this factor are drawn on a logarithmic scale
_OUTLIERS = 4  # times the median loss: what lies above is drawn at the edge


def history(ax, trials: Sequence[Trial]) -> None:
    """The validation loss of each trial in turn, and the lowest so far as a line; rings were cut short."""
    done = with_loss(trials)
    headed(ax, "Validation loss by trial", "trial")
    _dots(ax, done, [trial.number + 1 for trial in done])
    complete = [trial for trial in done if trial.state == "complete"]
    if complete:
        lowest = list(itertools.accumulate((trial.loss for trial in complete), min))
        ax.step([trial.number + 1 for trial in complete], lowest, where="post", color=BLUE, linewidth=1.4, zorder=1)
    ax.set_xlim(0.5, max((trial.number + 1 for trial in trials), default=1) + 0.5)
    whole_numbers(ax)


def effect(ax, trials: Sequence[Trial], key: str, logarithmic: bool = False) -> None:
    """The validation loss of each trial by its value of one setting."""
    done = [trial for trial in with_loss(trials) if key in trial.values]
    headed(ax, key, "")
    values = [trial.values[key] for trial in done]
    if all(isinstance(value, int | float) and not isinstance(value, bool) for value in values):
        _dots(ax, done, values)
        if logarithmic:
            logarithmic_axis(ax, "x")
        return
    names = list(dict.fromkeys(sorted(map(str, values))))
    _dots(ax, done, [names.index(str(value)) for value in values])
    ax.set_xticks(range(len(names)), [shorten(name, 14) for name in names], parse_math=False)
    ax.set_xlim(-0.6, len(names) - 0.4)


def with_loss(trials: Sequence[Trial]) -> list[Trial]:
    """Those that can be drawn."""
    return [trial for trial in trials if trial.loss is not None and math.isfinite(trial.loss)]


def _dots(ax, trials: Sequence[Trial], x: Sequence[float]) -> None:
    """A dot for each trial: filled if it ran to its end, a ring if it was cut short, orange for the best."""
    losses = sorted(trial.loss for trial in trials)
    ceiling = _OUTLIERS * losses[len(losses) // 2] if losses else 1.0
    best = min((trial for trial in trials if trial.state == "complete"), key=lambda trial: trial.loss, default=None)
    for trial, place in zip(trials, x, strict=True):
        colour = ORANGE if trial is best else BLUE if trial.state == "complete" else MUTED
        face = PAPER if trial.state == "pruned" else colour
        size, above = (7, 4) if trial is best else (4.5, 3)
        ax.plot(
            place, min(trial.loss, ceiling), "o", markersize=size, color=face, markeredgecolor=colour, zorder=above, clip_on=False
        )
    low = losses[0] if losses else 0.0
    high = min(losses[-1], ceiling) if losses else 1.0
    if low > 0 and high > _SPREAD * low:
        logarithmic_axis(ax, "y")
    else:
        ax.set_ylim(max(0.0, low - 0.15 * (high - low)), high + 0.08 * (high - low or 1))
