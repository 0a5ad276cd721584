"""What every layer keeps to, on all the chains of the gradient table."""

import copy
import json
import pickle

import numpy as np
import pytest

from pellucid.nn import Network
from pellucid.nn.gradient_table import CHAINS

# The chains of Dense layers alone, one for each activation, are looked at in test_network.py and test_copies.py.
EVERY_CHAIN = pytest.mark.parametrize("name", [name for name in CHAINS if not name.startswith(("deep ", "Dense "))])


def filled(name, dtype=np.float64):
    """A network with random parameters and positive statistics, a batch, and an upstream gradient."""
    chain, in_shape = CHAINS[name]
    network = Network(chain, in_shape, dtype=dtype)
    rng = np.random.default_rng(1)
    network.theta[...] = rng.standard_normal(network.theta.size) / 3
    network.state[...] = rng.uniform(0.5, 1.5, network.state.size)
    x, dy = (rng.standard_normal((4, *shape)).astype(dtype) for shape in (in_shape, network.out_shape))
    return network, x, dy


@EVERY_CHAIN
def test_float32_stays_float32(name):
    network, x, dy = filled(name, np.float32)
    for train in (False, True):
        assert network.forward(x, train=train, keep=True).dtype == np.float32
        assert network.backward(dy.copy(), need_dx=True).dtype == np.float32
    assert network.values.dtype == network.grad.dtype == np.float32


@EVERY_CHAIN
@pytest.mark.parametrize("train", [True, False])
def test_nobody_writes_into_x(name, train):
    network, x, dy = filled(name)
    x.flags.writeable = False
    network.forward(x, train=train, keep=True)
    network.backward(dy, need_dx=True)


@EVERY_CHAIN
def test_keeping_changes_no_bit(name):
    network, x, _ = filled(name)
    np.testing.assert_array_equal(network.forward(x).copy(), network.forward(x, keep=True))


@EVERY_CHAIN
def test_predicting_a_batch_is_predicting_one_by_one(name):
    network, x, _ = filled(name)
    alone = np.concatenate([network.forward(x[n : n + 1]).copy() for n in range(len(x))])
    np.testing.assert_allclose(network.forward(x), alone, rtol=1e-10, atol=1e-12)


@EVERY_CHAIN
def test_batches_of_any_size_share_the_buffers(name):
    network, x, dy = filled(name)
    network.forward(x[:1], train=False, keep=True)
    network.backward(dy[:1].copy())
    first = network.grad.copy()
    network.forward(np.concatenate([x, x]), train=False, keep=True)
    network.backward(np.concatenate([dy, dy]))
    network.forward(x[:1], train=False, keep=True)
    network.backward(dy[:1].copy())
    np.testing.assert_array_equal(network.grad, first)


@EVERY_CHAIN
def test_the_specification_is_json_and_makes_the_network_again(name):
    network, x, _ = filled(name)
    text = json.dumps(network.specification())
    again = Network.from_specification(json.loads(text), network.in_shape, dtype=np.float64)
    assert json.dumps(again.specification()) == text and repr(again) == repr(network)
    for place, array in zip(again.tensors().values(), network.tensors().values(), strict=True):
        place[...] = array
    np.testing.assert_array_equal(again.forward(x), network.forward(x))


@EVERY_CHAIN
@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net)), Network.replica])
def test_a_copy_has_the_same_bits_and_views_of_its_own_vectors(name, duplicate):
    network, x, dy = filled(name)
    twin = duplicate(network)
    for net in (network, twin):
        net.forward(x, train=False, keep=True)
        net.backward(dy.copy())
    np.testing.assert_array_equal(twin.grad, network.grad)
    for tensor in twin.tensors().values():
        assert np.shares_memory(tensor, twin.values)
    assert np.shares_memory(twin.values, network.values) == (duplicate is Network.replica and network.values.size > 0)
    for layer in twin.layers:
        for name in ("W", "b", "g", "mean"):  # what is written into its vectors, its layers see
            if getattr(layer, name, None) is not None:
                assert np.shares_memory(getattr(layer, name), twin.values)
