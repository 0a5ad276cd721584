"""Networks by one call: functions that return a list of layers.

The convolutional ones fit pictures of 8 by 8 pixels and more: where nothing is left to halve, they leave out a pooling.
"""

import math
from collections.abc import Sequence

from pellucid.nn.layer import Layer
from pellucid.nn.layers import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAvgPool,
    MaxPool2D,
    Reshape,
    Residual,
    Scale,
    TransposedConv2D,
)


def mlp(
    hidden: Sequence[int],
    outputs: int,
    *,
    activation: str | Sequence[str] = "relu",
    dropout: float | Sequence[float] = 0.0,
    batch_norm: bool = False,
    initialiser: str = "he",
    std: float = 0.01,
    output_activation: str = "linear",
) -> list[Layer]:
    """A multi-layer perceptron: Flatten, then Dense (and Dropout) for each width in `hidden`, then Dense(outputs).

    activation, dropout: one for all hidden layers, or one each. batch_norm: before each of these activations. std: for
    the initialiser "normal" alone.
    Errors: ValueError where their count differs from that of the hidden layers.
    """
    activations, rates = _one_each(activation, hidden, "activation"), _one_each(dropout, hidden, "dropout")
    layers: list[Layer] = [Flatten()]
    for units, name, rate in zip(hidden, activations, rates, strict=True):
        if batch_norm:
            layers += _normed(Dense(units, initialiser=initialiser, std=std, bias=False), name)
        else:
            layers.append(Dense(units, name, initialiser=initialiser, std=std))
        if rate:
            layers.append(Dropout(rate))
    layers.append(Dense(outputs, output_activation, initialiser=initialiser, std=std))
    return layers


