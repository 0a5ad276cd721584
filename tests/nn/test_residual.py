"""The layer that wraps others: names, copies, users' own layers inside, shapes."""

import json

import numpy as np
import pytest

from pellucid.nn import Activation, BatchNorm, Conv2D, Dense, Dropout, Network, Residual


def block(width, **options):
    return Residual([Conv2D(width, bias=False), BatchNorm(), Activation("relu"), Conv2D(width)], **options)


def test_arrays_have_dotted_names_and_land_on_the_layers_inside():
    network = Network([Conv2D(4), block(6, projection=True)], (5, 5, 1))
    assert [slot.name for slot in network.slots] == [
        "0.W", "1.0.W", "1.3.W", "1.projection.W", "0.b", "1.1.g", "1.1.b", "1.3.b",
    ]  # fmt: skip
    assert [slot.name for slot in network.state_slots] == ["1.1.mean", "1.1.variance"]
    residual = network.layers[1]
    assert np.shares_memory(residual.layers[0].W, network.theta)
    assert np.shares_memory(residual.layers[0].dW, network.grad)
    assert np.shares_memory(residual.layers[1].mean, network.state)
    network.tensors()["1.projection.W"][...] = 3
    assert np.all(residual.shortcut.W == 3) and residual.shortcut.b is None
    assert network.rows()[1]["parameters"] == sum(slot.view(network.theta).size for slot in network.slots[1:]) - 4


def test_zero_filters_leave_x_as_it_is():
    network = Network([block(3)], (5, 4, 3), dtype=np.float64)
    network.tensors()["0.3.W"][...] = 0
    x = np.random.default_rng(0).standard_normal((2, 5, 4, 3))
    np.testing.assert_array_equal(network.forward(x, train=True), x)


def test_one_list_of_layers_serves_many_blocks():
    inside = [Conv2D(3)]
    network = Network([Residual(inside), Residual(inside)], (4, 4, 3))
    assert len(network.tensors()) == 4
    assert not np.array_equal(network.tensors()["0.0.W"], network.tensors()["1.0.W"])


def test_layers_inside_drop_elements_of_their_own():
    """Two dropouts of one network never share a mask, at whatever depth they are."""
    network = Network([Residual([Dropout(0.5)]), Residual([Residual([Dropout(0.5)])])], (64,))
    network.forward(np.ones((9, 64), np.float32), train=True)
    first, second = network.layers[0].layers[0].m, network.layers[1].layers[0].layers[0].m
    assert not np.array_equal(first, second)


class Doubled(Dense):
    """A user's own layer."""

    def map(self, x, z):
        super().map(x, z)
        z *= 2


def test_users_own_layers_may_be_inside():
    network = Network([Residual([Doubled(4), Residual([Doubled(4)])])], (4,))
    specification = json.loads(json.dumps(network.specification()))
    again = Network.from_specification(specification, (4,), custom={"Doubled": Doubled})
    assert type(again.layers[0].layers[1].layers[0]) is Doubled
    with pytest.raises(ValueError, match=r"unknown layer 'Doubled'; expected one of .*, or your own through custom="):
        Network.from_specification(specification, (4,))


@pytest.mark.parametrize(
    ("layers", "shape", "message"),
    [
        ([], (4,), "at least one layer"),
        ([Dense(3)], (4,), r"cannot add \(4,\) to the \(3,\) of the layers inside; give it projection=True"),
        ([Conv2D(3, stride=2)], (4, 4, 3), r"cannot add \(4, 4, 3\) to the \(2, 2, 3\)"),
    ],
)
def test_shapes_that_do_not_fit_are_refused(layers, shape, message):
    with pytest.raises(ValueError, match=message):
        Network([Residual(layers)], shape)


def test_a_projection_that_cannot_fit_is_refused():
    with pytest.raises(ValueError, match=r"cannot add \(3, 3, 2\) to the \(4, 4, 2\) of the layers inside$"):
        Network([Residual([Conv2D(2, 4, padding=2)], projection=True)], (3, 3, 1))
