"""What a classifier's answers are worth: scores with intervals, the simplest baseline, and every answer as a row."""

from pellucid.evaluation.interval import wilson
from pellucid.evaluation.predictions import Predictions
from pellucid.evaluation.reconstruction import ReconstructionScores
from pellucid.evaluation.scores import ClassScore, Scores, most_common_class, score
from pellucid.evaluation.tables import (
    classification_report,
    confusion_csv,
    predictions_csv,
    split_csv,
    spreadsheet_safe,
)

__all__ = [
    "ClassScore",
    "Predictions",
    "ReconstructionScores",
    "Scores",
    "classification_report",
    "confusion_csv",
    "most_common_class",
    "predictions_csv",
    "score",
    "split_csv",
    "spreadsheet_safe",
    "wilson",
]
