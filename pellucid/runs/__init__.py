"""The jobs: from a source and a recipe to a folder, a score or an answer. The command line and Python call the same functions."""

from pellucid.runs.cross_validate import CrossValidation, cross_validate
from pellucid.runs.evaluate import Evaluation, evaluate
from pellucid.runs.learning_rate import find_learning_rate
from pellucid.runs.progress import Silent
from pellucid.runs.run import Run
from pellucid.runs.train import resume, train

__all__ = [
    "CrossValidation",
    "Evaluation",
    "Run",
    "Silent",
    "cross_validate",
    "evaluate",
    "find_learning_rate",
    "resume",
    "train",
]
