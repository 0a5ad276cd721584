"""Learning-rate factors by group: frozen parameters keep their bits, the others learn at their own rate."""

import copy
import pickle

import numpy as np
import pytest

from pellucid.nn import (
    Activation,
    BatchNorm,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    Network,
    Residual,
    SoftmaxCrossEntropy,
    presets,
)
from pellucid.optim import OPTIMIZERS, SGD, AdamW, Penalty, Update
from pellucid.training import fit_lbfgs, train_step
from tests.problems import Batches, clusters

RNG = np.random.default_rng(0)
X, T = RNG.standard_normal((12, 6, 6, 1)).astype(np.float32), np.arange(12) % 3


def cnn():
    """A body of a convolution, batch norm and a residual block, and a head of two dense layers with dropout between."""
    return Network(
        [
            Conv2D(4, bias=False),
            BatchNorm(),
            Activation("relu"),
            Residual([Conv2D(4), BatchNorm()]),
            Flatten(),
            Dense(8, "relu"),
            Dropout(0.5),
            Dense(3),
        ],
        (6, 6, 1),
    )


def learn(network, optimizer=AdamW, steps=3, **options):
    update = Update(optimizer(network), **options)
    for step in range(steps):
        network.clock.step = step
        train_step(network, SoftmaxCrossEntropy(), update, (X, T, None), 0.05)
    return update


def moved(network, before):
    """The names of the arrays that are not what they were."""
    now = network.tensors()
    return {name for name, array in before.items() if not np.array_equal(array, now[name])}


def snapshot(network):
    return {name: array.copy() for name, array in network.tensors().items()}


def test_an_ordinary_network_is_one_group():
    network = cnn()
    assert network.groups == [(slice(0, network.parameters), 1.0, network.decaying)]


def test_neighbours_with_the_same_factor_are_one_group():
    network = Network(presets.mlp([5, 4], 3), (6,))  # 1.W 2.W 3.W 1.b 2.b 3.b
    network.set_factor("2.*", 0.5)
    network.set_factor("1.b", 0)
    assert network.decaying == 30 + 20 + 12
    assert network.groups == [
        (slice(0, 30), 1.0, 30),
        (slice(30, 50), 0.5, 20),
        (slice(50, 62), 1.0, 12),
        (slice(67, 71), 0.5, 0),
        (slice(71, 74), 1.0, 0),
    ]


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("pattern", ["0.W", "3.*", "*.b", "*.W", "[0-3].*", "*"])
def test_frozen_parameters_keep_their_bits(pattern, optimizer):
    network = cnn()
    network.set_factor(pattern, 0)
    before = snapshot(network)
    learn(network, optimizer, penalty=Penalty(0.01, 0.01), average=0.5, clip_norm=1.0)
    learned = {slot.name for slot in network.slots}
    assert moved(network, before) & learned == {name for name, factor in network.factors.items() if factor}


def test_the_average_of_frozen_parameters_keeps_their_bits():
    network = cnn()
    network.set_factor("[0-3].*", 0)
    before = snapshot(network)
    update = learn(network, average=0.9)
    with update.final_weights():
        assert moved(network, before) == {"5.W", "5.b", "7.W", "7.b"}


def test_a_frozen_body_computes_as_in_prediction():
    network = cnn()
    network.state[...] = RNG.uniform(0.5, 1.5, network.state.size)
    body = Network(network.layers[:4], (6, 6, 1))
    for slot in body.slots + body.state_slots:
        body.tensors()[slot.name][...] = network.tensors()[slot.name]
    network.set_factor("[0-3].*", 0)
    before = network.state.copy()
    network.forward(X, train=True, keep=True)
    np.testing.assert_array_equal(network.layers[3].buffer("y", 12, 6, 6, 4), body.forward(X))
    np.testing.assert_array_equal(network.state, before)
    assert network.layers[6].m is not None, "the head drops"


def test_dropout_below_the_first_parameters_is_no_frozen_body():
    network = Network([Dropout(0.5), Dense(4, "relu"), Dropout(0.5), Dense(3)], (6,))
    x = np.ones((9, 6), np.float32)
    network.forward(x, train=True)
    assert network.layers[0].m is not None
    network.set_factor("3.*", 0)  # frozen, but above what learns
    network.forward(x, train=True)
    assert network.layers[0].m is not None
    network.set_factor("*", 1)
    network.set_factor("1.*", 0)
    network.forward(x, train=True)
    assert network.layers[0].m is None and network.layers[2].m is not None


