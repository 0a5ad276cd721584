"""Presets are lists of layers."""

import numpy as np
import pytest

from pellucid.nn import Conv2D, MeanSquaredError, Network, SoftmaxCrossEntropy, presets
from pellucid.optim import Adam, Update
from pellucid.training import train_step


def test_mlp_written_out():
    layers = presets.mlp([8, 4], 3, activation=["relu", "tanh"], dropout=[0.5, 0.0], initialiser="normal", std=0.2)
    assert [repr(layer) for layer in layers] == [
        "Flatten()",
        "Dense(units=8, activation='relu', initialiser='normal', std=0.2, bias=True)",
        "Dropout(rate=0.5)",
        "Dense(units=4, activation='tanh', initialiser='normal', std=0.2, bias=True)",
        "Dense(units=3, activation='linear', initialiser='normal', std=0.2, bias=True)",
    ]


def test_one_setting_serves_all_hidden_layers():
    layers = presets.mlp((5, 6, 7), 2, activation="silu", dropout=0.1)
    assert [type(layer).__name__ for layer in layers] == ["Flatten", *["Dense", "Dropout"] * 3, "Dense"]
    assert [layer.activation for layer in layers if hasattr(layer, "activation")] == ["silu"] * 3 + ["linear"]


def test_batch_norm_stands_before_the_activations():
    layers = presets.mlp((5, 6), 2, activation="tanh", dropout=0.1, batch_norm=True)
    names = [type(layer).__name__ for layer in layers]
    assert names == ["Flatten", *["Dense", "BatchNorm", "Activation", "Dropout"] * 2, "Dense"]
    assert [layer.bias for layer in layers if hasattr(layer, "bias")] == [False, False, True]


def test_no_hidden_layer_is_a_linear_classifier():
    assert Network(presets.mlp([], 10), (64,)).parameters == 650


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"activation": ["relu"]}, "1 values of activation for 2 hidden layers; give one, or one for each layer"),
        ({"dropout": [0.1, 0.2, 0.3]}, "3 values of dropout for 2 hidden layers"),
    ],
)
def test_a_count_that_does_not_fit_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        presets.mlp([4, 4], 2, **options)


CONVOLUTIONAL = [presets.lenet, presets.simple_cnn, presets.resnet, presets.airbench]
NARROW = {"simple_cnn": {"width": 3}, "resnet": {"width": 3}, "airbench": {"width": 3}}


def options(preset):
    return NARROW.get(preset.__name__, {})


@pytest.mark.parametrize("in_shape", [(2, 2, 1), (3, 3, 3), (5, 9, 2), (8, 8, 1), (13, 28, 1), (32, 32, 3)], ids=str)
@pytest.mark.parametrize("preset", CONVOLUTIONAL)
def test_they_fit_small_and_odd_pictures(preset, in_shape):
    network = Network(preset(in_shape, 10, **options(preset)), in_shape)
    assert network.out_shape == (10,)
    z = network.forward(np.ones((2, *in_shape), np.float32), train=True, keep=True)
    network.backward(z.copy())


@pytest.mark.parametrize("preset", [*CONVOLUTIONAL, presets.convolutional_autoencoder])
def test_rows_of_numbers_are_refused(preset):
    with pytest.raises(ValueError, match=rf"preset {preset.__name__} needs pictures \(H, W, C\), got \(64,\)"):
        preset((64,), 10)


@pytest.mark.parametrize("preset", CONVOLUTIONAL)
def test_they_learn_by_heart(preset):
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((16, 8, 8, 1)).astype(np.float32), np.arange(16) % 4
    network = Network(preset((8, 8, 1), 4, **options(preset)), (8, 8, 1))
    update = Update(Adam(network))
    losses = [train_step(network, SoftmaxCrossEntropy(), update, (x, t, None), 0.01)[0] for _ in range(60)]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize("preset", [presets.autoencoder, presets.convolutional_autoencoder])
def test_autoencoders_learn_to_give_back_what_they_see(preset):
    rng = np.random.default_rng(0)
    x = rng.random((16, 1, 1, 1), np.float32) * np.linspace(0, 1, 64, dtype=np.float32).reshape(1, 8, 8, 1)
    network = Network(preset((8, 8, 1), 4), (8, 8, 1))
    update = Update(Adam(network))
    losses = [train_step(network, MeanSquaredError(), update, (x, x.reshape(16, 64), None), 0.01)[0] for _ in range(60)]
    assert network.out_shape == (64,) and losses[-1] < 0.1 * losses[0]


def test_lenet_as_published():
    network = Network(presets.lenet((28, 28, 1), 10), (28, 28, 1))
    assert network.parameters == 61_706
    assert network.shapes[:4] == [(28, 28, 6), (14, 14, 6), (10, 10, 16), (5, 5, 16)]


def test_simple_cnn_as_benchmarked():
    network = Network(presets.simple_cnn((32, 32, 3), 10), (32, 32, 3))
    assert [layer.filters for layer in network.layers if isinstance(layer, Conv2D)] == [32, 32, 64, 64, 128, 128]
    assert network.shapes[-2] == (4 * 4 * 128,)
    normed = Network(presets.simple_cnn((32, 32, 3), 10, batch_norm=True), (32, 32, 3))
    assert [type(layer).__name__ for layer in normed.layers[:3]] == ["Conv2D", "BatchNorm", "Activation"]


def test_resnet_of_20_layers_as_published():
    """Parameters of He et al. 2016, table 6: 0.27 million."""
    network = Network(presets.resnet((32, 32, 3), 10, blocks=3), (32, 32, 3))
    assert 0.27e6 < network.parameters < 0.28e6


def test_airbench_as_published():
    """118.1 million multiply-adds for the forward pass, 1.97 million parameters."""
    network = Network(presets.airbench((32, 32, 3), 10), (32, 32, 3))
    assert round(sum(row["multiply_adds"] for row in network.rows()) / 1e6, 1) == 118.1
    assert network.parameters == 1_971_640
    assert network.layers[-1].factor == 1 / 256


@pytest.mark.parametrize("preset", [presets.simple_cnn, presets.resnet, presets.airbench])
def test_widths_of_all_three_stages(preset):
    network = Network(preset((16, 16, 1), 10, width=[5, 6, 7]), (16, 16, 1))
    widths = [shape[2] for shape in network.shapes if len(shape) == 3]
    assert [width for width in dict.fromkeys(widths) if width != 8] == [5, 6, 7]
    with pytest.raises(ValueError, match="2 widths for the 3 stages"):
        preset((16, 16, 1), 10, width=[5, 6])


def test_pictures_that_cannot_be_halved_twice():
    with pytest.raises(ValueError, match="halves pictures twice, got 6 × 8 pixels"):
        presets.convolutional_autoencoder((6, 8, 1))


def test_pictures_too_small_for_patches():
    with pytest.raises(ValueError, match="2 × 2 pixels at a time, got 1 × 9 pixels"):
        presets.airbench((1, 9, 3), 10)
