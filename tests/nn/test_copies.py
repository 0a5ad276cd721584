"""Pickles, deep copies and replicas: whose memory is whose, and the same bits in the next step."""

import copy
import pickle
import threading

import numpy as np
import pytest

from pellucid.nn import Network, SoftmaxCrossEntropy, presets
from pellucid.optim import OPTIMIZERS, Adam, Penalty, Update
from pellucid.training import train_step
from tests.problems import clusters

X, T = clusters(24, 5, 3)


def network(dtype=np.float32):
    return Network(presets.mlp([9, 7], 3, activation=["gelu", "relu"], dropout=0.3), (5,), seed=11, dtype=dtype)


def step(net, update):
    return train_step(net, SoftmaxCrossEntropy(), update, (X, T, None), 0.01)


def through_pickle(net):
    return pickle.loads(pickle.dumps(net))


COPIES = pytest.mark.parametrize("duplicate", [through_pickle, copy.deepcopy])


@COPIES
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_copy_takes_the_originals_next_step_bit_for_bit(duplicate, dtype):
    original = network(dtype)
    update = Update(Adam(original))
    for number in range(5):
        original.clock.step = number
        step(original, update)
    original.clock.step = 5  # the next mask of dropout
    twin = duplicate(original)
    twin_update = Update(Adam(twin))
    twin_update.restore({name: array.copy() for name, array in update.tensors().items()}, update.optimizer.steps)
    assert twin.theta.dtype == dtype
    assert step(twin, twin_update) == step(original, update)
    np.testing.assert_array_equal(twin.theta, original.theta)
    np.testing.assert_array_equal(twin.grad, original.grad)


def test_the_same_network_in_float64():
    original = network()
    for number in range(3):
        original.clock.step = number
        step(original, Update(Adam(original)))
    wide = original.astype(np.float64)
    assert wide.theta.dtype == wide.layers[1].W.dtype == np.float64
    np.testing.assert_array_equal(wide.values, original.values)
    np.testing.assert_allclose(wide.forward(X), original.forward(X), rtol=1e-5, atol=1e-6)
    wide.theta[...] = 0
    assert original.theta.any()


@COPIES
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_an_update_is_copied_together_with_its_network(duplicate, optimizer):
    original = network()
    original.set_factor("1.W", 0.5)  # two groups
    update = Update(optimizer(original), penalty=Penalty(l2=0.1), clip_norm=0.5, average=0.9)
    for number in range(3):
        original.clock.step = number
        step(original, update)
    twin, twin_update = duplicate((original, update))
    assert twin_update.network is twin_update.optimizer.network is twin_update.average.network is twin
    assert not np.shares_memory(twin_update.optimizer.state, update.optimizer.state)
    for _ in range(2):
        assert step(twin, twin_update) == step(original, update)
    np.testing.assert_array_equal(twin.values, original.values)
    np.testing.assert_array_equal(twin_update.average.values, update.average.values)


@COPIES
def test_a_copy_has_its_own_memory_and_its_layers_see_it(duplicate):
    original = network()
    original.forward(X, train=True, keep=True)
    twin = duplicate(original)
    assert not np.shares_memory(twin.theta, original.theta)
    for layer in twin.layers:
        for name in ("W", "b"):
            if hasattr(layer, name):
                assert np.shares_memory(getattr(layer, name), twin.theta)
                assert np.shares_memory(getattr(layer, f"d{name}"), twin.grad)
    twin.theta[...] = 0
    assert np.any(original.theta)
    assert not np.any(twin.forward(X))
    assert (str(twin), repr(twin)) == (str(original), repr(original))
    assert (twin.shapes, twin.slots) == (original.shapes, original.slots)


def test_a_pickle_holds_parameters_and_no_buffers():
    net = network()
    small = len(pickle.dumps(net))
    big = np.zeros((10_000, 5), np.float32)
    net.forward(big, train=True, keep=True)
    assert len(pickle.dumps(net)) == small < 4 * net.theta.size + 3000


def test_objects_that_share_a_network_still_do_after_a_deep_copy():
    net = network()
    twin, again = copy.deepcopy((net, net))
    assert twin is again


def test_a_replica_shares_theta_and_nothing_else():
    original = network()
    replica = original.replica()
    assert np.shares_memory(replica.theta, original.theta) and replica.theta.shape == original.theta.shape
    assert not np.shares_memory(replica.grad, original.grad)
    replica.layers[1].W[...] = 5
    assert np.all(original.layers[1].W == 5)
    expected = original.forward(X).copy()
    replica.forward(np.zeros_like(X))
    held = original.forward(X)
    replica.forward(np.zeros_like(X))
    np.testing.assert_array_equal(held, expected)


def test_replicas_predict_at_the_same_time():
    original = network()
    expected = original.forward(X).copy()
    wrong = []

    def predict(replica):
        wrong.extend(step for step in range(200) if not np.array_equal(replica.forward(X), expected))

    threads = [threading.Thread(target=predict, args=(original.replica(),)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
