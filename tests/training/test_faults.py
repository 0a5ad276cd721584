"""Faults of published programs: each against the published order of things, and named by the doctor."""

import copy
import pickle

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.nn import Dense, MeanSquaredError, Network, presets
from pellucid.nn.losses import SoftmaxCrossEntropy
from pellucid.optim import SGD, Update
from pellucid.recipes import Recipe, load_recipe
from pellucid.runs.assemble import assemble, call_doctor
from pellucid.runs.learn import learn
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent
from pellucid.training.faults import Faults, FaultyNetwork
from tests.problems import clusters

X, T = clusters(8, 6, 3)
RATE = 2.0


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def network(faults=None):
    layers = presets.mlp((5, 4), 3, activation="sigmoid", output_activation="sigmoid", initialiser="normal", std=0.7)
    plain = Network(layers, (6,), dtype=np.float64)
    return FaultyNetwork.of(plain, faults) if faults else plain


def after_a_step(net):
    """The parameters after one step of gradient descent."""
    dy = MeanSquaredError()(net.forward(X.astype(np.float64), train=True, keep=True), T)[1]
    net.backward(dy)
    Update(SGD(net))(RATE)
    return {name: array.copy() for name, array in net.tensors().items()}


def published_step(net):
    """The published backward pass: 2 (t - y), each layer changed at once, the gradient handed on through its new weights."""
    layers = [(layer.W.copy(), layer.b.copy()) for layer in net.layers if isinstance(layer, Dense)]
    inputs = [X.astype(np.float64)]
    for W, b in layers:
        inputs.append(sigmoid(inputs[-1] @ W + b))
    gradient = 2 / inputs[-1].size * (np.eye(3)[T] - inputs[-1])
    found = {}
    for number in reversed(range(len(layers))):
        (W, b), x, y = layers[number], inputs[number], inputs[number + 1]
        dz = gradient * y * (1 - y)
        W, b = W - RATE * (x.T @ dz), b - RATE * dz.sum(axis=0)
        found |= {f"{number + 1}.W": W, f"{number + 1}.b": b}
        gradient = dz @ W.T
    return found


def test_sign_and_order_as_published():
    expected = published_step(network())
    found = after_a_step(network(Faults(share=-1.0, stepped=RATE)))
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-9, atol=1e-12)
    right = after_a_step(network())
    assert max(np.abs(right[name] - found[name]).max() for name in right) > 1e-3


def test_the_gradient_of_the_input_goes_through_the_new_weights_too():
    net = network(Faults(stepped=RATE))
    dy = MeanSquaredError()(net.forward(X.astype(np.float64), train=True, keep=True), T)[1]
    before = net.theta.copy()
    assert net.backward(dy, need_dx=True).shape == X.shape
    np.testing.assert_array_equal(net.theta, before)  # only the update changes weights


def test_copies_have_the_faults_and_a_model_file_has_not():
    net = network(Faults(share=-1.0, stepped=RATE))
    assert copy.deepcopy(net).faults == net.faults
    assert net.specification() == network().specification()


def parts_of(**settings):
    recipe = Recipe().override({"optimizer.name": "sgd", "optimizer.learning_rate": 0.01, "epochs": 1, "hidden": [16]} | settings)
    ready = prepare("digits", recipe, {}, Silent())
    return ready, assemble(ready)


def test_without_faults_the_network_is_a_plain_one():
    assert type(parts_of()[1].network) is Network
    assert "faults" not in Recipe().to_toml()


@pytest.mark.parametrize(
    ("key", "fault"),
    [("reversed_gradient", "gradient climbs"), ("updated_weights", "steps on the way"), ("summed_biases", "missing gradient")],
)
def test_the_doctor_names_each_within_the_first_epoch(key, fault, monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")
    ready, parts = parts_of(**{f"faults.{key}": True})
    doctor = call_doctor(ready, parts)
    [epoch] = learn(parts, doctor=doctor)
    assert fault in [finding.fault for finding in epoch.findings]


def test_the_doctor_names_both_faults_of_part_one_before_the_first_step(monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")
    recipe = load_recipe("mnist/part-one").override({"data.source": "digits", "data.pictures": 0, "data.test": 0.2})
    ready = prepare(None, recipe, {}, Silent())
    found = [finding.fault for finding in call_doctor(ready, assemble(ready)).before]
    assert {"gradient climbs", "steps on the way"} <= set(found)


def test_steps_on_the_way_are_those_of_plain_descent():
    with pytest.raises(RecipeError, match="plain gradient descent"):
        Recipe().override({"faults.updated_weights": True, "optimizer.name": "adam"})


def gradients(network, seed=0):
    rng, loss = np.random.default_rng(seed), SoftmaxCrossEntropy()
    _, dz = loss(network.forward(rng.standard_normal((20, 6)), keep=True), np.arange(20) % 3)
    network.backward(dz.copy())
    return {slot.name: slot.view(network.grad).copy() for slot in network.slots}


@pytest.fixture
def softmax():
    return Network([Dense(5, "relu"), Dense(3)], (6,), seed=1, dtype=np.float64)


def test_a_share_of_the_gradient(softmax):
    right, wrong = gradients(softmax), gradients(FaultyNetwork.of(softmax, Faults(share=0.8)))
    for name in right:
        np.testing.assert_allclose(wrong[name], 0.8 * right[name], rtol=1e-12)


def test_summed_biases_move_alike_and_those_behind_a_softmax_never(softmax):
    right, wrong = gradients(softmax), gradients(FaultyNetwork.of(softmax, Faults(summed_biases=True)))
    np.testing.assert_array_equal(wrong["0.W"], right["0.W"])
    np.testing.assert_allclose(wrong["0.b"], np.full(5, right["0.b"].sum()), rtol=1e-12)
    np.testing.assert_allclose(wrong["1.b"], 0, atol=1e-15)


def test_without_faults_it_is_the_network(softmax):
    right, same = gradients(softmax), gradients(FaultyNetwork.of(softmax, Faults()))
    for name in right:
        np.testing.assert_array_equal(same[name], right[name])


def test_it_learns_in_the_same_parameters_and_its_pickle_keeps_the_faults(softmax):
    faulty = FaultyNetwork.of(softmax, Faults(share=0.5))
    assert faulty.values is softmax.values
    twin = pickle.loads(pickle.dumps(faulty))
    assert twin.faults == faulty.faults
    np.testing.assert_array_equal(gradients(twin)["0.W"], gradients(faulty)["0.W"])
