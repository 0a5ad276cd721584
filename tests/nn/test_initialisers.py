"""First weights have the mean and variance that their sources ask for."""

import numpy as np
import pytest

from pellucid.nn import Dense, Network
from pellucid.nn.initialisers import initialiser

K, M = 300, 500
VARIANCES = {"he": 2 / K, "lecun": 1 / K, "glorot": 2 / (K + M), "normal": 0.05**2, "zeros": 0.0}


@pytest.mark.parametrize("name", sorted(VARIANCES))
def test_mean_and_variance(name):
    network = Network([Dense(M, initialiser=name, std=0.05)], (K,), dtype=np.float64)
    W = network.layers[0].W
    assert abs(W.mean()) <= 5 * np.sqrt(VARIANCES[name] / W.size)
    assert W.var() == pytest.approx(VARIANCES[name], rel=0.02)
    assert not np.any(network.layers[0].b)


def test_glorot_is_uniform_and_bounded():
    array = np.empty((K, M))
    initialiser("glorot", K, M)(array, np.random.default_rng(0))
    bound = np.sqrt(6 / (K + M))
    assert np.abs(array).max() <= bound
    counts, _ = np.histogram(array, bins=10, range=(-bound, bound))
    assert np.all(np.abs(counts - K * M / 10) < 5 * np.sqrt(K * M / 10))


def test_he_keeps_the_variance_through_relu_layers():
    network = Network([Dense(400, "relu")] * 10, (400,), dtype=np.float64)
    y = network.forward(np.random.default_rng(0).standard_normal((50, 400)))
    assert 0.3 < np.mean(y**2) < 3


def test_an_unknown_name_lists_the_known():
    with pytest.raises(ValueError, match="unknown initialiser 'kaiming'; expected one of he, lecun, glorot, normal"):
        initialiser("kaiming", 1, 1)