def test_no_backward_pass_through_a_frozen_body():
    network = cnn()
    network.set_factor("[0-3].*", 0)
    for layer in network.layers[:5]:
        layer.backward = None
    learn(network)
    assert not np.any(network.layers[0].dW)


def test_dx_is_still_there_for_explanations():
    network = cnn()
    network.forward(X, keep=True)
    expected = network.backward(np.ones((12, 3), np.float32), need_dx=True).copy()
    network.set_factor("[0-3].*", 0)
    network.forward(X, keep=True)
    np.testing.assert_array_equal(network.backward(np.ones((12, 3), np.float32), need_dx=True), expected)
    frozen = [slot for slot in network.slots if not network.factors[slot.name]]
    assert frozen and not any(np.any(slot.view(network.grad)) for slot in frozen)


def test_a_gradient_that_is_not_followed_is_not_clipped_by():
    """Clipping and its norm look at what learns alone."""
    network = cnn()
    network.set_factor("7.W", 0)
    network.forward(X, train=True, keep=True)
    network.backward(np.full((12, 3), 100, np.float32))
    assert not np.any(network.layers[7].dW) and np.any(network.layers[7].db)


def test_a_factor_scales_the_step():
    plain, halved = (Network(presets.mlp([5], 3), (6,), dtype=np.float64) for _ in range(2))
    halved.set_factor("2.*", 0.5)
    before = snapshot(plain)
    for network in (plain, halved):
        network.grad[...] = 1
        SGD(network).step(0.1)
    for name in before:
        share = 0.5 if name.startswith("2.") else 1
        full = plain.tensors()[name] - before[name]
        np.testing.assert_allclose(halved.tensors()[name] - before[name], share * full)


def test_weight_decay_goes_with_the_factor():
    network = Network(presets.mlp([5], 3), (6,), dtype=np.float64)
    network.set_factor("2.*", 0.5)
    network.set_factor("1.b", 0)
    network.theta[...], network.grad[...] = 1, 0
    AdamW(network, weight_decay=0.1).step(0.1)
    values = {name: float(array.flat[0]) for name, array in network.tensors().items()}
    assert values == pytest.approx({"1.W": 0.99, "2.W": 0.995, "1.b": 1, "2.b": 1})


def test_factors_may_change_while_training():
    network = cnn()
    network.set_factor("0.W", 0)
    update = learn(network)
    frozen = network.layers[0].W.copy()
    network.set_factor("0.W", 1)
    network.forward(X, train=True, keep=True)
    network.backward(np.ones((12, 3), np.float32))
    update(0.05)
    assert not np.array_equal(network.layers[0].W, frozen) and len(network.groups) == 1


def test_penalty_is_on_what_learns():
    network = Network(presets.mlp([5], 3), (6,), dtype=np.float64)
    network.theta[...] = 2
    network.set_factor("1.*", 0)
    assert Penalty(1, 0).value(network) == 2 * 15 and Penalty(0, 1).value(network) == 2 * 15
    network.grad[...] = 0
    Penalty(1, 1).add_gradient(network, np.empty_like(network.grad))
    assert not np.any(network.layers[1].dW) and np.all(network.layers[2].dW == 3)


def test_lbfgs_leaves_frozen_parameters_alone():
    network = Network(presets.mlp([5], 3, activation="tanh"), (4,), dtype=np.float64)
    network.set_factor("1.*", 0)
    before, (x, t) = snapshot(network), clusters(30, 4, 3, dtype=np.float64)
    list(fit_lbfgs(network, SoftmaxCrossEntropy(), Batches(x, t, 30), epochs=1, penalty=Penalty(0, 0.01)))
    assert moved(network, before) == {"2.W", "2.b"}


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda net: pickle.loads(pickle.dumps(net)), Network.replica])
def test_copies_keep_the_factors(duplicate):
    network = cnn()
    network.set_factor("3.*", 0.25)
    twin = duplicate(network)
    assert twin.factors == network.factors and twin.groups == network.groups
    twin.set_factor("3.*", 0)
    assert network.factors["3.0.W"] == 0.25


def test_what_makes_no_sense_is_refused():
    network = cnn()
    with pytest.raises(ValueError, match=r"no parameter is called '4\.W'; there are 0\.W, 3\.0\.W"):
        network.set_factor("4.W", 0)
    with pytest.raises(ValueError, match="no parameter is called"):
        network.set_factor("1.mean", 0)  # statistics are not learned
    for factor in (-1, np.nan, np.inf):
        with pytest.raises(ValueError, match="a factor of the learning rate is 0 or more"):
            network.set_factor("0.W", factor)
