"""The gradient table: every layer, activation and loss has its rows here, and a wrong derivative does not pass.

Float64, random parameters and upstream gradient, one random direction an array (see `pellucid/nn/gradient_check.py`).
"""

import numpy as np
import pytest

from pellucid.nn import (
    ACTIVATIONS,
    Activation,
    AvgPool2D,
    BatchNorm,
    BinaryCrossEntropy,
    Conv2D,
    Dense,
    DepthwiseConv2D,
    Dropout,
    Dropout2D,
    Flatten,
    GlobalAvgPool,
    LayerNorm,
    MaxPool2D,
    MeanSquaredError,
    Network,
    Poisson,
    Reconstruction,
    Reshape,
    Residual,
    Scale,
    SoftmaxCrossEntropy,
    TransposedConv2D,
    Upsample,
    check_gradients,
    check_loss_gradient,
    layers,
    losses,
    presets,
)

CHAINS = {  # name: (layers, in_shape)
    **{f"Dense {name}": ([Dense(5, name)], (4,)) for name in ACTIVATIONS},
    "Dense 1 to 1": ([Dense(1, "tanh")], (1,)),
    "Dense 1 to 7": ([Dense(7, "silu")], (1,)),
    "Dense 13 to 1": ([Dense(1, "sigmoid")], (13,)),
    "Dense without bias": ([Dense(3, "gelu", bias=False)], (7,)),
    "Dropout": ([Dropout(0.4)], (9,)),
    "Dropout of pictures": ([Dropout(0.4)], (3, 5, 2)),
    "Dropout of rate 0": ([Dropout(0.0)], (9,)),
    "Dropout first": ([Dropout(0.3), Dense(3, "elu")], (7,)),
    "Dropout between": ([Dense(11, "relu"), Dropout(0.5), Dense(3)], (7,)),
    "Dropout last": ([Dense(11, "leaky_relu"), Dropout(0.5)], (7,)),
    "Flatten": ([Flatten()], (3, 5, 2)),
    "Flatten of rows": ([Flatten()], (7,)),
    "Flatten between": ([Flatten(), Dense(3, "tanh"), Flatten(), Dense(2)], (3, 1, 3)),
    **{f"deep {name}": ([Flatten(), Dense(7, name), Dense(5, name), Dense(3)], (3, 3, 1)) for name in ACTIVATIONS},
    "mlp": (presets.mlp([9, 5], 3, activation=["silu", "relu"], dropout=0.2), (5, 3, 1)),
    **{f"Activation {name}": ([Activation(name)], (3, 2, 2)) for name in ACTIVATIONS},
    "Activation after Dense": ([Dense(4), Activation("gelu"), Activation("tanh")], (3,)),
    "Conv2D": ([Conv2D(5)], (7, 6, 3)),
    "Conv2D with ReLU": ([Conv2D(4, activation="relu")], (4, 5, 2)),
    "Conv2D with GELU": ([Conv2D(4, activation="gelu", bias=False)], (4, 5, 1)),
    "Conv2D valid": ([Conv2D(3, (2, 3), padding="valid", activation="relu")], (5, 7, 2)),
    "Conv2D of even size": ([Conv2D(2, 2)], (5, 4, 3)),
    "Conv2D of 1 x 1, stride 2": ([Conv2D(2, 1, stride=2)], (5, 5, 3)),
    "Conv2D of 5 x 5, stride 2": ([Conv2D(4, 5, stride=2)], (9, 8, 2)),
    "Conv2D of 4 x 4, stride 3, padding 1": ([Conv2D(3, 4, padding=1, stride=3, activation="silu")], (8, 9, 2)),
    "Conv2D, padding 2": ([Conv2D(3, padding=2)], (4, 5, 1)),
    "Conv2D larger than the picture": ([Conv2D(2, 5)], (2, 3, 1)),
    "Conv2D, one pixel": ([Conv2D(1, 1)], (1, 1, 1)),
    "Conv2D twice": ([Conv2D(4, activation="elu"), Conv2D(3, stride=2), Flatten(), Dense(2)], (5, 6, 2)),
    "DepthwiseConv2D": ([DepthwiseConv2D()], (7, 6, 3)),
    "DepthwiseConv2D, stride 2": ([DepthwiseConv2D(5, stride=2, activation="tanh")], (7, 6, 3)),
    "DepthwiseConv2D valid": ([DepthwiseConv2D((2, 3), padding="valid", bias=False)], (4, 6, 2)),
    "TransposedConv2D": ([TransposedConv2D(3)], (4, 5, 2)),
    "TransposedConv2D of 5 x 5, stride 3": ([TransposedConv2D(3, 5, stride=3, activation="silu")], (3, 4, 2)),
    "TransposedConv2D of 3 x 3": ([TransposedConv2D(2, 3)], (3, 4, 2)),
    "TransposedConv2D, stride 1": ([TransposedConv2D(2, (3, 2), stride=1, bias=False)], (3, 4, 2)),
    "MaxPool2D": ([MaxPool2D(2)], (6, 7, 3)),
    "MaxPool2D overlapping": ([MaxPool2D(3, 2)], (7, 7, 2)),
    "MaxPool2D of 2 x 3": ([MaxPool2D((2, 3), 1)], (5, 5, 2)),
    "MaxPool2D with gaps": ([MaxPool2D(2, 3)], (5, 8, 1)),
    "AvgPool2D": ([AvgPool2D(2)], (7, 6, 2)),
    "AvgPool2D overlapping": ([AvgPool2D(3, 1)], (5, 6, 2)),
    "GlobalAvgPool": ([GlobalAvgPool()], (5, 4, 3)),
    "Upsample": ([Upsample(3)], (2, 3, 2)),
    "BatchNorm": ([BatchNorm()], (5, 4, 3)),
    "BatchNorm without scale": ([BatchNorm(0.6, 1e-2, scale=False)], (3, 4, 2)),
    "BatchNorm without shift": ([BatchNorm(shift=False)], (3, 4, 2)),
    "BatchNorm without both": ([BatchNorm(scale=False, shift=False)], (3, 4, 2)),
    "BatchNorm between": ([Conv2D(3, bias=False), BatchNorm(), Activation("tanh"), Conv2D(2)], (4, 3, 2)),
    "BatchNorm of rows": ([Dense(5), BatchNorm(), Activation("silu")], (6,)),
    "LayerNorm": ([LayerNorm()], (5, 4, 3)),
    "LayerNorm of rows": ([Dense(5), LayerNorm(1e-2), Dense(3)], (7,)),
    "Dropout2D": ([Dropout2D(0.4)], (4, 3, 6)),
    "Dropout2D between": ([Conv2D(9), Dropout2D(0.4), Conv2D(2)], (4, 3, 1)),
    "Reshape": ([Dense(12), Reshape((3, 2, 2)), Conv2D(2), Reshape((12,))], (5,)),
    "Scale": ([Scale(0.3), Dense(2), Scale(-2.0)], (4,)),
    "Residual": ([Residual([Conv2D(3, activation="relu"), BatchNorm(), Activation("tanh")])], (5, 4, 3)),
    "Residual with projection": ([Residual([Conv2D(4, stride=2), Conv2D(4)], projection=True)], (5, 7, 3)),
    "Residual on one row of pixels": ([Residual([Conv2D(4, stride=2)], projection=True)], (1, 5, 3)),
    "Residual of rows": ([Residual([Dense(4, "elu"), Dense(7)])], (7,)),
    "Residual of rows with projection": ([Residual([Dense(4, "tanh"), Dropout(0.3)], projection=True)], (7,)),
    "Residual in Residual": ([Conv2D(3), Residual([Residual([Conv2D(3)]), Dropout2D(0.5)]), Conv2D(1)], (4, 4, 2)),
    "Dropout in Residual": ([Residual([Dropout(0.3)])], (7,)),
    "lenet": (presets.lenet((8, 9, 1), 3), (8, 9, 1)),
    "simple_cnn": (presets.simple_cnn((8, 9, 2), 3, width=[4, 5, 6]), (8, 9, 2)),
    "simple_cnn with batch norm": (presets.simple_cnn((8, 8, 1), 3, width=2, batch_norm=True), (8, 8, 1)),
    "resnet": (presets.resnet((5, 6, 2), 3, width=3), (5, 6, 2)),
    "airbench": (presets.airbench((17, 16, 1), 3, width=2), (17, 16, 1)),
    "autoencoder": (presets.autoencoder((4, 3, 1), 2, hidden=(5,)), (4, 3, 1)),
    "convolutional_autoencoder": (presets.convolutional_autoencoder((4, 8, 2), 3, width=2), (4, 8, 2)),
}
SILENT = ("Dropout", "BatchNorm of rows")  # a random mask may be all 0, and so is one row minus its mean


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


