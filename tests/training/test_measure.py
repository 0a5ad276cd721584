"""Passes without learning, and which rows count as hits."""

import numpy as np
import pytest

from pellucid.nn import BinaryCrossEntropy, Dense, Dropout, MeanSquaredError, Network, SoftmaxCrossEntropy
from pellucid.training import measure, predict_outputs
from pellucid.training.measure import count_hits
from tests.problems import Batches, clusters

X, T = clusters(50, 6, 3)


def test_outputs_in_order_and_of_their_own():
    network = Network([Dense(5, "relu"), Dropout(0.5), Dense(3)], (6,))
    outputs = predict_outputs(network, Batches(X, T, 8).epoch(0))
    assert outputs.shape == (50, 3) and outputs.dtype == np.float32
    np.testing.assert_allclose(outputs, network.forward(X), rtol=1e-5, atol=1e-6)
    network.forward(np.zeros_like(X))
    np.testing.assert_array_equal(outputs, predict_outputs(network, Batches(X, T, 8).epoch(0)))


def test_measuring_changes_nothing():
    network = Network([Dense(3), Dropout(0.5)], (6,))
    theta, grad = network.theta.copy(), network.grad.copy()
    first = measure(network, SoftmaxCrossEntropy(), Batches(X, T, 8).epoch(0))
    assert first == measure(network, SoftmaxCrossEntropy(), Batches(X, T, 8).epoch(0))
    np.testing.assert_array_equal(network.theta, theta)
    np.testing.assert_array_equal(network.grad, grad)


def test_a_diverged_network_is_measured_without_a_warning():
    network = Network([Dense(3)], (6,))
    network.theta[...] = 1e38
    seen = measure(network, SoftmaxCrossEntropy(), Batches(X * 100, T, 50).epoch(0))
    assert not np.isfinite(seen.loss)


TWO = np.array([[-1.0], [2.0], [0.1], [-0.2]])
THREE = np.array([[3.0, 1, 2], [0, 0.1, 0], [1, 2, 3]])


@pytest.mark.parametrize(
    ("loss", "z", "t", "hits"),
    [
        (SoftmaxCrossEntropy(), THREE, np.array([0, 1, 1]), 2),
        (SoftmaxCrossEntropy(), THREE, np.array([[0.5, 0.2, 0.3], [0, 0, 1], [0.1, 0.2, 0.7]]), 2),
        (BinaryCrossEntropy(), TWO, np.array([0, 1, 0, 0]), 3),
        (BinaryCrossEntropy(), TWO, np.array([[0.0], [1], [0], [0]]), 3),
        (BinaryCrossEntropy(), TWO, np.array([[0.4], [0.9], [0.6], [0.8]]), 3),
        (BinaryCrossEntropy(), TWO, np.array([[0.6, 0.4], [0.1, 0.9], [0.4, 0.6], [0.2, 0.8]]), 3),
        (BinaryCrossEntropy(), THREE, np.array([0, 1, 2]), 3),
        (MeanSquaredError(), THREE, np.array([1, 1, 2]), 2),
        (MeanSquaredError(), TWO, np.array([0, 1, 1, 0]), 3),
    ],
)
def test_hits(loss, z, t, hits):
    assert count_hits(loss, z, t) == hits
