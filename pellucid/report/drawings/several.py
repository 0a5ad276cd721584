"""The drawings of pages that show several trainings: runs compared, the trials of a search, the seeds of a recipe."""

import html
from collections.abc import Mapping, Sequence

from pellucid.evaluation import ComparedRun
from pellucid.report import figures
from pellucid.report.data import Costs
from pellucid.report.drawings.figure import SQUARE, WIDE, as_svg, drawn
from pellucid.report.figures import comparison, search


def comparison_svg(runs: Sequence[ComparedRun]) -> list[str]:
    """The curves of several runs as `<svg>` elements: loss, accuracy, and accuracy by time."""
    drawings = {"Loss by epoch": comparison.loss_curves}
    if any(epoch.get("accuracy") is not None for run in runs for epoch in run.epochs):
        drawings |= {"Accuracy by epoch": comparison.accuracy_curves, "Accuracy by time": comparison.accuracy_by_time}
    return [as_svg(drawn(draw, runs, size=(3.5, 3.0), margins=SQUARE), name) for name, draw in drawings.items()]


def search_svg(trials: Sequence, keys: Mapping[str, bool]) -> tuple[str, list[str]]:
    """The history of a search, and the effect of each setting; keys: whether their ranges are logarithmic."""
    if not search.with_loss(trials):
        return "", []
    effects = [
        as_svg(drawn(search.effect, trials, key, log, size=(3.6, 2.7), margins=WIDE), f"Validation loss by {key}")
        for key, log in keys.items()
    ]
    return as_svg(drawn(search.history, trials, size=(7.6, 3.0), margins=WIDE), "Validation loss by trial"), effects


def costs_svg(costs: Costs) -> str:
    """The cost curves of one recipe."""
    figure = drawn(figures.cost_curves, costs, size=(4.2, 2.5), margins=(0.5, 0.1, 0.48, 0.36))
    return as_svg(figure, f"Cost of {html.escape(costs.title)}")
