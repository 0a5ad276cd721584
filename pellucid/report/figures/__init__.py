"""The figures of a report, each drawn on a matplotlib `ax` that the caller owns.

    from matplotlib.figure import Figure
    figure = Figure()
    loss_curve(figure.subplots(), run.epochs)
    figure.savefig("loss.png")

Nothing here touches pyplot or any global setting. Names are drawn as they are written: `$` starts no formula, and a
letter that the font lacks becomes a box, without a warning.
"""

from pellucid.report.figures.answers import confusion_matrix, precision_recall, reliability, risk_coverage, roc
from pellucid.report.figures.learning import accuracy_curve, cost_curves, learning_curve, loss_curve
from pellucid.report.figures.pictures import first_layer, reconstructions, sample_predictions, samples

__all__ = [
    "accuracy_curve",
    "confusion_matrix",
    "cost_curves",
    "first_layer",
    "learning_curve",
    "loss_curve",
    "precision_recall",
    "reconstructions",
    "reliability",
    "risk_coverage",
    "roc",
    "sample_predictions",
    "samples",
]
