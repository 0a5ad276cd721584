"""Features are what the last dense layer is given."""

import numpy as np
import pytest

from pellucid.nn import Dense, Flatten, GlobalAvgPool, Network, presets
from pellucid.nn.features import (
    WIDEST,
    described_layers,
    feature_count,
    feature_layer,
    features_and_outputs,
    part_widths,
    parts_and_outputs,
)

SHAPE = (12, 12, 3)
NETWORKS = {
    "perceptron": presets.mlp([16, 8], 4),
    "no hidden layer": presets.mlp([], 4),
    "lenet": presets.lenet(SHAPE, 4),
    "simple_cnn": presets.simple_cnn(SHAPE, 4, width=4, batch_norm=True),
    "resnet": presets.resnet(SHAPE, 4, width=4),
    "airbench": presets.airbench(SHAPE, 4, width=4),
}


@pytest.mark.parametrize("layers", NETWORKS.values(), ids=NETWORKS)
def test_features_and_outputs_in_one_pass(layers):
    network = Network(layers, SHAPE, seed=1)
    x = np.random.default_rng(0).random((5, *SHAPE), dtype=np.float32)
    outputs = network.forward(x).copy()
    both, count = features_and_outputs(network, x), feature_count(network)
    np.testing.assert_array_equal(both[:, count:], outputs)
    dense = network.layers[feature_layer(network)]
    assert isinstance(dense, Dense) and dense.W.shape[0] == count
    z = both[:, :count] @ dense.W + (0 if dense.b is None else dense.b)
    for layer in network.layers[feature_layer(network) + 1 :]:
        z = layer.forward(z, False, False)
    np.testing.assert_allclose(z, outputs, rtol=1e-4, atol=1e-5)


def test_without_a_dense_layer_they_are_what_the_last_layer_sees():
    network = Network([Flatten()], (2, 2, 1))
    assert (feature_layer(network), feature_count(network)) == (0, 4)
    network = Network([*presets.simple_cnn(SHAPE, 4, width=4)[:2], GlobalAvgPool()], SHAPE)
    assert feature_count(network) == 12 * 12 * 4


@pytest.mark.parametrize(
    ("name", "positions", "widths"),
    [
        ("perceptron", (0, 2, 3), (12, 16, 8)),  # the picture, then what each dense layer sees
        ("no hidden layer", (0, 1), (12, 432)),
        ("lenet", (0, 2, 4, 6, 7), (12, 12, 32, 120, 84)),  # the Flatten stands for the dense layer behind it
        ("simple_cnn", (0, 3, 7, 10, 14, 17, 22), (12, 8, 8, 16, 16, 32, 16)),
        ("resnet", (0, 3, 5, 7, 10), (12, 8, 8, 16, 16)),
    ],
)
def test_a_picture_is_described_by_what_each_layer_that_multiplies_sees(name, positions, widths):
    network = Network(NETWORKS[name], SHAPE, seed=1)
    assert described_layers(network) == positions
    assert part_widths(network, positions) == widths
    x = np.random.default_rng(0).random((5, *SHAPE), dtype=np.float32)
    found = parts_and_outputs(network, x, positions)
    assert found.shape == (5, sum(widths) + 4)
    np.testing.assert_array_equal(found[:, -4:], network.forward(x))
    np.testing.assert_array_equal(found[:, sum(widths[:-1]) :], features_and_outputs(network, x))


def test_maps_are_described_by_their_moments_and_pictures_by_their_edges_too():
    network = Network(NETWORKS["lenet"], SHAPE, seed=1)
    x = np.random.default_rng(0).normal(3, 2, (5, *SHAPE)).astype(np.float32)
    found = parts_and_outputs(network, x, (0, 2))
    inside = network.layers[1].forward(network.layers[0].forward(x, False, False), False, False)
    edges = [np.abs(np.diff(x, axis=axis)).mean(axis=(1, 2)) for axis in (2, 1)]
    moments = [each for maps in (x, inside) for each in (maps.mean(axis=(1, 2)), maps.std(axis=(1, 2)))]
    np.testing.assert_allclose(found[:, :24], np.hstack([*moments[:2], *edges, *moments[2:]]), rtol=1e-4, atol=1e-4)


def test_rows_of_a_table_are_described_as_they_are_unless_very_wide():
    for columns, positions in ((30, (1, 2)), (WIDEST + 1, (2,))):
        network = Network(presets.mlp([8], 3), (columns,))
        assert described_layers(network) == positions
        assert part_widths(network, positions) == ((columns, 8) if len(positions) == 2 else (8,))
        assert parts_and_outputs(network, np.ones((2, columns), np.float32), positions).shape == (
            2,
            sum(part_widths(network, positions)) + 3,
        )


def test_a_strip_of_pixels_has_no_neighbours_below():
    network = Network(presets.mlp([8], 3), (1, 9, 1))
    x = np.arange(9, dtype=np.float32).reshape(1, 1, 9, 1)
    np.testing.assert_allclose(parts_and_outputs(network, x, (0,))[0, :4], [4, np.std(np.arange(9)), 1, 0], rtol=1e-6)
