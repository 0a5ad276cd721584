"""From gradients to better parameters, on one flat vector: penalty, clipping, optimiser, running average; and the schedules."""

from pellucid.optim import schedules
from pellucid.optim.average import WeightAverage
from pellucid.optim.muon import Muon
from pellucid.optim.optimizers import SGD, Adagrad, Adam, AdamW, Momentum, Nesterov, Optimizer, RMSProp
from pellucid.optim.penalty import Penalty
from pellucid.optim.update import Update

OPTIMIZERS = {optimizer.name: optimizer for optimizer in (SGD, Momentum, Nesterov, RMSProp, Adagrad, Adam, AdamW, Muon)}

__all__ = [
    "OPTIMIZERS",
    "SGD",
    "Adagrad",
    "Adam",
    "AdamW",
    "Momentum",
    "Muon",
    "Nesterov",
    "Optimizer",
    "Penalty",
    "RMSProp",
    "Update",
    "WeightAverage",
    "schedules",
]
