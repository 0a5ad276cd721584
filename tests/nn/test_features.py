"""Features are what the last dense layer is given."""

import numpy as np
import pytest

from pellucid.nn import Dense, Flatten, GlobalAvgPool, Network, presets
from pellucid.nn.features import feature_count, feature_layer, features_and_outputs

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
