"""Batch normalisation: its running statistics against their definition."""

import numpy as np
import pytest

from pellucid.nn import BatchNorm, Dense, LayerNorm, Network


def norm(**settings):
    return Network([BatchNorm(**settings)], (4, 5, 3), dtype=np.float64)


def batches(count, n=6):
    rng = np.random.default_rng(0)
    return [rng.uniform(1, 4, 3) * rng.standard_normal((n, 4, 5, 3)) + rng.uniform(-3, 3, 3) for _ in range(count)]


@pytest.mark.parametrize("momentum", [0.0, 0.6, 0.9])
def test_running_statistics_are_the_weighted_mean_of_the_batches(momentum):
    network, seen = norm(momentum=momentum), batches(7)
    for x in seen:
        network.forward(x, train=True)
    weights = [momentum**7, *((1 - momentum) * momentum ** (6 - k) for k in range(7))]  # of the start and the batches
    means = [np.zeros(3), *(x.mean(axis=(0, 1, 2)) for x in seen)]
    variances = [np.ones(3), *(x.var(axis=(0, 1, 2), ddof=1) for x in seen)]  # unbiased
    tensors = network.tensors()
    np.testing.assert_allclose(tensors["0.mean"], sum(w * m for w, m in zip(weights, means, strict=True)), atol=1e-12)
    np.testing.assert_allclose(tensors["0.variance"], sum(w * v for w, v in zip(weights, variances, strict=True)))


def test_only_training_moves_them():
    network, (x,) = norm(), batches(1)
    before = network.state.copy()
    network.forward(x)
    network.forward(x, keep=True)
    network.backward(x.copy())
    np.testing.assert_array_equal(network.state, before)
    network.forward(x, train=True)
    assert not np.any(network.state == before)


def test_training_normalises_by_the_batch_and_prediction_by_the_statistics():
    network, (x,) = norm(), batches(1)
    y = network.forward(x, train=True)
    np.testing.assert_allclose(y.mean(axis=(0, 1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose(y.std(axis=(0, 1, 2)), 1, rtol=1e-4)
    network.tensors()["0.mean"][...] = [1, 2, 3]
    network.tensors()["0.variance"][...] = [4, 9, 16]
    np.testing.assert_allclose(network.forward(x), (x - [1, 2, 3]) / [2, 3, 4], rtol=1e-4, atol=1e-5)


def test_a_batch_of_one_number_teaches_no_variance():
    network = Network([BatchNorm()], (3,), dtype=np.float64)
    y = network.forward(np.ones((1, 3)), train=True)
    assert not np.any(y) and np.all(network.tensors()["0.variance"] == 1)


@pytest.mark.parametrize(("scale", "shift"), [(True, True), (True, False), (False, True), (False, False)])
def test_scale_and_shift_are_parameters_that_do_not_decay(scale, shift):
    network = Network([Dense(4), BatchNorm(scale=scale, shift=shift)], (3,))
    names = [name for name, learned in (("1.g", scale), ("1.b", shift)) if learned]
    assert [slot.name for slot in network.slots] == ["0.W", "0.b", *names] and network.decaying == 12
    assert [slot.name for slot in network.state_slots] == ["1.mean", "1.variance"]


@pytest.mark.parametrize("settings", [{"momentum": 1.0}, {"momentum": -0.1}, {"epsilon": 0.0}])
def test_settings_that_make_no_sense_are_refused(settings):
    with pytest.raises(ValueError, match=next(iter(settings))):
        BatchNorm(**settings)
    if "epsilon" in settings:
        with pytest.raises(ValueError, match="epsilon"):
            LayerNorm(0.0)
