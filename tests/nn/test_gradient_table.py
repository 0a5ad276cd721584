"""The gradient table: every layer, activation and loss has its rows in it, and a wrong derivative does not pass.

Float64, random parameters and upstream gradient, one random direction an array (see `pellucid/nn/gradient_check.py`); the rows
stand in `pellucid/nn/gradient_table.py`.
"""

import numpy as np
import pytest

from pellucid.nn import (
    ACTIVATIONS,
    Dense,
    Dropout,
    Network,
    SoftmaxCrossEntropy,
    check_gradients,
    check_loss_gradient,
    layers,
    losses,
)
from pellucid.nn.gradient_table import CHAINS, LOSS_ROWS, SILENT, WEIGHTS, loss_case


@pytest.mark.parametrize("train", [True, False], ids=["train", "predict"])
@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize("name", CHAINS)
def test_layer(name, batch, train):
    chain, in_shape = CHAINS[name]
    checks = check_gradients(chain, in_shape, batch=batch, train=train, seed=batch)
    assert {check.what for check in checks} == {"x", *(slot.name for slot in Network(chain, in_shape).slots)}
    for check in checks:
        assert check.passed, check
        assert check.backward != 0 or name.startswith(SILENT), "a gradient of zeros proves nothing"


def test_every_layer_has_its_row():
    assert {type(layer).__name__ for chain, _ in CHAINS.values() for layer in chain} == set(layers.__all__)


def test_every_activation_has_its_row():
    assert {
        layer.activation for chain, _ in CHAINS.values() for layer in chain if isinstance(layer, Dense)
    } == ACTIVATIONS.keys()


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize("name", LOSS_ROWS)
def test_loss(name, batch, weights):
    loss, outputs, kind = LOSS_ROWS[name]
    check = check_loss_gradient(loss, *loss_case(kind, outputs, batch, weights))
    assert check.passed and check.backward != 0, check


def test_every_loss_has_its_row():
    assert {loss.name for loss, _, _ in LOSS_ROWS.values()} == losses.LOSSES.keys()


# Planted faults: a derivative that is wrong by a thousandth.


class WrongWeights(Dense):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        self.dW *= 1.001
        return dx


class WrongBias(Dense):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        self.db *= 1.001
        return dx


class WrongInput(Dense):
    def backward(self, dy, need_dx=True):
        return super().backward(dy, need_dx) * 1.001


class WrongOneWeight(Dense):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        self.dW[0, 0] *= 1.001
        return dx


class WrongActivation(Dense):
    def build(self, in_shape):
        built, right = super().build(in_shape), self.f_backward
        self.f_backward = lambda dy, kept, dz: right(1.001 * dy, kept, dz)
        return built


class ForgottenSum(Dense):
    """The gradients of the last picture instead of the sum over the batch."""

    def backward(self, dy, need_dx=True):
        dx = np.zeros_like(self.x)
        self.x = self.x[-1:]
        dx[-1:] = super().backward(dy[-1:], need_dx)
        return dx


class AddedGradient(Dense):
    """`+=` where the contract says `=`: right the first time, wrong ever after."""

    def backward(self, dy, need_dx=True):
        before = self.db.copy()
        dx = super().backward(dy, need_dx)
        self.db += before
        return dx


class ForgottenMask(Dropout):
    def backward(self, dy, need_dx=True):
        return dy


class ForgottenScale(Dropout):
    def backward(self, dy, need_dx=True):
        return dy * (self.m > 0)


SEEDS = pytest.mark.parametrize("seed", range(5))


def caught(chain, in_shape, seed, batch=5):
    """The names of the arrays whose gradient is found to be wrong."""
    return {check.what for check in check_gradients(chain, in_shape, batch=batch, seed=seed) if not check.passed}


@SEEDS
@pytest.mark.parametrize("size", [1, 3, 100])
@pytest.mark.parametrize(("fault", "wrong"), [(WrongWeights, "0.W"), (WrongBias, "0.b"), (WrongInput, "x")])
def test_a_wrong_linear_derivative_is_caught(fault, wrong, size, seed):
    assert caught([fault(size)], (size,), seed) == {wrong}


