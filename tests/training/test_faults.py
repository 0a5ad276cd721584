"""Faults of published programs: each against the published order of things, and named by the doctor."""

import copy

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.nn import Dense, MeanSquaredError, Network, presets
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
