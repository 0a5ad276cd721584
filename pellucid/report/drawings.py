"""The figures as files, and as drawings that a page holds."""

import html
import io
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from pellucid.files import atomic_path
from pellucid.report import figures
from pellucid.report.data import Costs, ReportData
from pellucid.report.figures import search
from pellucid.report.figures.pictures import COLUMNS, ROWS
from pellucid.report.figures.style import BLUE, INK, MUTED, NAME, ORANGE, PAPER, RULE
from pellucid.report.refusals import FEW

RESOLUTION = 150  # dots an inch

# The colours of the figures become those of the page, which has others in the dark.
_VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    PAPER: "paper",
    BLUE: "blue",
    ORANGE: "orange",
}


def save_figures(data: ReportData, folder: str | Path) -> list[Path]:
    """Write loss_curve, confusion_matrix, samples and sample_predictions as PNG files into `folder`.

    Of an autoencoder, reconstructions take the place of matrix and predictions. What has nothing to show (no epochs, features
    instead of pictures) is left out. Returns the paths.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, figure in _drawings(data).items():
        with atomic_path(folder / f"{name}.png") as path:
            figure.savefig(path, format="png", dpi=RESOLUTION, pil_kwargs={"compress_level": 3})
        written.append(folder / f"{name}.png")
    return written


def curves_svg(data: ReportData) -> list[str]:
    """The loss curve and the accuracy curve as `<svg>` elements that take the colours of the page they stand in."""
    if not data.epochs:
        return []
    curves = {"Loss by epoch": figures.loss_curve}
    if any(epoch["accuracy"] is not None for epoch in data.epochs):
        curves["Accuracy by epoch"] = figures.accuracy_curve
    return [as_svg(_curve_figure(curve, data, (4.8, 3.0)), name) for name, curve in curves.items()]


def costs_svg(costs: Costs) -> str:
    """The cost curves of one recipe."""
    figure = blank_figure((4.2, 2.5))
    figures.cost_curves(figure.add_axes(inset(figure, left=0.5, right=0.1, bottom=0.48, top=0.36)), costs)
    return as_svg(figure, f"Cost of {html.escape(costs.title)}")


def calibration_svg(data: ReportData) -> list[str]:
    """The reliability diagram."""
    if not data.calibration:
        return []
    return [as_svg(_drawn(figures.reliability, data.calibration.bins), "Confidence and accuracy")]


def ranking_svg(data: ReportData) -> list[str]:
    """The ROC curves and the precision-recall curves."""
    if not (data.ranking and data.ranking.roc):
        return []
    drawings = {"ROC curve": (figures.roc, data.ranking.roc)}
    drawings["Precision and recall"] = figures.precision_recall, data.ranking.precision_recall
    return [as_svg(_drawn(draw, curves), name) for name, (draw, curves) in drawings.items()]


def risk_coverage_svg(data: ReportData) -> list[str]:
    """The risk-coverage curve, with the chosen point."""
    found = data.refusals
    if not (found and found.curve and found.curve.n >= FEW):
        return []
    return [as_svg(_drawn(figures.risk_coverage, found), "Risk and coverage")]


def learning_curve_svg(data: ReportData) -> list[str]:
    """The accuracy by the number of training pictures."""
    if not data.learning_curve:
        return []
    return [as_svg(_drawn(figures.learning_curve, data.learning_curve, (4.8, 3.6)), "Accuracy by training pictures")]


def search_svg(trials: Sequence, keys: Mapping[str, bool]) -> tuple[str, list[str]]:
    """The history of a search, and the effect of each setting; keys: whether their ranges are logarithmic."""
    if not search.with_loss(trials):
        return "", []
    effects = [
        as_svg(_wide((3.6, 2.7), search.effect, trials, key, log), f"Validation loss by {key}") for key, log in keys.items()
    ]
    return as_svg(_wide((7.6, 3.0), search.history, trials), "Validation loss by trial"), effects


def _wide(size, draw, *arguments):
    figure = blank_figure(size)
    draw(figure.add_axes(inset(figure, left=0.5, right=0.15, bottom=0.48, top=0.42)), *arguments)
    return figure


def _drawn(draw, values, size=(4.2, 3.9)):
    """A drawing, square if nothing else is said, with the margins of the curves by epoch."""
    figure = blank_figure(size)
    draw(figure.add_axes(inset(figure, left=0.62, right=0.12, bottom=0.5, top=0.42)), values)
    return figure


def _drawings(data):
    """File name -> figure."""
    drawings = {}
    if data.epochs:
        drawings["loss_curve"] = _curve_figure(figures.loss_curve, data, (6.4, 4.0))
    if data.learning_curve:
        drawings["learning_curve"] = _drawn(figures.learning_curve, data.learning_curve, (6.4, 4.4))
    classes = data.data.classes
    if data.rebuilt:
        drawings["reconstructions"] = figure = blank_figure((8.0, 0.2 + 1.78 * -(-len(data.rebuilt) // 10)))
        figures.reconstructions(figure.add_axes(inset(figure)), data.rebuilt)
    else:
        side = min(9.0, 2.6 + 0.42 * len(classes))
        drawings["confusion_matrix"] = figure = blank_figure((side, side), layout="constrained")
        figures.confusion_matrix(figure.subplots(), data.headline.confusion, classes)
    columns = min(COLUMNS, max(map(len, data.samples.values()), default=0))
    rows = min(ROWS, len(data.samples))
    if columns and data.noun == "picture":
        left = 0.3 + 0.08 * min(NAME, max(map(len, classes)))  # room for the longest name, in inches
        drawings["samples"] = figure = blank_figure((left + 0.1 + 0.75 * columns, 0.2 + 0.75 * rows))
        figures.samples(figure.add_axes(inset(figure, left=left)), data.samples)
    if data.gallery and data.noun == "picture":
        drawings["sample_predictions"] = figure = blank_figure((8.0, 0.2 + 1.48 * -(-len(data.gallery) // 8)))
        figures.sample_predictions(figure.add_axes(inset(figure)), data.gallery)
    return drawings


def _curve_figure(curve, data, size):
    # Fixed margins instead of a layout engine: they are known here, and a layout draws everything twice.
    figure = blank_figure(size)
    curve(figure.add_axes(inset(figure, left=0.42, right=0.1, bottom=0.48, top=0.42)), data.epochs, data.best_epoch)
    return figure


def blank_figure(size, layout=None):
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout=layout)


def inset(figure, left=0.1, right=0.1, bottom=0.1, top=0.1):
    """The rectangle of an ax that leaves these margins, in inches."""
    width, height = figure.get_size_inches()
    return left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height


def as_svg(figure, name):
    from matplotlib import rc_context

    stream = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):  # ids that are stable, and its own
        # No metadata: a date would make two renderings of one run differ.
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(stream, format="svg", transparent=True, metadata=metadata)
    drawing = stream.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{name}"', 1)
    drawing = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r' xmlns(:xlink)?="[^"]*"|(?<=<g) id="[^"]*"', "", drawing).replace("xlink:href", "href")
    drawing = re.sub(r"font-family: [^;\"]*;? ?", "", drawing)
    for colour, variable in _VARIABLES.items():
        drawing = drawing.replace(colour, f"var(--{variable})")
    return drawing
