"""A batch norm and the ReLU behind it, computed together, give what they give apart."""

import numpy as np
import pytest

from pellucid.kernels import compiled, reference
from pellucid.nn import Activation, BatchNorm, Conv2D, Network, Residual
from pellucid.nn.fusion import separate

LAYERS = [
    Conv2D(5, bias=False),
    BatchNorm(),
    Activation("relu"),
    Residual([Conv2D(5), BatchNorm(), Activation("relu")]),
    BatchNorm(),
    Activation("tanh"),
]
RNG = np.random.default_rng(0)
X, DY = RNG.standard_normal((3, 6, 5, 2)), RNG.standard_normal((3, 6, 5, 5))


def results(network, train):
    y = network.forward(X, train=train, keep=True).copy()
    return y, network.backward(DY.astype(network.dtype), need_dx=True).copy(), network.grad.copy(), network.state.copy()


@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("dtype, kernels, digits", [(np.float64, reference, 1e-12), (np.float32, compiled, 2e-4)])
def test_together_as_apart(dtype, kernels, digits, train):
    network, other = (Network(LAYERS, X.shape[1:], dtype=dtype, kernels=kernels) for _ in range(2))
    assert network.layers[1].relu and network.layers[2].done and network.layers[3].layers[1].relu
    assert not network.layers[4].relu and not network.layers[5].done
    separate(other.layers)
    assert not any(other.layers[n].relu for n in (1, 4)) and not other.layers[2].done and not other.layers[3].layers[1].relu
    for together, alone in zip(results(network, train), results(other, train), strict=True):
        np.testing.assert_allclose(together, alone, atol=digits, rtol=digits)


def test_the_specification_does_not_tell():
    network = Network(LAYERS, X.shape[1:])
    assert network.specification() == [layer.specification() for layer in LAYERS]
