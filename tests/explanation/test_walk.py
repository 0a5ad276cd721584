"""A walk's numbers are the library's own, to the last bit; the classifier is not changed; every layer can be walked."""

import copy

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.explanation import walk
from pellucid.explanation.examples import backward_example, forward_example
from pellucid.kernels import reference
from pellucid.nn import (
    BinaryCrossEntropy,
    Dense,
    Flatten,
    Layer,
    MeanSquaredError,
    Network,
    SoftmaxCrossEntropy,
    layers,
    presets,
)
from pellucid.optim import OPTIMIZERS, SGD, AdamW, Penalty, Update
from tests.explanation.conftest import EVERY_LAYER, randomised

NETWORKS = {
    "mlp": lambda shape: presets.mlp([12], 4, activation="sigmoid", dropout=0.3),
    "lenet": lambda shape: presets.lenet(shape, 4),
    "simple_cnn": lambda shape: presets.simple_cnn(shape, 4, width=3, batch_norm=True),
    "resnet": lambda shape: presets.resnet(shape, 4, width=3),
    "airbench": lambda shape: presets.airbench(shape, 4, width=3),
    "every layer": lambda shape: EVERY_LAYER,
}


def assert_same_bits(walked, network, x, target, loss, update):
    """What the walk recorded against the library's forward, loss, backward and update on a batch of this one picture."""
    z = network.forward(x[np.newaxis], keep=True).copy()
    value, dz = loss(z, np.asarray(target)[np.newaxis], None, network.kernels)
    dz = dz.copy()
    dx = network.backward(dz.copy(), need_dx=True)
    assert np.array_equal(walked.z, z[0])
    assert walked.loss_value == value
    assert np.array_equal(walked.dz, dz[0])
    assert np.array_equal(walked.steps[0].dx, dx[0])
    for slot in network.slots:
        visit, name = walked.visit_of(slot.name)
        assert np.array_equal(visit.gradients[name], slot.view(network.grad)), slot.name
    weight = walked.weight
    theta = dict(network.tensors())[weight.array]
    assert weight.before == theta[weight.index]
    update(network)(weight.learning_rate)
    assert weight.after == theta[weight.index]


@pytest.mark.parametrize("name", NETWORKS)
def test_the_numbers_are_the_library_s_to_the_last_bit(name, rng):
    shape = (8, 8, 2) if name == "every layer" else (12, 12, 3)
    network = randomised(NETWORKS[name](shape), shape)
    before = network.values.copy()
    x = rng.normal(size=shape).astype(np.float32)
    loss = SoftmaxCrossEntropy(0.1)

    def update(network):
        return Update(AdamW(network), penalty=Penalty(l2=1e-3), clip_norm=0.1)

    walked = walk(network, x, 3, loss, make_update=update)
    assert np.array_equal(network.values, before)
    assert not network.grad.any()
    assert_same_bits(walked, network, x, 3, loss, update)


def test_a_network_of_compiled_kernels_is_walked_with_the_reference(rng):
    x = rng.normal(size=(12, 12, 3)).astype(np.float32)
    compiled = Network(presets.lenet((12, 12, 3), 4), (12, 12, 3))
    twin = compiled.replica(reference)
    assert np.array_equal(walk(compiled, x, 0, SoftmaxCrossEntropy()).z, twin.forward(x[np.newaxis])[0])


def test_an_autoencoder_is_walked_with_the_squared_error(rng):
    for layers_ in (presets.autoencoder((4, 4, 1), 3, hidden=(8,)), presets.convolutional_autoencoder((4, 4, 1), 3, width=2)):
        network = randomised(layers_, (4, 4, 1))
        x = rng.uniform(size=(4, 4, 1)).astype(np.float32)
        walked = walk(network, x, x.ravel(), MeanSquaredError())
        assert_same_bits(walked, network, x, x.ravel(), MeanSquaredError(), lambda network: Update(SGD(network)))


def test_one_output_with_the_binary_loss(rng):
    network = randomised([Flatten(), Dense(1)], (3, 3, 1))
    x = rng.normal(size=(3, 3, 1)).astype(np.float32)
    walked = walk(network, x, 1, BinaryCrossEntropy())
    assert_same_bits(walked, network, x, 1, BinaryCrossEntropy(), lambda network: Update(SGD(network)))


def test_what_goes_into_a_layer_came_out_of_the_one_before(every_layer):
    _, walked = every_layer
    for first, second in zip(walked.steps, walked.steps[1:]):
        assert np.array_equal(first.y, second.x)
        assert np.array_equal(first.dy, second.dx)


