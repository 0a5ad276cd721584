"""The figures of one run: as files, and as drawings of its page."""

from pathlib import Path

from pellucid.files import atomic_path
from pellucid.report import figures
from pellucid.report.data import ReportData
from pellucid.report.drawings.figure import RESOLUTION, SQUARE, as_svg, drawn, laid_out
from pellucid.report.figures.pictures import COLUMNS, ROWS
from pellucid.report.figures.style import NAME
from pellucid.report.refusals import FEW

_BY_EPOCH = (0.42, 0.1, 0.48, 0.42)  # margins of the curves by epoch


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
    return [as_svg(_by_epoch(curve, data, (4.8, 3.0)), name) for name, curve in curves.items()]


def calibration_svg(data: ReportData) -> list[str]:
    """The reliability diagram."""
    if not data.calibration:
        return []
    return [as_svg(_square(figures.reliability, data.calibration.bins), "Confidence and accuracy")]


def ranking_svg(data: ReportData) -> list[str]:
    """The ROC curves and the precision-recall curves."""
    if not (data.ranking and data.ranking.roc):
        return []
    drawings = {"ROC curve": (figures.roc, data.ranking.roc)}
    drawings["Precision and recall"] = figures.precision_recall, data.ranking.precision_recall
    return [as_svg(_square(draw, curves), name) for name, (draw, curves) in drawings.items()]


def risk_coverage_svg(data: ReportData) -> list[str]:
    """The risk-coverage curve, with the chosen point."""
    found = data.refusals
    if not (found and found.curve and found.curve.n >= FEW):
        return []
    return [as_svg(_square(figures.risk_coverage, found), "Risk and coverage")]


def learning_curve_svg(data: ReportData) -> list[str]:
    """The accuracy by the number of training pictures."""
    if not data.learning_curve:
        return []
    return [as_svg(_square(figures.learning_curve, data.learning_curve, (4.8, 3.6)), "Accuracy by training pictures")]


def _drawings(data):
    """File name -> figure."""
    drawings = {}
    if data.epochs:
        drawings["loss_curve"] = _by_epoch(figures.loss_curve, data, (6.4, 4.0))
    if data.learning_curve:
        drawings["learning_curve"] = _square(figures.learning_curve, data.learning_curve, (6.4, 4.4))
    classes = data.data.classes
    if data.rebuilt:
        size = 8.0, 0.2 + 1.78 * -(-len(data.rebuilt) // 10)
        drawings["reconstructions"] = drawn(figures.reconstructions, data.rebuilt, size=size)
    else:
        side = min(9.0, 2.6 + 0.42 * len(classes))
        drawings["confusion_matrix"] = laid_out(figures.confusion_matrix, data.headline.confusion, classes, size=(side, side))
    columns = min(COLUMNS, max(map(len, data.samples.values()), default=0))
    rows = min(ROWS, len(data.samples))
    if columns and data.noun == "picture":
        left = 0.3 + 0.08 * min(NAME, max(map(len, classes)))  # room for the longest name, in inches
        size = left + 0.1 + 0.75 * columns, 0.2 + 0.75 * rows
        drawings["samples"] = drawn(figures.samples, data.samples, size=size, margins=(left, 0.1, 0.1, 0.1))
    if data.gallery and data.noun == "picture":
        size = 8.0, 0.2 + 1.48 * -(-len(data.gallery) // 8)
        drawings["sample_predictions"] = drawn(figures.sample_predictions, data.gallery, size=size)
    return drawings


def _square(draw, values, size=(4.2, 3.9)):
    return drawn(draw, values, size=size, margins=SQUARE)


def _by_epoch(curve, data, size):
    return drawn(curve, data.epochs, data.best_epoch, size=size, margins=_BY_EPOCH)
