"""The layers of a network that is written out: `[[network.layers]]`, a type and the arguments of that layer."""

from typing import Annotated, Literal

from pydantic import Field

from pellucid.recipes.kinds import (
    Activation,
    Count,
    Expected,
    Fraction,
    Initialiser,
    Padding,
    Positive,
    Section,
    Shape,
    WindowSize,
)


class DenseLayer(Section):
    """A fully connected layer: y = f(x W + b)."""

    type: Literal["Dense"]
    units: Count
    activation: Activation = "linear"


class Conv2DLayer(Section):
    """A convolution: every output pixel is a weighted sum of the window around it."""

    type: Literal["Conv2D"]
    filters: Count
    size: WindowSize = 3
    stride: Count = 1
    padding: Padding = "same"
    activation: Activation = "linear"
    bias: bool = True
    initialiser: Initialiser | Literal["dirac", "whitening"] | None = None  # None: that of the network


class DepthwiseConv2DLayer(Section):
    """A convolution of each channel by itself."""

    type: Literal["DepthwiseConv2D"]
    size: WindowSize = 3
    stride: Count = 1
    padding: Padding = "same"
    activation: Activation = "linear"
    bias: bool = True


class TransposedConv2DLayer(Section):
    """A convolution backwards: pictures become `stride` times as large."""

    type: Literal["TransposedConv2D"]
    filters: Count
    size: WindowSize = 4
    stride: Count = 2
    activation: Activation = "linear"
    bias: bool = True


class MaxPool2DLayer(Section):
    """The largest pixel of each window."""

    type: Literal["MaxPool2D"]
    size: WindowSize
    stride: Count | None = None  # None: that of the windows


class AvgPool2DLayer(Section):
    """The mean of each window."""

    type: Literal["AvgPool2D"]
    size: WindowSize
    stride: Count | None = None  # None: that of the windows


class GlobalAvgPoolLayer(Section):
    """The mean of each channel."""

    type: Literal["GlobalAvgPool"]


class UpsampleLayer(Section):
    """Each pixel `factor` times `factor` times."""

    type: Literal["Upsample"]
    factor: Count = 2


class BatchNormLayer(Section):
    """Each channel with mean 0 and variance 1 over the batch, then stretched and shifted."""

    type: Literal["BatchNorm"]
    momentum: Fraction = 0.9
    epsilon: Positive = 1e-5
    scale: bool = True
    shift: bool = True


class LayerNormLayer(Section):
    """Each pixel with mean 0 and variance 1 over its channels, then stretched and shifted."""

    type: Literal["LayerNorm"]
    epsilon: Positive = 1e-5


class ActivationLayer(Section):
    """An activation by itself."""

    type: Literal["Activation"]
    name: Activation


class DropoutLayer(Section):
    """Sets a share of its inputs to zero in training."""

    type: Literal["Dropout"]
    rate: Fraction


class Dropout2DLayer(Section):
    """Sets a share of the channels to zero in training."""

    type: Literal["Dropout2D"]
    rate: Fraction


class FlattenLayer(Section):
    """A picture as one row of numbers."""

    type: Literal["Flatten"]


class ReshapeLayer(Section):
    """The same numbers in another shape."""

    type: Literal["Reshape"]
    shape: Shape


class ScaleLayer(Section):
    """Multiplies by a constant."""

    type: Literal["Scale"]
    factor: float


class ResidualLayer(Section):
    """Adds the input to what the layers inside make of it."""

    type: Literal["Residual"]
    layers: "Layers"
    projection: bool = False


Layer = Annotated[
    DenseLayer
    | Conv2DLayer
    | DepthwiseConv2DLayer
    | TransposedConv2DLayer
    | MaxPool2DLayer
    | AvgPool2DLayer
    | GlobalAvgPoolLayer
    | UpsampleLayer
    | BatchNormLayer
    | LayerNormLayer
    | ActivationLayer
    | DropoutLayer
    | Dropout2DLayer
    | FlattenLayer
    | ReshapeLayer
    | ScaleLayer
    | ResidualLayer,
    Field(discriminator="type"),
]
LAYERS = {kind.__name__.removesuffix("Layer"): kind for kind in Layer.__origin__.__args__}
Layers = Annotated[
    tuple[Layer, ...], Field(strict=False), Expected(f"tables with a type, which is one of {', '.join(LAYERS)}")
]
ResidualLayer.model_rebuild()