def test_a_batch_norm_and_the_relu_behind_it_are_walked_one_by_one(rng):
    """Though the network computes both in one pass."""
    network = randomised(presets.simple_cnn((8, 8, 2), 3, width=4, batch_norm=True), (8, 8, 2))
    walked = walk(network, rng.standard_normal((8, 8, 2)), 1, SoftmaxCrossEntropy())
    names = [visit.name for visit in walked.steps]
    norm, relu = walked.steps[names.index("BatchNorm")], walked.steps[names.index("BatchNorm") + 1]
    assert relu.name == "Activation" and norm.y.min() < 0
    assert np.array_equal(relu.y, np.maximum(norm.y, 0))
    assert np.array_equal(relu.dx, np.where(norm.y > 0, relu.dy, 0)) and np.any(relu.dy[norm.y <= 0])


def test_every_layer_that_ships_is_walked_and_has_its_examples(every_layer):
    _, walked = every_layer
    visits = list(walked.visits())
    assert {visit.name for visit in visits} == set(layers.__all__)
    for visit in visits:
        assert forward_example(visit.layer, visit) is not None, visit.name
        assert backward_example(visit.layer, visit) is not None, visit.name


def test_layers_inside_others_are_visited(every_layer):
    network, walked = every_layer
    position = next(k for k, layer in enumerate(network.layers) if type(layer).__name__ == "Residual")
    assert [visit.path for visit in walked.steps[position].inside] == [f"{position}.{n}" for n in ("0", "1", "projection")]
    outer = walked.steps[position]
    assert np.array_equal(outer.inside[2].y + outer.inside[1].y, outer.y)


def test_the_kernels_that_did_the_work_are_named(every_layer):
    _, walked = every_layer
    by_name = {visit.name: visit for visit in walked.visits()}
    assert reference.dense_forward in by_name["Dense"].forward_kernels
    assert reference.convolution_backward in by_name["Conv2D"].backward_kernels
    assert reference.gelu in walked.steps[0].forward_kernels
    assert walked.loss_kernels == [reference.softmax_cross_entropy]
    assert walked.weight.kernels == [reference.sgd]
    outer = next(visit for visit in walked.visits() if visit.name == "Residual")
    assert outer.forward_kernels == []  # the sum is its own; the rest was done by the layers inside


class Doubled(Layer):
    def build(self, in_shape):
        return in_shape, {}

    def forward(self, x, train, keep):
        return 2 * x

    def backward(self, dy, need_dx=True):
        return 2 * dy

    def equation(self):
        return "y = 2 x"


def test_a_layer_of_the_user_s_own_is_walked_without_an_example(rng):
    network = randomised([Flatten(), Doubled(), Dense(3)], (2, 2, 1))
    x = rng.normal(size=(2, 2, 1)).astype(np.float32)
    visit = walk(network, x, 0, SoftmaxCrossEntropy()).steps[1]
    assert np.array_equal(visit.y, 2 * visit.x)
    assert forward_example(visit.layer, visit) is None and backward_example(visit.layer, visit) is None


def test_the_weight_is_chosen_by_name(every_layer):
    network, walked = every_layer
    found = walk(network, walked.x, 2, SoftmaxCrossEntropy(), weight="6.projection.W[0, 0, 3,2]").weight
    assert (found.name, found.before) == ("6.projection.W[0,0,3,2]", float(network.tensors()["6.projection.W"][0, 0, 3, 2]))
    assert found.after != found.before


def test_by_default_the_last_layer_s_weight_with_the_largest_gradient(every_layer):
    network, walked = every_layer
    last = len(network.layers) - 1
    assert walked.weight.array == f"{last}.W"
    gradient = walked.steps[-1].gradients["W"]
    assert abs(walked.weight.gradient) == np.abs(gradient).max()


def test_a_network_that_learns_nothing_has_no_weight():
    network = Network([Flatten()], (2, 1, 1), kernels=reference)
    assert walk(network, np.ones((2, 1, 1), np.float32), 0, SoftmaxCrossEntropy()).weight is None


@pytest.mark.parametrize("wrong", ["W", "1.W", "9.W[0,0]", "1.W[3]", "1.W[99,0]", "1.W[a,b]", "1.W[-1,0]"])
def test_a_weight_that_there_is_not(wrong, rng):
    network = Network([Flatten(), Dense(3)], (2, 2, 1), kernels=reference)
    with pytest.raises(RecipeError, match="there is no weight") as error:
        walk(network, np.zeros((2, 2, 1), np.float32), 0, SoftmaxCrossEntropy(), weight=wrong)
    assert "\n" not in str(error.value) and "1.W" in str(error.value)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_step_of_every_optimizer_can_be_written_out(name, every_layer):
    from pellucid.explanation.examples import update_example
    from pellucid.explanation.examples.example import number

    network, walked = every_layer
    found = walk(
        copy.deepcopy(network),
        walked.x,
        2,
        SoftmaxCrossEntropy(),
        make_update=lambda network: Update(OPTIMIZERS[name](network)),
        weight="13.W[3,5]",
    ).weight
    assert update_example(found).lines[-1].endswith(number(found.after))
