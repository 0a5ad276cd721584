"""The worked examples are true: what is added up by hand is what the library computed."""

import re

import numpy as np
import pytest

from pellucid.explanation import walk
from pellucid.explanation.examples import branches, forward_example, loss_example, update_example
from pellucid.explanation.examples.convolution import window_at
from pellucid.explanation.examples.example import number
from pellucid.nn import BinaryCrossEntropy, Conv2D, Dense, Flatten, MeanSquaredError, SoftmaxCrossEntropy
from tests.explanation.conftest import randomised

LARGEST = {"Conv2D", "DepthwiseConv2D", "TransposedConv2D", "Dense", "BatchNorm", "LayerNorm"}
LARGEST |= {"MaxPool2D", "AvgPool2D", "GlobalAvgPool"}


def value(text: str) -> float:
    """The number that an equation ends with."""
    last = text.rpartition("= ")[2]
    return float(re.sub(r" \* 10\^(-?\d+)", r"e\1", last))


def test_examples_end_with_the_largest_output(every_layer):
    _, walked = every_layer
    checked = set()
    for visit in walked.visits():
        if visit.name in LARGEST:
            shown = value(forward_example(visit.layer, visit).lines[-1])
            assert shown == pytest.approx(float(visit.y.max()), rel=1e-3), visit.path
            checked.add(visit.name)
    assert checked == LARGEST


def test_the_sum_by_hand_is_the_library_s(every_layer):
    """z is added up in the example, y comes from the library: of layers without activation they are the same number."""
    _, walked = every_layer
    linear = [visit for visit in walked.visits() if visit.name in ("Conv2D", "Dense") and visit.layer.f.name == "linear"]
    assert len(linear) >= 4
    for visit in linear:
        z = value(forward_example(visit.layer, visit).lines[0])
        assert z == pytest.approx(float(visit.y.max()), rel=2e-3)


def test_parts_of_a_sum_add_up():
    network = randomised([Flatten(), Dense(3)], (5, 5, 1))
    x = np.random.default_rng(0).normal(size=(5, 5, 1)).astype(np.float32)
    visit = walk(network, x, 0, SoftmaxCrossEntropy()).steps[1]
    *terms, total = forward_example(visit.layer, visit).table.rows
    assert any(row[0].startswith("the other") for row in terms)
    numbers = [value("= " + row[-1]) for row in terms]
    assert sum(numbers) == pytest.approx(value("= " + total[-1]), abs=1e-3)


@pytest.mark.parametrize(("padding", "stride"), [("same", 1), ("same", 2), ("valid", 1), (2, 3)])
def test_the_window_is_the_one_that_the_output_looked_at(padding, stride):
    network = randomised([Conv2D(3, (3, 2), padding=padding, stride=stride)], (7, 6, 2))
    x = np.random.default_rng(0).normal(size=(1, 7, 6, 2)).astype(np.float32)
    y, layer = network.forward(x)[0], network.layers[0]
    for p, q in np.ndindex(*y.shape[:2]):
        window, rows, columns = window_at(layer, x[0], p, q)
        assert np.allclose(np.tensordot(window, layer.W, 3) + layer.b, y[p, q], atol=1e-5)
        assert (len(rows), len(columns)) == (3, 2)


def test_softmax_shows_exponentials_and_their_sum():
    network = randomised([Flatten(), Dense(3)], (2, 2, 1))
    walked = walk(network, np.ones((2, 2, 1), np.float32), 1, SoftmaxCrossEntropy())
    example = loss_example(walked, ("a", "b", "c"))
    powers = np.exp(walked.z.astype(float) - walked.z.max())
    assert [row[0] for row in example.table.rows] == ["a", "b", "c", "sum"]
    assert example.table.rows[-1][3] == number(powers.sum())
    assert value(example.lines[-1]) == pytest.approx(-np.log(powers[1] / powers.sum()), rel=1e-3)


def test_many_outputs_are_shortened_and_the_true_one_is_kept():
    network = randomised([Flatten(), Dense(40)], (2, 2, 1))
    z = network.forward(np.ones((1, 2, 2, 1), np.float32))[0]
    rare = int(z.argmin())
    rows = loss_example(walk(network, np.ones((2, 2, 1), np.float32), rare, SoftmaxCrossEntropy())).table.rows
    assert len(rows) == 14 and rows[-2][0] == "and 28 more"
    assert str(rare) in [row[0] for row in rows]


@pytest.mark.parametrize("loss", [BinaryCrossEntropy(), MeanSquaredError()])
def test_other_losses_end_with_their_value(loss):
    network = randomised([Flatten(), Dense(1)], (2, 2, 1))
    walked = walk(network, np.ones((2, 2, 1), np.float32), 1, loss)
    assert value(loss_example(walked, ("no", "yes")).lines[-1]) == pytest.approx(walked.loss_value, rel=1e-3)


def test_the_update_is_written_out():
    network = randomised([Flatten(), Dense(3)], (2, 2, 1))
    weight = walk(network, np.ones((2, 2, 1), np.float32), 1, SoftmaxCrossEntropy(), weight="1.b[2]", learning_rate=0.5).weight
    assert weight.after == pytest.approx(weight.before - 0.5 * weight.gradient)
    assert update_example(weight).lines[-1].endswith(number(weight.after))


def test_both_branches_of_a_residual(every_layer):
    _, walked = every_layer
    for visit in walked.visits():
        if visit.name == "Residual":
            straight, bent = branches(visit)
            assert np.array_equal(straight + bent, visit.y)


@pytest.mark.parametrize(
    ("given", "written"),
    [(0.0, "0"), (0.41271, "0.4127"), (-12.345, "-12.35"), (5.1e-6, "5.10 * 10^-6"), (123456.0, "1.23 * 10^5"), (np.inf, "inf")],
)
def test_numbers_are_written_with_four_digits(given, written):
    assert number(given) == written
