"""From a recipe and prepared data to the moving parts of a training: network, loss, update, schedule, batches."""

from pellucid.runs.assemble.batches import build_augmentation
from pellucid.runs.assemble.doctor import call_doctor
from pellucid.runs.assemble.layers import build_layers
from pellucid.runs.assemble.network import build_network
from pellucid.runs.assemble.optimizer import build_update
from pellucid.runs.assemble.parts import Parts, assemble
from pellucid.runs.assemble.whitening import whiten_first_layer

__all__ = [
    "Parts",
    "assemble",
    "build_augmentation",
    "build_layers",
    "build_network",
    "build_update",
    "call_doctor",
    "whiten_first_layer",
]
