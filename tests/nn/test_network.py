"""The network: one vector, views of it, forward, backward, and what it refuses."""

import tracemalloc

import numpy as np
import pytest

from pellucid.nn import ACTIVATIONS, Dense, Dropout, Flatten, Layer, Network, Parameter, SoftmaxCrossEntropy, presets
from pellucid.nn.initialisers import zeros
from pellucid.nn.losses import LOSSES
from pellucid.optim import OPTIMIZERS, Update
from pellucid.training import train_step
from tests.problems import clusters


def small(dtype=np.float32, **options):
    return Network([Flatten(), Dense(5, "relu"), Dropout(0.5), Dense(3)], (2, 2, 1), dtype=dtype, **options)


def test_weights_lie_first_then_biases():
    network = small()
    assert [slot.name for slot in network.slots] == ["1.W", "3.W", "1.b", "3.b"]
    assert [slot.shape for slot in network.slots] == [(4, 5), (5, 3), (5,), (3,)]
    assert [(slot.span.start, slot.span.stop) for slot in network.slots] == [(0, 20), (20, 35), (35, 40), (40, 43)]
    assert network.decaying == 35 and network.parameters == network.theta.size == network.grad.size == 43


def test_layers_hold_views_of_one_vector():
    network = small()
    for name, array in network.tensors().items():
        position, letter = name.split(".")
        layer = network.layers[int(position)]
        assert np.shares_memory(getattr(layer, letter), network.theta)
        assert np.shares_memory(getattr(layer, f"d{letter}"), network.grad)
        array[...] = 7
        assert np.all(getattr(layer, letter) == 7)
    assert np.all(network.theta == 7)
    assert network.theta.flags.c_contiguous and network.grad.flags.c_contiguous


def test_a_network_without_parameters():
    network = Network([Flatten(), Dropout(0.5)], (2, 3, 1))
    assert network.parameters == 0 and network.tensors() == {} and network.out_shape == (6,)
    x = np.ones((4, 2, 3, 1), np.float32)
    assert network.forward(x).shape == (4, 6)
    assert network.backward(np.ones((4, 6), np.float32), need_dx=True).shape == x.shape
    assert network.backward(np.ones((4, 6), np.float32)) is None


def test_the_same_seed_gives_the_same_start_in_both_types():
    assert np.array_equal(small(seed=3).theta, small(seed=3).theta)
    assert not np.array_equal(small(seed=3).theta, small(seed=4).theta)
    np.testing.assert_allclose(small(seed=3).theta, small(np.float64, seed=3).theta, rtol=1e-6)


def test_layers_of_the_same_shape_start_differently():
    network = Network([Dense(4), Dense(4)], (4,))
    assert not np.array_equal(network.layers[0].W, network.layers[1].W)


def test_one_list_of_layers_serves_many_networks():
    layers = presets.mlp([5], 3)
    first, second = Network(layers, (4,), seed=1), Network(layers, (6,), seed=2)
    for network in (first, second):
        assert all(np.shares_memory(getattr(layer, "W", network.theta), network.theta) for layer in network.layers)
    twice = Network([layers[1], layers[1]], (5,))  # two layers with weights of their own
    assert len(twice.tensors()) == 4


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_batched_is_one_by_one(activation):
    network = Network([Flatten(), Dense(7, activation), Dropout(0.5), Dense(3)], (3, 2, 1), dtype=np.float64)
    x = np.random.default_rng(0).standard_normal((9, 3, 2, 1))
    alone = np.concatenate([network.forward(x[n : n + 1]).copy() for n in range(9)])
    np.testing.assert_allclose(network.forward(x), alone, rtol=1e-12, atol=1e-14)


def test_the_gradient_of_a_batch_is_the_sum_over_its_pictures():
    network = Network([Dense(7, "tanh"), Dense(3)], (4,), dtype=np.float64)
    rng = np.random.default_rng(0)
    x, dy = rng.standard_normal((6, 4)), rng.standard_normal((6, 3))
    summed = np.zeros_like(network.grad)
    for n in range(6):
        network.forward(x[n : n + 1], keep=True)
        network.backward(dy[n : n + 1].copy())
        summed += network.grad
    network.forward(x, keep=True)
    network.backward(dy.copy())
    np.testing.assert_allclose(network.grad, summed, rtol=1e-12, atol=1e-14)


