"""What a network is: parameters in one vector, layers over views of it, losses, initialisers, presets, the gradient check."""

from pellucid.nn import initialisers, losses, presets
from pellucid.nn.activations import ACTIVATIONS, Activation
from pellucid.nn.gradient_check import GradientCheck, check_gradients, check_loss_gradient
from pellucid.nn.layer import Layer
from pellucid.nn.layers import Dense, Dropout, Flatten
from pellucid.nn.losses import BinaryCrossEntropy, Loss, MeanSquaredError, SoftmaxCrossEntropy
from pellucid.nn.network import Network
from pellucid.nn.parameter import Parameter, Slot

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "BinaryCrossEntropy",
    "Dense",
    "Dropout",
    "Flatten",
    "GradientCheck",
    "Layer",
    "Loss",
    "MeanSquaredError",
    "Network",
    "Parameter",
    "Slot",
    "SoftmaxCrossEntropy",
    "check_gradients",
    "check_loss_gradient",
    "initialisers",
    "losses",
    "presets",
]