@SEEDS
def test_one_wrong_weight_is_caught(seed):
    assert caught([WrongOneWeight(10)], (10,), seed) == {"0.W"}


@SEEDS
@pytest.mark.parametrize("name", sorted(ACTIVATIONS.keys() - {"linear", "relu"}))
def test_a_wrong_activation_derivative_is_caught(name, seed):
    assert caught([WrongActivation(20, name)], (10,), seed) == {"x", "0.W", "0.b"}


@SEEDS
def test_a_wrong_layer_is_caught_below_others(seed):
    assert caught([WrongBias(8, "tanh"), Dense(8, "relu"), Dense(3)], (10,), seed) == {"0.b"}
    assert caught([Dense(8, "tanh"), WrongInput(8, "relu"), Dense(3)], (10,), seed) == {"x", "0.W", "0.b"}


@SEEDS
@pytest.mark.parametrize("fault", [ForgottenMask, ForgottenScale])
def test_a_wrong_dropout_is_caught(fault, seed):
    assert caught([Dense(8), fault(0.5)], (4,), seed) == {"x", "0.W", "0.b"}


@SEEDS
def test_a_forgotten_sum_over_the_batch_is_caught(seed):
    assert caught([ForgottenSum(3)], (4,), seed) == {"x", "0.W", "0.b"}


@SEEDS
def test_a_gradient_that_is_added_up_is_caught(seed):
    assert caught([AddedGradient(3)], (4,), seed) == {"0.b"}


class WrongLoss(SoftmaxCrossEntropy):
    def __call__(self, z, t, w=None, *kernels):
        value, dz = super().__call__(z, t, w, *kernels)
        dz *= 1.001
        return value, dz


class UndividedLoss(SoftmaxCrossEntropy):
    def __call__(self, z, t, w=None, *kernels):
        value, dz = super().__call__(z, t, w, *kernels)
        dz *= w.mean()
        return value, dz


@SEEDS
@pytest.mark.parametrize("fault", [WrongLoss, UndividedLoss])
def test_a_wrong_loss_is_caught(fault, seed):
    rng = np.random.default_rng(seed)
    z, t, w = rng.standard_normal((5, 4)), rng.integers(0, 4, 5), rng.random(5)
    assert not check_loss_gradient(fault(), z, t, w, seed=seed).passed


class NotANumber(Dense):
    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        self.db[0] = np.nan
        return dx


def test_nan_does_not_pass():
    assert caught([NotANumber(3)], (4,), 0) == {"0.b"}


@pytest.mark.parametrize("need_dx", [True, False])
@pytest.mark.parametrize("train", [True, False])
@pytest.mark.parametrize("name", CHAINS)
def test_backward_overwrites(name, train, need_dx):
    """Whatever lay in `grad` before, and with or without dx: the same gradient of the parameters."""
    chain, in_shape = CHAINS[name]
    network = Network(chain, in_shape, dtype=np.float64)
    rng = np.random.default_rng(0)
    network.theta[...] = rng.standard_normal(network.theta.size)
    x, dy = rng.standard_normal((3, *in_shape)), rng.standard_normal((3, *network.out_shape))
    found = []
    for garbage, ask in ((0, True), (np.nan, need_dx)):
        network.grad[...] = garbage
        network.forward(x, train=train, keep=True)
        network.backward(dy.copy(), need_dx=ask)
        found.append(network.grad.copy())
    np.testing.assert_array_equal(found[0], found[1])


def test_checking_a_networks_layers_leaves_the_network_alone():
    network = Network([Dense(5, "relu"), Dense(3)], (4,))
    before = network.theta.copy()
    check_gradients(network.layers, (4,))
    np.testing.assert_array_equal(network.theta, before)
    assert network.layers[0].W.dtype == np.float32 and np.shares_memory(network.layers[0].W, network.theta)


def test_a_check_prints_what_it_found():
    check = check_gradients([Dense(3)], (4,))[0]
    assert str(check).startswith("dx: backward") and str(check).endswith("ok")
    assert str(check._replace(backward=check.backward * 1.01 + 1)).endswith("WRONG")
