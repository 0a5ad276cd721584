"""Grad-CAM weighs the right layer, and finds what was planted."""

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.explanation import grad_cam, last_convolution
from pellucid.kernels import reference
from pellucid.nn import Activation, Conv2D, Dense, Flatten, GlobalAvgPool, Network, Residual, presets
from tests.explanation.conftest import randomised


def brightness_network():
    """Class 1 is told by bright pixels in channel 0, class 0 by those in channel 1; each has a filter of its own."""
    network = Network([Conv2D(2, 1, activation="relu"), GlobalAvgPool(), Dense(2)], (9, 9, 2), kernels=reference)
    tensors = network.tensors()
    tensors["0.W"][0, 0] = np.eye(2)
    tensors["0.b"][:] = 0
    tensors["2.W"][...] = [[0, 1], [1, 0]]
    return network


def test_it_finds_what_speaks_for_each_class():
    x = np.zeros((9, 9, 2), np.float32)
    x[1, 2, 0] = x[6, 7, 1] = 1
    network = brightness_network()
    for target, place in ((1, (1, 2)), (0, (6, 7))):
        found = grad_cam(network, x, target)
        assert found.layer == 0
        assert np.unravel_index(found.heat[0].argmax(), (9, 9)) == place
        assert np.count_nonzero(found.heat) == 1


def test_behind_a_global_mean_it_is_the_weighted_sum_of_channels(rng):
    network = randomised([Conv2D(5), Activation("relu"), GlobalAvgPool(), Dense(3)], (6, 6, 2), np.float64)
    x = rng.normal(size=(2, 6, 6, 2))
    A = network.layers[1].forward(network.layers[0].forward(x, False, False), False, False)
    expected = np.maximum(A @ network.layers[3].W[:, 2] / 36, 0)
    assert np.allclose(grad_cam(network, x, 2).heat, expected)


@pytest.mark.parametrize(
    ("layers", "shape", "position"),
    [
        (presets.lenet((8, 8, 1), 3), (8, 8, 1), 2),
        (presets.simple_cnn((16, 16, 1), 3, width=2, batch_norm=True), (16, 16, 1), 19),
        (presets.resnet((16, 16, 1), 3, width=2), (16, 16, 1), 8),
        (presets.airbench((32, 32, 3), 3, width=2), (32, 32, 3), 21),
        (presets.mlp([4], 3), (4, 4, 1), None),
        ([Conv2D(2, 4, padding="valid"), Flatten(), Dense(3)], (4, 4, 1), None),
        ([Residual([Conv2D(1)]), Flatten(), Dense(3)], (4, 4, 1), 0),
    ],
)
def test_the_last_convolution_with_what_follows_it_is_taken(layers, shape, position):
    network = Network(layers, shape, kernels=reference)
    assert last_convolution(network) == position
    if position is None:
        with pytest.raises(RecipeError, match="Grad-CAM needs a convolution"):
            grad_cam(network, np.zeros(shape), 0)
    else:
        heat = grad_cam(network, np.random.default_rng(0).normal(size=shape), 0).heat
        assert heat.shape == (1, *network.shapes[position][:2]) and (heat >= 0).all()


def test_another_layer_may_be_chosen(rng):
    network = Network(presets.lenet((8, 8, 1), 3), (8, 8, 1), kernels=reference)
    assert grad_cam(network, rng.normal(size=(8, 8, 1)), 0, layer=0).heat.shape == (1, 8, 8)
    for wrong in (4, 99, -1):
        with pytest.raises(RecipeError, match="gives no picture"):
            grad_cam(network, rng.normal(size=(8, 8, 1)), 0, layer=wrong)
