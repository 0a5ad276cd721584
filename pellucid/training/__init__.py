"""The loop: a generator of epochs. Early stopping is the caller's `break`, logging and progress are the caller's body."""

from pellucid.training.best import Best
from pellucid.training.checkpoint import Checkpoint
from pellucid.training.doctor import Doctor
from pellucid.training.epoch import Epoch
from pellucid.training.finding import Finding
from pellucid.training.fit import fit, train_step
from pellucid.training.lbfgs import Objective, fit_lbfgs
from pellucid.training.learning_rate_finder import LearningRateSweep, sweep_learning_rates
from pellucid.training.measure import Measure, measure, predict_outputs, predict_parts, predict_with_distances

__all__ = [
    "Best",
    "Checkpoint",
    "Doctor",
    "Epoch",
    "Finding",
    "LearningRateSweep",
    "Measure",
    "Objective",
    "fit",
    "fit_lbfgs",
    "measure",
    "predict_outputs",
    "predict_parts",
    "predict_with_distances",
    "sweep_learning_rates",
    "train_step",
]