def test_dropout_is_for_training_alone():
    network = small()
    x = np.ones((50, 2, 2, 1), np.float32)
    plain = network.forward(x).copy()
    np.testing.assert_array_equal(network.forward(x, keep=True), plain)
    assert not np.array_equal(network.forward(x, train=True), plain)
    np.testing.assert_array_equal(network.forward(x), plain)


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_keeping_changes_no_bit(activation):
    network = Network([Dense(7, activation), Dense(3, activation)], (4,))
    x = np.random.default_rng(0).standard_normal((5, 4)).astype(np.float32)
    np.testing.assert_array_equal(network.forward(x).copy(), network.forward(x, keep=True))


@pytest.mark.parametrize("train", [True, False])
def test_forward_and_backward_never_write_into_x(train):
    for layers in ([Dropout(0.5), Flatten(), Dense(3, "gelu")], [Flatten(), Dense(3, "relu"), Dropout(0.5)]):
        network = Network(layers, (2, 2, 1))
        x = np.ones((4, 2, 2, 1), np.float32)
        x.flags.writeable = False
        network.forward(x, train=train, keep=True)
        network.backward(np.ones((4, 3), np.float32), need_dx=True)


def test_dx_only_where_it_is_asked_for():
    network = Network([Flatten(), Dropout(0.2), Dense(5, "relu"), Dense(3)], (2, 2, 1))
    x = np.ones((4, 2, 2, 1), np.float32)
    network.forward(x, keep=True)
    assert network.backward(np.ones((4, 3), np.float32)) is None
    without = network.grad.copy()
    assert "dx" not in network.layers[2]._buffers.arrays, "the product that only dx needs is skipped"
    network.forward(x, keep=True)
    assert network.backward(np.ones((4, 3), np.float32), need_dx=True).shape == x.shape
    np.testing.assert_array_equal(network.grad, without)


def arrays_of(thing):
    """Every array that an object holds, in lists and dicts too."""
    if isinstance(thing, np.ndarray):
        return [thing]
    values = thing.values() if isinstance(thing, dict) else thing if isinstance(thing, list | tuple) else ()
    return [array for value in values for array in arrays_of(value)]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
@pytest.mark.parametrize("loss", [make() for make in LOSSES.values() if make.names_classes], ids=lambda loss: loss.name)
def test_one_type_everywhere(loss, optimizer, dtype):
    chain = [Dense(4, name) for name in ACTIVATIONS] + [Dropout(0.2), Dense(3)]
    network = Network(chain, (5,), dtype=dtype)
    x, t = clusters(6, 5, 3, dtype=dtype)
    update = Update(optimizer(network), clip_norm=0.1, average=0.9)
    for _ in range(2):
        train_step(network, loss, update, (x, t, np.ones(6, np.float32)), 0.01)
    assert network.forward(x).dtype == dtype and loss(network.forward(x), t)[1].dtype == dtype
    held = [network, update.optimizer, update.average, *network.layers]
    assert {str(array.dtype) for holder in held for array in arrays_of(vars(holder))} == {np.dtype(dtype).name}


@pytest.mark.parametrize("batch", [1, 3])
def test_an_empty_batch_and_any_other(batch):
    network = small()
    assert network.forward(np.zeros((0, 2, 2, 1), np.float32)).shape == (0, 3)
    assert network.forward(np.zeros((batch, 2, 2, 1), np.float32)).shape == (batch, 3)


def test_memory_does_not_grow_over_2000_steps():
    network = Network(presets.mlp([8], 3, activation="gelu", dropout=0.2), (5,))
    update = Update(OPTIMIZERS["adam"](network), average=0.99)
    loss, (x, t) = SoftmaxCrossEntropy(), clusters(32, 5, 3)

    def steps(count):
        for step in range(count):
            network.clock.step = step
            size = 32 if step % 5 else 7  # the last batch of an epoch is smaller
            train_step(network, loss, update, (x[:size], t[:size], None), 1e-3)

    steps(20)
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        steps(2000)
        assert tracemalloc.get_traced_memory()[0] - before < 10_000
    finally:
        tracemalloc.stop()


# Specifications


class Stretch(Layer):
    """A user's own layer: y = s x        ds = sum dy x        dx = dy s."""

    def __init__(self, start: float = 1.0):
        self.start = start

    def build(self, in_shape):
        return in_shape, {"s": Parameter((1,), self.fill, decay=False)}

    def fill(self, array, rng):
        array[...] = self.start

    def forward(self, x, train, keep):
        self.x = x
        return np.multiply(x, self.s, out=self.buffer("y", *x.shape))

    def backward(self, dy, need_dx=True):
        self.ds[...] = np.sum(dy * self.x)
        return np.multiply(dy, self.s, out=dy)

    def equation(self):
        return "y = s x"


