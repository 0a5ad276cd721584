"""Gradients match finite differences; what each pixel adds sums to the difference of outputs."""

import numpy as np
import pytest

import pellucid
from pellucid.classifier import Classifier
from pellucid.errors import RecipeError
from pellucid.explanation import input_gradient, integrated_gradients
from pellucid.images import InputSpec
from pellucid.nn import Dense, Flatten, Network, presets
from tests.explanation.conftest import EVERY_LAYER, randomised


def networks(dtype):
    yield randomised(presets.mlp([9], 3, activation="tanh"), (4, 4, 1), dtype)
    yield randomised(presets.simple_cnn((8, 8, 3), 3, width=2, batch_norm=True), (8, 8, 3), dtype)
    yield randomised(EVERY_LAYER, (8, 8, 2), dtype)


def test_the_input_gradient_matches_finite_differences(rng):
    for network in networks(np.float64):
        x = rng.normal(size=(2, *network.in_shape))
        direction = rng.normal(size=x.shape)
        for target in (0, 2):
            gradient = input_gradient(network, x, target)
            ahead, behind = (network.forward(x + step * direction)[:, target].copy() for step in (1e-6, -1e-6))
            along = (gradient * direction).sum(axis=(1, 2, 3))
            assert along == pytest.approx((ahead - behind) / 2e-6, rel=1e-5, abs=1e-8)


def test_many_pictures_in_parts_are_the_same_as_one_by_one(rng):
    network = randomised(presets.mlp([5], 3), (3, 3, 1))
    x = rng.normal(size=(130, 3, 3, 1)).astype(np.float32)
    together = input_gradient(network, x, 1)
    for row in (0, 64, 129):
        assert np.allclose(together[row], input_gradient(network, x[row], 1)[0], atol=1e-6)


def test_integrated_gradients_are_complete(rng):
    for network in networks(np.float64):
        x = rng.normal(size=network.in_shape)
        for baseline in (0.0, rng.normal(size=network.in_shape)):
            found = integrated_gradients(network, x, 1, baseline=baseline, steps=300)
            start = np.broadcast_to(baseline, network.in_shape)
            score, start_score = network.forward(np.stack([x, start]))[:, 1]
            assert (found.score, found.baseline_score) == pytest.approx((score, start_score))
            assert found.total == pytest.approx(score - start_score, rel=2e-3, abs=2e-3)
            assert found.difference == pytest.approx(score - start_score)


def test_more_steps_come_nearer(rng):
    network = randomised(presets.mlp([20, 20], 3, activation="sigmoid"), (5, 5, 1), np.float64)
    network.theta *= 3
    x = rng.normal(size=(5, 5, 1)) * 3
    errors = [abs((found := integrated_gradients(network, x, 0, steps=steps)).total - found.difference) for steps in (4, 32, 256)]
    assert errors[0] > 10 * errors[1] > 100 * errors[2]


def test_of_a_linear_network_they_are_weight_times_input(rng):
    network = randomised([Flatten(), Dense(2)], (2, 3, 1))
    x = rng.normal(size=(2, 3, 1)).astype(np.float32)
    W = network.layers[1].W[:, 1].reshape(2, 3, 1)
    assert np.allclose(integrated_gradients(network, x, 1).attributions, W * x, atol=1e-6)
    assert np.allclose(input_gradient(network, x, 1)[0], W)


def test_a_single_output_speaks_for_the_second_class(rng):
    network = randomised([Flatten(), Dense(1)], (2, 2, 1))
    classifier = Classifier(network, InputSpec((2, 2, 1)), ("no", "yes"), link="sigmoid")
    x = rng.integers(0, 256, (2, 2)).astype(np.uint8)
    for_yes, for_no = input_gradient(classifier, x, "yes"), input_gradient(classifier, x, "no")
    assert np.array_equal(for_yes, -for_no) and for_yes.any()
    answered = input_gradient(classifier, x)
    assert np.array_equal(answered, for_yes if classifier.predict(x)[0] == "yes" else for_no)


def test_a_classifier_takes_pictures_and_is_not_changed(rng):
    network = randomised(presets.mlp([6], 3), (4, 4, 1))
    classifier = Classifier(network, InputSpec((4, 4, 1)), ("a", "b", "c"))
    pictures = rng.integers(0, 256, (3, 4, 4)).astype(np.uint8)
    seen, answer = classifier.input.prepare(pictures), classifier.predict(pictures)
    found = input_gradient(classifier, pictures)
    for row, name in enumerate(answer):
        assert np.allclose(found[row], input_gradient(network, seen[row], classifier.classes.index(name))[0], atol=1e-6)
    assert not network.grad.any()


@pytest.mark.parametrize(("x", "target", "said"), [((4, 4, 1), 7, "from 0 to 2"), ((5, 4, 1), 0, "takes")])
def test_what_does_not_fit_is_one_line(x, target, said):
    network = randomised(presets.mlp([6], 3), (4, 4, 1))
    with pytest.raises(RecipeError, match=said):
        input_gradient(network, np.zeros(x, np.float32), target)


def test_an_unknown_class_is_one_line():
    classifier = Classifier(Network([Flatten(), Dense(2)], (2, 2, 1)), InputSpec((2, 2, 1)), ("cat", "dog"))
    with pytest.raises(pellucid.PellucidError, match="no class cow; it has cat, dog"):
        integrated_gradients(classifier, np.zeros((2, 2), np.uint8), "cow")


def test_one_picture_at_a_time():
    with pytest.raises(ValueError, match="one picture"):
        integrated_gradients(randomised(presets.mlp([6], 3), (4, 4, 1)), np.zeros((2, 4, 4, 1)))
