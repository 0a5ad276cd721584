"""Muon: orthogonal steps for matrices and filters, Nesterov's for the rest."""

import numpy as np
import pytest

from pellucid.nn import BatchNorm, Conv2D, Dense, DepthwiseConv2D, Flatten, Network, SoftmaxCrossEntropy
from pellucid.optim import Muon, Nesterov, Update
from pellucid.optim.muon import STEPS
from pellucid.training import train_step


def cnn(dtype=np.float64):
    layers = [Conv2D(6, activation="relu"), BatchNorm(), DepthwiseConv2D(), Flatten(), Dense(5, "relu"), Dense(3)]
    return Network(layers, (4, 4, 2), seed=1, dtype=dtype)


def gradient(network, seed=0):
    network.grad[...] = np.random.default_rng(seed).standard_normal(network.grad.size)


def step_of(network, optimizer, rate):
    before = {name: array.copy() for name, array in network.tensors().items()}
    optimizer.step(rate)
    return {name: array - before[name] for name, array in network.tensors().items()}


def test_matrices_and_filters_take_orthogonal_steps():
    network = cnn()
    gradient(network)
    step = step_of(network, Muon(network, weight_decay=0), 0.1)
    for name in ("0.W", "4.W", "5.W"):
        values = np.linalg.svd(step[name].reshape(-1, step[name].shape[-1]) / 0.1, compute_uv=False)
        assert np.all((values > 0.5) & (values < 1.4)), (name, values)  # near 1 after 3 steps


def test_the_step_is_the_polynomial_of_the_nesterov_direction():
    network = cnn()
    optimizer = Muon(network, momentum=0.6, weight_decay=0)
    u = 0
    for seed in range(3):
        gradient(network, seed)
        g = network.layers[4].dW.copy()
        step = step_of(network, optimizer, 0.1)["4.W"]
        u = 0.6 * u + g
        U, singular, Vt = np.linalg.svd(g + 0.6 * u, full_matrices=False)
        singular /= np.linalg.norm(singular)
        for _ in range(STEPS):
            singular = 3.4445 * singular - 4.7750 * singular**3 + 2.0315 * singular**5
        np.testing.assert_allclose(step, -0.1 * U * singular @ Vt, atol=1e-7)


def test_all_others_take_nesterovs_step():
    network, other = cnn(), cnn()
    muon, nesterov = Muon(network, momentum=0.9), Nesterov(other, momentum=0.9)
    for seed in range(3):
        gradient(network, seed)
        gradient(other, seed)
        step, expected = step_of(network, muon, 0.1), step_of(other, nesterov, 0.1)
        for name in ("0.b", "1.g", "1.b", "2.b", "4.b", "5.b"):
            np.testing.assert_allclose(step[name], expected[name], rtol=1e-12)
    assert np.any(step["2.W"]) and network.decaying == other.decaying


def test_weights_decay_and_biases_do_not():
    network = cnn()
    network.theta[...], network.grad[...] = 1, 0
    Muon(network, weight_decay=0.5).step(0.1)
    for slot in network.slots:
        np.testing.assert_allclose(slot.view(network.theta), 0.95 if slot.name.endswith(".W") else 1)


def test_the_size_of_the_loss_does_not_matter_to_matrices():
    steps = []
    for size in (1, 1e6):
        network = cnn()
        gradient(network)
        network.grad *= size
        steps.append(step_of(network, Muon(network, weight_decay=0), 0.1))
    for name in ("0.W", "4.W", "5.W"):
        np.testing.assert_allclose(steps[0][name], steps[1][name], rtol=1e-5, atol=1e-7)


def test_factors_and_frozen_matrices():
    network, plain = cnn(), cnn()
    network.set_factor("4.W", 0)
    network.set_factor("5.W", 0.5)
    for net in (network, plain):
        gradient(net)
    step, expected = step_of(network, Muon(network), 0.1), step_of(plain, Muon(plain), 0.1)
    assert not np.any(step["4.W"])
    np.testing.assert_allclose(step["5.W"], 0.5 * expected["5.W"], rtol=1e-12)
    np.testing.assert_allclose(step["0.W"], expected["0.W"], rtol=1e-12)


def test_float32_stays_float32_and_learns():
    network = cnn(np.float32)
    update = Update(Muon(network))
    rng = np.random.default_rng(0)
    x, t = rng.standard_normal((30, 4, 4, 2)).astype(np.float32), np.arange(30) % 3
    losses = [train_step(network, SoftmaxCrossEntropy(), update, (x, t, None), 0.05)[0] for _ in range(40)]
    assert update.optimizer.state.dtype == np.float32 and losses[-1] < 0.1 * losses[0]


def test_no_matrix_at_all():
    network = Network([BatchNorm()], (3,))
    network.grad[...] = 1
    Muon(network).step(0.1)
    assert network.tensors()["0.b"] == pytest.approx(-0.1 * 1.95)
