"""Features are what the last dense layer sees; the nearest are the nearest."""

import numpy as np

from pellucid.classifier import Classifier
from pellucid.explanation import features, first_layer, nearest
from pellucid.images import InputSpec
from pellucid.kernels import reference
from pellucid.nn import Conv2D, Dense, DepthwiseConv2D, Flatten, GlobalAvgPool, Network, presets
from tests.explanation.conftest import randomised


def test_features_are_the_input_of_the_last_dense_layer(rng):
    network = randomised(presets.lenet((8, 8, 1), 3), (8, 8, 1))
    x = rng.normal(size=(300, 8, 8, 1)).astype(np.float32)
    value = x
    for layer in network.layers[:-1]:
        value = layer.forward(value, False, False)
    assert np.allclose(features(network, x), value, atol=1e-5)


def test_a_classifier_prepares_its_pictures(rng):
    network = randomised(presets.mlp([6], 3), (4, 4, 1))
    classifier = Classifier(network, InputSpec((4, 4, 1)), ("a", "b", "c"))
    pictures = rng.integers(0, 256, (5, 4, 4, 1)).astype(np.uint8)
    assert np.array_equal(features(classifier, pictures), features(network, classifier.input.prepare(pictures)))


def test_without_a_dense_layer_it_is_what_the_last_layer_sees(rng):
    network = Network([Conv2D(3), GlobalAvgPool()], (4, 4, 1), kernels=reference)
    assert features(network, rng.normal(size=(2, 4, 4, 1))).shape == (2, 48)


def test_the_nearest_come_first(rng):
    known = rng.normal(size=(50, 7))
    rows, distances = nearest(known, known[11] + 1e-3, 5)
    assert rows[0] == 11 and len(rows) == 5
    assert (np.diff(distances) >= 0).all()
    assert np.allclose(distances, np.linalg.norm(known[rows] - known[11] - 1e-3, axis=1))


def test_first_layers_as_pictures():
    def of(*layers, shape=(6, 5, 3)):
        return first_layer(Network(layers, shape, kernels=reference))

    assert of(Flatten(), Dense(4)).shape == (6, 5, 3, 4)
    assert of(Conv2D(7, (3, 2))).shape == (3, 2, 3, 7)
    assert of(DepthwiseConv2D(3)).shape == (3, 3, 1, 3)
    assert of(GlobalAvgPool(), Dense(4)) is None
    assert of(Dense(4), shape=(9,)) is None
