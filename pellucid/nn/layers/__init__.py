"""The layers that ship, one family a file."""

from pellucid.nn.layers.activation import Activation
from pellucid.nn.layers.batch_norm import BatchNorm
from pellucid.nn.layers.convolution import Conv2D
from pellucid.nn.layers.dense import Dense
from pellucid.nn.layers.depthwise import DepthwiseConv2D
from pellucid.nn.layers.dropout import Dropout
from pellucid.nn.layers.dropout2d import Dropout2D
from pellucid.nn.layers.flatten import Flatten
from pellucid.nn.layers.layer_norm import LayerNorm
from pellucid.nn.layers.pooling import AvgPool2D, GlobalAvgPool, MaxPool2D
from pellucid.nn.layers.reshape import Reshape
from pellucid.nn.layers.residual import Residual
from pellucid.nn.layers.scale import Scale
from pellucid.nn.layers.transposed_convolution import TransposedConv2D
from pellucid.nn.layers.upsample import Upsample

__all__ = [
    "Activation",
    "AvgPool2D",
    "BatchNorm",
    "Conv2D",
    "Dense",
    "DepthwiseConv2D",
    "Dropout",
    "Dropout2D",
    "Flatten",
    "GlobalAvgPool",
    "LayerNorm",
    "MaxPool2D",
    "Reshape",
    "Residual",
    "Scale",
    "TransposedConv2D",
    "Upsample",
]