LOSS_ROWS = {  # name: (loss, outputs, targets by (rng, n, outputs))
    "softmax, labels": (SoftmaxCrossEntropy(), 4, "labels"),
    "softmax, two classes": (SoftmaxCrossEntropy(), 2, "labels"),
    "softmax, probabilities": (SoftmaxCrossEntropy(), 5, "probabilities"),
    "softmax, any mass": (SoftmaxCrossEntropy(), 5, "numbers"),
    "softmax smoothed, labels": (SoftmaxCrossEntropy(0.1), 4, "labels"),
    "softmax smoothed, probabilities": (SoftmaxCrossEntropy(0.3), 4, "probabilities"),
    "binary, one output": (BinaryCrossEntropy(), 1, "labels"),
    "binary, one output, probabilities": (BinaryCrossEntropy(), 1, "numbers"),
    "binary, many outputs": (BinaryCrossEntropy(), 5, "labels"),
    "binary, many outputs, probabilities": (BinaryCrossEntropy(), 5, "numbers"),
    "squared, labels": (MeanSquaredError(), 4, "labels"),
    "squared, one output": (MeanSquaredError(), 1, "labels"),
    "squared, numbers": (MeanSquaredError(), 3, "numbers"),
    "reconstruction": (Reconstruction(), 3, "numbers"),
    "Poisson, counts": (Poisson(), 1, "counts"),
    "Poisson, many outputs": (Poisson(), 3, "counts"),
    "Poisson, numbers": (Poisson(), 3, "numbers"),
}


def targets(kind, rng, n, outputs):
    if kind == "labels":
        return rng.integers(0, max(outputs, 2), n)
    if kind == "counts":
        return rng.poisson(2.0, (n, outputs)).astype(float)
    numbers = rng.random((n, outputs))
    return numbers / numbers.sum(axis=1, keepdims=True) if kind == "probabilities" else numbers


@pytest.mark.parametrize("weights", ["none", "random", "some zero"])
@pytest.mark.parametrize("batch", [1, 2, 7])
@pytest.mark.parametrize("name", LOSS_ROWS)
def test_loss(name, batch, weights):
    loss, outputs, kind = LOSS_ROWS[name]
    rng = np.random.default_rng(batch)
    z, t, w = 2 * rng.standard_normal((batch, outputs)), targets(kind, rng, batch, outputs), rng.random(batch) + 0.1
    if weights == "some zero":
        w[1::2] = 0
    check = check_loss_gradient(loss, z, t, None if weights == "none" else w)
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
