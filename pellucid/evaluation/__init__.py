"""What a classifier's answers are worth: scores with intervals, baselines, calibration, curves, and every answer as a row."""

from pellucid.evaluation.abstention import Promise, RiskCoverage, least_pictures, promise, risk_coverage
from pellucid.evaluation.baselines import Ladder, Rung, ladder
from pellucid.evaluation.calibration import (
    Calibration,
    calibration,
    expected_calibration_error,
    fit_temperature,
    reliability,
)
from pellucid.evaluation.comparison import ComparedPair, ComparedRun, Comparison, compare_runs
from pellucid.evaluation.interval import decimals, wilson
from pellucid.evaluation.learning_curve import LearningCurve, Training, learning_curve
from pellucid.evaluation.pairing import Pairing, holm, mcnemar
from pellucid.evaluation.predictions import Predictions
from pellucid.evaluation.ranking import Curve, Ranking, ranking
from pellucid.evaluation.reconstruction import ReconstructionScores
from pellucid.evaluation.refusals import Answered, Refusals, answered
from pellucid.evaluation.scores import ClassScore, Scores, most_common_class, most_confused, score
from pellucid.evaluation.seen import Seen, seen_in_training
from pellucid.evaluation.slices import Column, Slice, by_name, by_quantity, slices
from pellucid.evaluation.tables import (
    classification_report,
    confusion_csv,
    predictions_csv,
    split_csv,
    spreadsheet_safe,
)

__all__ = [
    "Answered",
    "Calibration",
    "ClassScore",
    "Column",
    "ComparedPair",
    "ComparedRun",
    "Comparison",
    "Curve",
    "Ladder",
    "LearningCurve",
    "Pairing",
    "Predictions",
    "Promise",
    "Ranking",
    "ReconstructionScores",
    "Refusals",
    "RiskCoverage",
    "Rung",
    "Scores",
    "Seen",
    "Slice",
    "Training",
    "answered",
    "by_name",
    "by_quantity",
    "calibration",
    "classification_report",
    "compare_runs",
    "confusion_csv",
    "decimals",
    "expected_calibration_error",
    "fit_temperature",
    "holm",
    "ladder",
    "learning_curve",
    "least_pictures",
    "mcnemar",
    "most_common_class",
    "most_confused",
    "predictions_csv",
    "promise",
    "ranking",
    "reliability",
    "risk_coverage",
    "score",
    "seen_in_training",
    "slices",
    "split_csv",
    "spreadsheet_safe",
    "wilson",
]