def lenet(in_shape: tuple[int, int, int], outputs: int) -> list[Layer]:
    """LeNet-5 (LeCun et al. 1998, figure 2) as it is built today, with ReLU and max pooling.

    It has 61,706 parameters on 28 by 28 pixels. Below 12 pixels the second convolution is padded too. Errors:
    ValueError where in_shape is not that of pictures.
    """
    height, width, _ = _picture(in_shape, "lenet")
    return [
        Conv2D(6, 5, activation="relu"),
        *_halving(height, width),
        Conv2D(16, 5, padding="valid" if min(height, width) >= 12 else "same", activation="relu"),
        *_halving(height // 2, width // 2),
        Flatten(),
        Dense(120, "relu"),
        Dense(84, "relu"),
        Dense(outputs),
    ]


def simple_cnn(
    in_shape: tuple[int, int, int], outputs: int, *, width: int | Sequence[int] = 32, batch_norm: bool = False
) -> list[Layer]:
    """Three times two 3 by 3 convolutions and a pooling, then Dense(outputs), as in Simonyan & Zisserman 2015 (VGG).

    width: filters of the first stage, the others have 2 and 4 times as many; or the filters of all three.
    batch_norm: after each convolution. Errors: ValueError for a width of another length, and where in_shape is not
    that of pictures.
    """
    height, side, _ = _picture(in_shape, "simple_cnn")
    layers: list[Layer] = []
    for filters in _three(width, (1, 2, 4)):
        for _ in range(2):
            if batch_norm:
                layers += _normed(Conv2D(filters, bias=False), "relu")
            else:
                layers.append(Conv2D(filters, activation="relu"))
        layers += _halving(height, side)
        height, side = height // 2, side // 2
    return [*layers, Flatten(), Dense(outputs)]


def resnet(
    in_shape: tuple[int, int, int], outputs: int, *, width: int | Sequence[int] = 16, blocks: int = 1
) -> list[Layer]:
    """The residual network for small pictures of He et al. 2016, section 4.2: 6 blocks + 2 layers deep, 8 by default.

    width: filters of the first stage, the others have 2 and 4 times as many; or the filters of all three. blocks:
    in each stage. Shortcuts to another shape are learned (option B). Errors: as simple_cnn.
    """
    _picture(in_shape, "resnet")
    before, *_ = stages = _three(width, (1, 2, 4))
    layers = _normed(Conv2D(before, bias=False), "relu")
    for number, filters in enumerate(stages):
        for block in range(blocks):
            stride = 2 if number and not block else 1
            first, second = Conv2D(filters, stride=stride, bias=False), Conv2D(filters, bias=False)
            bent = [*_normed(first, "relu"), second, BatchNorm()]
            layers += [Residual(bent, projection=stride > 1 or filters != before), Activation("relu")]
            before = filters
    return [*layers, GlobalAvgPool(), Dense(outputs)]


def airbench(in_shape: tuple[int, int, int], outputs: int, *, width: int | Sequence[int] = 64) -> list[Layer]:
    """The network of the CIFAR-10 record (Jordan 2024, "94% on CIFAR-10 in 3.29 seconds on a single GPU", section 3.1).

    Whitened 2 by 2 patches, three groups of two convolutions that begin as the identity, batch norm without scale;
    outputs are divided by the number of features. Call `nn.whiten` with the training pictures before training.
    The running statistics move by a twentieth with each batch; the record's 0.4 is for batches of 2,000: with 128 pictures
    a batch they would be those of the last 300 pictures.

    width: filters of the first group, the others have 4 times as many; or the filters of all three. On two cores a
    narrow network goes further. Errors: as simple_cnn.
    """
    height, side, channels = _picture(in_shape, "airbench")
    if min(height, side) < 2:
        raise ValueError(f"the preset airbench looks at 2 × 2 pixels at a time, got {height} × {side} pixels; take mlp")
    layers: list[Layer] = [
        Conv2D(2 * 4 * channels, 2, padding="valid", activation="gelu", initialiser="whitening"),
    ]
    height, side = height - 1, side - 1
    for filters in _three(width, (1, 4, 4)):
        first, second = (Conv2D(filters, initialiser="dirac", bias=False) for _ in range(2))
        norm = BatchNorm(0.95, 1e-12, scale=False)
        layers += [first, *_halving(height, side), norm, Activation("gelu"), second, norm, Activation("gelu")]
        if min(height, side) > 1:
            height, side = height // 2, side // 2
    last = max(1, min(3, height, side))
    features = (height // last) * (side // last) * filters
    head = Dense(outputs, initialiser="normal", std=1.0, bias=False)
    return [*layers, MaxPool2D(last), Flatten(), head, Scale(1 / features)]


def autoencoder(
    in_shape: tuple[int, ...], code: int = 32, *, hidden: Sequence[int] = (128,), output_activation: str = "sigmoid"
) -> list[Layer]:
    """Pictures (or rows) through a narrow layer of `code` numbers and back: trained with MeanSquaredError on x as rows.

    hidden: units of the layers down to the code; the way back mirrors them. output_activation: "sigmoid" for values
    in [0, 1].
    """
    down = [Dense(units, "relu") for units in hidden]
    up = [Dense(units, "relu") for units in reversed(hidden)]
    return [Flatten(), *down, Dense(code), *up, Dense(math.prod(in_shape), output_activation)]


def convolutional_autoencoder(
    in_shape: tuple[int, int, int], code: int = 32, *, width: int = 16, output_activation: str = "sigmoid"
) -> list[Layer]:
    """The same for pictures, with convolutions that halve them twice and transposed ones that double them again.

    width: filters of the outer convolutions, the inner ones have twice as many. Errors: ValueError where height or
    width is no multiple of 4.
    """
    height, side, channels = _picture(in_shape, "convolutional_autoencoder")
    if not isinstance(width, int):
        raise ValueError(f"the preset convolutional_autoencoder takes one width, got {width}")
    if height % 4 or side % 4:
        raise ValueError(f"the preset convolutional_autoencoder halves pictures twice, got {height} × {side} pixels")
    smallest = (height // 4, side // 4, 2 * width)
    return [
        Conv2D(width, stride=2, activation="relu"),
        Conv2D(2 * width, stride=2, activation="relu"),
        Flatten(),
        Dense(code),
        Dense(math.prod(smallest), "relu"),
        Reshape(smallest),
        TransposedConv2D(width, activation="relu"),
        TransposedConv2D(channels, activation=output_activation),
        Flatten(),
    ]


def _picture(in_shape: tuple[int, ...], preset: str) -> tuple[int, int, int]:
    if len(in_shape) != 3:
        raise ValueError(f"the preset {preset} needs pictures (H, W, C), got {tuple(in_shape)}; mlp takes rows")
    return in_shape


def _normed(layer: Layer, activation: str) -> list[Layer]:
    return [layer, BatchNorm(), Activation(activation)]


def _halving(height: int, width: int) -> list[Layer]:
    """A pooling, if there is something to halve."""
    return [MaxPool2D(2)] if min(height, width) > 1 else []


def _three(width: int | Sequence[int], proportions: tuple[int, int, int]) -> list[int]:
    if isinstance(width, int):
        return [width * factor for factor in proportions]
    if len(width) != 3:
        raise ValueError(f"{len(width)} widths for the 3 stages of the network; give one number, or three")
    return list(width)


def _one_each(value, hidden: Sequence[int], name: str) -> list:
    if isinstance(value, str | int | float):
        return [value] * len(hidden)
    if len(value) != len(hidden):
        raise ValueError(f"{len(value)} values of {name} for {len(hidden)} hidden layers; give one, or one for each layer")
    return list(value)
