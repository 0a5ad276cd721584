"""The gradient table: every layer, activation and loss that ships, as `pellucid gradcheck` and the tests check it."""

import numpy as np

from pellucid.nn import presets
from pellucid.nn.activations import ACTIVATIONS
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
from pellucid.nn.losses import (
    BinaryCrossEntropy,
    MeanSquaredError,
    Poisson,
    Reconstruction,
    SoftmaxCrossEntropy,
)

CHAINS = {  # name: (layers, in_shape)
    **{f"Dense {name}": ([Dense(5, name)], (4,)) for name in ACTIVATIONS},
    "Dense 1 to 1": ([Dense(1, "tanh")], (1,)),
    "Dense 1 to 7": ([Dense(7, "silu")], (1,)),
    "Dense 13 to 1": ([Dense(1, "sigmoid")], (13,)),
    "Dense without bias": ([Dense(3, "gelu", bias=False)], (7,)),
    "Dropout": ([Dropout(0.4)], (9,)),
    "Dropout of pictures": ([Dropout(0.4)], (3, 5, 2)),
    "Dropout of rate 0": ([Dropout(0.0)], (9,)),
    "Dropout first": ([Dropout(0.3), Dense(3, "elu")], (7,)),
    "Dropout between": ([Dense(11, "relu"), Dropout(0.5), Dense(3)], (7,)),
    "Dropout last": ([Dense(11, "leaky_relu"), Dropout(0.5)], (7,)),
    "Flatten": ([Flatten()], (3, 5, 2)),
    "Flatten of rows": ([Flatten()], (7,)),
    "Flatten between": ([Flatten(), Dense(3, "tanh"), Flatten(), Dense(2)], (3, 1, 3)),
    **{f"deep {name}": ([Flatten(), Dense(7, name), Dense(5, name), Dense(3)], (3, 3, 1)) for name in ACTIVATIONS},
    "mlp": (presets.mlp([9, 5], 3, activation=["silu", "relu"], dropout=0.2), (5, 3, 1)),
    **{f"Activation {name}": ([Activation(name)], (3, 2, 2)) for name in ACTIVATIONS},
    "Activation after Dense": ([Dense(4), Activation("gelu"), Activation("tanh")], (3,)),
    "Conv2D": ([Conv2D(5)], (7, 6, 3)),
    "Conv2D with ReLU": ([Conv2D(4, activation="relu")], (4, 5, 2)),
    "Conv2D with GELU": ([Conv2D(4, activation="gelu", bias=False)], (4, 5, 1)),
    "Conv2D valid": ([Conv2D(3, (2, 3), padding="valid", activation="relu")], (5, 7, 2)),
    "Conv2D of even size": ([Conv2D(2, 2)], (5, 4, 3)),
    "Conv2D of 1 x 1, stride 2": ([Conv2D(2, 1, stride=2)], (5, 5, 3)),
    "Conv2D of 5 x 5, stride 2": ([Conv2D(4, 5, stride=2)], (9, 8, 2)),
    "Conv2D of 4 x 4, stride 3, padding 1": ([Conv2D(3, 4, padding=1, stride=3, activation="silu")], (8, 9, 2)),
    "Conv2D, padding 2": ([Conv2D(3, padding=2)], (4, 5, 1)),
    "Conv2D larger than the picture": ([Conv2D(2, 5)], (2, 3, 1)),
    "Conv2D, one pixel": ([Conv2D(1, 1)], (1, 1, 1)),
    "Conv2D twice": ([Conv2D(4, activation="elu"), Conv2D(3, stride=2), Flatten(), Dense(2)], (5, 6, 2)),
    "DepthwiseConv2D": ([DepthwiseConv2D()], (7, 6, 3)),
    "DepthwiseConv2D, stride 2": ([DepthwiseConv2D(5, stride=2, activation="tanh")], (7, 6, 3)),
    "DepthwiseConv2D valid": ([DepthwiseConv2D((2, 3), padding="valid", bias=False)], (4, 6, 2)),
    "TransposedConv2D": ([TransposedConv2D(3)], (4, 5, 2)),
    "TransposedConv2D of 5 x 5, stride 3": ([TransposedConv2D(3, 5, stride=3, activation="silu")], (3, 4, 2)),
    "TransposedConv2D of 3 x 3": ([TransposedConv2D(2, 3)], (3, 4, 2)),
    "TransposedConv2D, stride 1": ([TransposedConv2D(2, (3, 2), stride=1, bias=False)], (3, 4, 2)),
    "MaxPool2D": ([MaxPool2D(2)], (6, 7, 3)),
    "MaxPool2D overlapping": ([MaxPool2D(3, 2)], (7, 7, 2)),
    "MaxPool2D of 2 x 3": ([MaxPool2D((2, 3), 1)], (5, 5, 2)),
    "MaxPool2D with gaps": ([MaxPool2D(2, 3)], (5, 8, 1)),
    "AvgPool2D": ([AvgPool2D(2)], (7, 6, 2)),
    "AvgPool2D overlapping": ([AvgPool2D(3, 1)], (5, 6, 2)),
    "GlobalAvgPool": ([GlobalAvgPool()], (5, 4, 3)),
    "Upsample": ([Upsample(3)], (2, 3, 2)),
    "BatchNorm": ([BatchNorm()], (5, 4, 3)),
    "BatchNorm without scale": ([BatchNorm(0.6, 1e-2, scale=False)], (3, 4, 2)),
    "BatchNorm without shift": ([BatchNorm(shift=False)], (3, 4, 2)),
    "BatchNorm without both": ([BatchNorm(scale=False, shift=False)], (3, 4, 2)),
    "BatchNorm between": ([Conv2D(3, bias=False), BatchNorm(), Activation("tanh"), Conv2D(2)], (4, 3, 2)),
    "BatchNorm of rows": ([Dense(5), BatchNorm(), Activation("silu")], (6,)),
    "LayerNorm": ([LayerNorm()], (5, 4, 3)),
    "LayerNorm of rows": ([Dense(5), LayerNorm(1e-2), Dense(3)], (7,)),
    "Dropout2D": ([Dropout2D(0.4)], (4, 3, 6)),
    "Dropout2D between": ([Conv2D(9), Dropout2D(0.4), Conv2D(2)], (4, 3, 1)),
    "Reshape": ([Dense(12), Reshape((3, 2, 2)), Conv2D(2), Reshape((12,))], (5,)),
    "Scale": ([Scale(0.3), Dense(2), Scale(-2.0)], (4,)),
    "Residual": ([Residual([Conv2D(3, activation="relu"), BatchNorm(), Activation("tanh")])], (5, 4, 3)),
    "Residual with projection": ([Residual([Conv2D(4, stride=2), Conv2D(4)], projection=True)], (5, 7, 3)),
    "Residual on one row of pixels": ([Residual([Conv2D(4, stride=2)], projection=True)], (1, 5, 3)),
    "Residual of rows": ([Residual([Dense(4, "elu"), Dense(7)])], (7,)),
    "Residual of rows with projection": ([Residual([Dense(4, "tanh"), Dropout(0.3)], projection=True)], (7,)),
    "Residual in Residual": ([Conv2D(3), Residual([Residual([Conv2D(3)]), Dropout2D(0.5)]), Conv2D(1)], (4, 4, 2)),
    "Dropout in Residual": ([Residual([Dropout(0.3)])], (7,)),
    "lenet": (presets.lenet((8, 9, 1), 3), (8, 9, 1)),
    "simple_cnn": (presets.simple_cnn((8, 9, 2), 3, width=[4, 5, 6]), (8, 9, 2)),
    "simple_cnn with batch norm": (presets.simple_cnn((8, 8, 1), 3, width=2, batch_norm=True), (8, 8, 1)),
    "resnet": (presets.resnet((5, 6, 2), 3, width=3), (5, 6, 2)),
    "airbench": (presets.airbench((17, 16, 1), 3, width=2), (17, 16, 1)),
    "autoencoder": (presets.autoencoder((4, 3, 1), 2, hidden=(5,)), (4, 3, 1)),
    "convolutional_autoencoder": (presets.convolutional_autoencoder((4, 8, 2), 3, width=2), (4, 8, 2)),
}
SILENT = ("Dropout", "BatchNorm of rows")  # a random mask may be all 0, and so is one row minus its mean

