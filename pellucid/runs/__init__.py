"""The jobs: from a source and a recipe to a folder, a score or an answer. The command line and Python call the same functions."""

from pellucid.lazy import lazy as _lazy

_HOME = {
    "Answers": "pellucid.runs.prediction",
    "Bench": "pellucid.runs.speed",
    "Comparison": "pellucid.evaluation",
    "CrossValidation": "pellucid.runs.cross_validation",
    "Evaluation": "pellucid.runs.evaluation",
    "Explanation": "pellucid.runs.explanation",
    "Prediction": "pellucid.runs.prediction",
    "Preview": "pellucid.runs.sheets.previews",
    "Reproduction": "pellucid.runs.reproduction",
    "Run": "pellucid.runs.run",
    "Silent": "pellucid.runs.progress",
    "Search": "pellucid.runs.tuning",
    "bench": "pellucid.runs.speed",
    "check": "pellucid.runs.checking",
    "compare": "pellucid.runs.comparison",
    "cross_validate": "pellucid.runs.cross_validation",
    "evaluate": "pellucid.runs.evaluation",
    "explain": "pellucid.runs.explanation",
    "find_learning_rate": "pellucid.runs.learning_rate",
    "predict": "pellucid.runs.prediction",
    "preview": "pellucid.runs.previews",
    "reproduce": "pellucid.runs.reproduction",
    "resume": "pellucid.runs.training",
    "train": "pellucid.runs.training",
    "tune": "pellucid.runs.tuning",
    "write_comparison": "pellucid.runs.comparison",
    "write_page": "pellucid.runs.checking",
}

__all__ = sorted(_HOME)
__getattr__, __dir__ = _lazy(__name__, _HOME)