class Nothing(Layer):
    """A user's own layer without arguments: y = x        dx = dy."""

    def build(self, in_shape):
        return in_shape, {}

    def forward(self, x, train, keep):
        return x

    def backward(self, dy, need_dx=True):
        return dy

    def equation(self):
        return "y = x"


def test_the_specification_makes_the_network_again():
    layers = [
        Flatten(),
        Dense(5, "gelu", initialiser="normal", std=0.3, bias=False),
        Dropout(0.25),
        Nothing(),
        Stretch(2.0),
        Dense(3),
    ]
    network = Network(layers, (2, 3, 1), seed=5)
    specification = network.specification()
    assert specification[1] == {
        "type": "Dense", "units": 5, "activation": "gelu", "initialiser": "normal", "std": 0.3, "bias": False
    }  # fmt: skip
    assert [entry["type"] for entry in specification] == ["Flatten", "Dense", "Dropout", "Nothing", "Stretch", "Dense"]
    custom = {"Stretch": Stretch, "Nothing": Nothing}
    again = Network.from_specification(specification, (2, 3, 1), custom=custom, seed=5)
    np.testing.assert_array_equal(again.theta, network.theta)
    assert again.layers[4].s == 2.0
    assert str(again) == str(network) and repr(again) == repr(network)
    assert again.specification() == specification


def test_the_repr_makes_the_network_again():
    network = small(seed=2)
    again = eval(repr(network), {"Network": Network, "Flatten": Flatten, "Dense": Dense, "Dropout": Dropout})
    assert repr(again) == repr(network)
    np.testing.assert_array_equal(again.theta, network.theta)


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ({"type": "Dens", "units": 3}, "unknown layer 'Dens'; expected one of .*Dense, .*or your own through custom="),
        ({"units": 3}, "unknown layer None"),
        ({"type": "Stretch"}, "unknown layer 'Stretch'"),
        ({"type": "Dense", "unit": 3}, "layer Dense: .*'unit'"),
        ({"type": "Dense"}, "layer Dense: .*'units'"),
        (
            {"type": "Dense", "units": 3, "activation": "Relu"},
            "unknown activation 'Relu'; expected one of linear, relu",
        ),
        (
            {"type": "Dense", "units": 3, "initialiser": "xavier"},
            "unknown initialiser 'xavier'; expected one of he, lecun",
        ),
        ({"type": "Dense", "units": 0}, "whole number.* at least 1, got 0"),
        ({"type": "Dense", "units": 2.5}, "whole number.* at least 1, got 2.5"),
        ({"type": "Dense", "units": "3"}, "whole number.* at least 1, got '3'"),
        ({"type": "Dense", "units": 3, "std": 0.0}, "std must be a positive number, got 0.0"),
        ({"type": "Dense", "units": 3, "std": float("inf")}, "std must be a positive number, got inf"),
        ({"type": "Dropout", "rate": 1.0}, r"a dropout rate lies in \[0, 1\), got 1.0"),
        ({"type": "Dropout", "rate": -0.1}, r"a dropout rate lies in \[0, 1\), got -0.1"),
        ({"type": "Dropout", "rate": "0.5"}, "layer Dropout: "),
    ],
)
def test_a_wrong_specification_is_refused(entry, message):
    with pytest.raises(ValueError, match=message) as caught:
        Network.from_specification([entry], (4,))
    assert "\n" not in str(caught.value)


def test_dense_refuses_pictures_and_says_what_is_missing():
    with pytest.raises(ValueError, match=r"rows of features \(K,\), got \(8, 8, 1\); put Flatten\(\) before it"):
        Network([Dense(3)], (8, 8, 1))


@pytest.mark.parametrize("dtype", [np.float16, np.int32])
def test_other_types_are_refused(dtype):
    with pytest.raises(TypeError, match="float32 or float64"):
        small(dtype)


def test_rows_of_another_width_are_refused():
    network = Network([Dense(3)], (4,))
    with pytest.raises(ValueError):
        network.forward(np.zeros((2, 5), np.float32))


def test_pictures_of_another_size_are_refused():
    with pytest.raises(ValueError):
        small().forward(np.zeros((2, 3, 3, 1), np.float32))


def test_a_layer_may_declare_what_does_not_decay():
    network = Network([Dense(3), Stretch(), Dense(2)], (4,))
    assert [slot.name for slot in network.slots] == ["0.W", "2.W", "0.b", "1.s", "2.b"]
    assert Parameter((3, 4), zeros).size == 12 and Parameter((3,), zeros).decay
