"""The tables of a recipe and their keys. Each description is the text of the reference in `docs/recipes.md`."""

from pellucid.recipes.sections.answers import Answers
from pellucid.recipes.sections.data import Augment, Data, Input
from pellucid.recipes.sections.network import AUTOENCODERS, KEYS, START, Network, Transfer
from pellucid.recipes.sections.training import Faults, Loss, Optimizer, Schedule, Training

__all__ = [
    "AUTOENCODERS",
    "KEYS",
    "START",
    "Answers",
    "Augment",
    "Data",
    "Faults",
    "Input",
    "Loss",
    "Network",
    "Optimizer",
    "Schedule",
    "Training",
    "Transfer",
]