WEIGHTS = ("none", "random", "some zero")  # of the pictures
LOSS_ROWS = {  # name: (loss, outputs, targets by (rng, n, outputs))
    "softmax, labels": (SoftmaxCrossEntropy(), 4, "labels"),
    "softmax, two classes": (SoftmaxCrossEntropy(), 2, "labels"),
    "softmax, probabilities": (SoftmaxCrossEntropy(), 5, "probabilities"),
    "softmax, any mass": (SoftmaxCrossEntropy(), 5, "numbers"),
    "softmax smoothed, labels": (SoftmaxCrossEntropy(0.1), 4, "labels"),
    "softmax smoothed, probabilities": (SoftmaxCrossEntropy(0.3), 4, "probabilities"),
    "binary, one output": (BinaryCrossEntropy(), 1, "labels"),
    "binary, one output, probabilities": (BinaryCrossEntropy(), 1, "numbers"),
    "binary, many outputs": (BinaryCrossEntropy(), 5, "labels"),
    "binary, many outputs, probabilities": (BinaryCrossEntropy(), 5, "numbers"),
    "squared, labels": (MeanSquaredError(), 4, "labels"),
    "squared, one output": (MeanSquaredError(), 1, "labels"),
    "squared, numbers": (MeanSquaredError(), 3, "numbers"),
    "reconstruction": (Reconstruction(), 3, "numbers"),
    "Poisson, counts": (Poisson(), 1, "counts"),
    "Poisson, many outputs": (Poisson(), 3, "counts"),
    "Poisson, numbers": (Poisson(), 3, "numbers"),
}


def targets(kind: str, rng: np.random.Generator, n: int, outputs: int) -> np.ndarray:
    """Random targets of a kind: "labels" (n,), "counts", "probabilities" or "numbers" (n, outputs)."""
    if kind == "labels":
        return rng.integers(0, max(outputs, 2), n)
    if kind == "counts":
        return rng.poisson(2.0, (n, outputs)).astype(float)
    numbers = rng.random((n, outputs))
    return numbers / numbers.sum(axis=1, keepdims=True) if kind == "probabilities" else numbers


def loss_case(kind: str, outputs: int, batch: int, weights: str) -> tuple[np.ndarray, np.ndarray, np.ndarray | None]:
    """Random z (batch, outputs), t and w to check a loss at. weights: one of `WEIGHTS`."""
    rng = np.random.default_rng(batch)
    z, t, w = 2 * rng.standard_normal((batch, outputs)), targets(kind, rng, batch, outputs), rng.random(batch) + 0.1
    if weights == "some zero":
        w[1::2] = 0
    return z, t, None if weights == "none" else w
