"""What a network is: parameters in one vector, layers over views of it, losses, initialisers, presets, the gradient check."""

from pellucid.nn import initialisers, losses, presets
from pellucid.nn.activations import ACTIVATIONS
from pellucid.nn.gradient_check import GradientCheck, check_gradients, check_loss_gradient
from pellucid.nn.layer import Layer
from pellucid.nn.layers import (
    Activation,
    AvgPool2D,
    BatchNorm,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Dropout2D,
    Flatten,
    GlobalAvgPool,
    LayerNorm,
    MaxPool2D,
    Reshape,
    Residual,
    Scale,
    TransposedConv2D,
    Upsample,
)
from pellucid.nn.losses import BinaryCrossEntropy, Loss, MeanSquaredError, Poisson, Reconstruction, SoftmaxCrossEntropy
from pellucid.nn.network import Network
from pellucid.nn.parameter import Group, Parameter, Slot
from pellucid.nn.whitening import whiten
from pellucid.nn.wrapper import Wrapper

__all__ = [
    "ACTIVATIONS",
    "Activation",
    "AvgPool2D",
    "BatchNorm",
    "BinaryCrossEntropy",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Dropout2D",
    "Flatten",
    "GlobalAvgPool",
    "GradientCheck",
    "Group",
    "Layer",
    "LayerNorm",
    "Loss",
    "MaxPool2D",
    "MeanSquaredError",
    "Network",
    "Parameter",
    "Poisson",
    "Reconstruction",
    "Reshape",
    "Residual",
    "Scale",
    "Slot",
    "SoftmaxCrossEntropy",
    "TransposedConv2D",
    "Upsample",
    "Wrapper",
    "check_gradients",
    "check_loss_gradient",
    "initialisers",
    "losses",
    "presets",
    "whiten",
]
