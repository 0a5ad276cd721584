"""Classes that are commoner in a later part than in training."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import chi2_contingency

from pellucid.checks.balance import find_shift, standard_errors


def parts(train: list[int], test: list[int], part: str = "test"):
    """Labels and given parts with so many pictures of each class."""
    labels = np.concatenate([np.repeat(np.arange(len(counts)), counts) for counts in (train, test)])
    return labels, np.repeat(["train", part], [sum(train), sum(test)])


@pytest.mark.parametrize("part", ["validation", "test"])
def test_a_third_of_the_cats_and_then_two_thirds(part):
    shift = find_shift(*parts([137, 72], [17, 33], part), 2)
    assert shift == (1, part, 72 / 209, 33 / 50)


def test_the_class_that_differs_most_is_named():
    shift = find_shift(*parts([100, 100, 100], [30, 110, 160]), 3)
    assert shift.label == 2 and shift.in_part == 160 / 300


@pytest.mark.parametrize(
    "train, test",
    [
        ([500, 500], [50, 50]),  # the same
        ([20, 10], [3, 7]),  # may be chance
        ([5000, 5000], [4000, 5000]),  # sure, and small
        ([10, 20], [0, 0]),  # nothing there
    ],
)
def test_no_false_alarm(train, test):
    assert find_shift(*parts(train, test), 2) is None


def test_data_without_parts_has_no_shift():
    labels = np.arange(100) % 2
    assert find_shift(labels, None, 2) is None
    assert find_shift(labels, np.where(labels, "test", "validation"), 2) is None


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), min_size=2, max_size=6))
def test_standard_errors_are_those_of_the_chi_squared_test(counts):
    first, second = np.array(counts).T
    if not first.sum() or not second.sum():
        return
    for label, z in enumerate(standard_errors(first, second)):
        table = np.array([[first[label], first.sum() - first[label]], [second[label], second.sum() - second[label]]])
        expected = chi2_contingency(table, correction=False).statistic if table.sum(axis=0).all() else 0.0
        assert z**2 == pytest.approx(expected, abs=1e-9)
