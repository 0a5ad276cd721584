"""Presets are lists of layers."""

import pytest

from pellucid.nn import Network, presets


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
