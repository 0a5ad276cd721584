"""A fact that gives the class away is named with its rule; facts that do not stay unnamed."""

import numpy as np
import pytest

from pellucid.checks import find_shortcuts, rule_in_words

N = 200
LABELS = np.arange(N) % 2
rng = np.random.default_rng(0)
CLEAN = {
    "file format": np.where(rng.random(N) < 0.5, "PNG", "JPEG"),
    "file size in bytes": rng.integers(1000, 9000, N),
    "width": rng.choice([64, 128, 256], N),
    "mean brightness": rng.normal(120, 20, N),
}


def test_clean_facts_are_silent():
    assert find_shortcuts(CLEAN, LABELS) == []


@pytest.mark.parametrize("share", [1.0, 0.9])
def test_a_format_that_tells_the_class(share):
    told = np.where(rng.random(N) < share, LABELS, 1 - LABELS)
    (found,) = find_shortcuts(CLEAN | {"file format": np.where(told == 1, "PNG", "JPEG")}, LABELS)
    assert found.fact == "file format" and found.recall == pytest.approx(share, abs=0.07)
    assert rule_in_words(found, ("dog", "cat")) == "JPEG: dog; PNG: cat"


def test_a_number_that_tells_the_class_and_its_bounds():
    values = np.where(LABELS == 1, rng.integers(5000, 9000, N), rng.integers(1000, 4500, N))
    (found,) = find_shortcuts({"file size in bytes": values}, LABELS)
    below, above = found.cases
    assert (below.label, above.label) == (0, 1) and 4000 < below.high == above.low < 5500


def test_classes_between_two_bounds():
    labels = np.arange(300) % 3
    values = np.array([0.0, 10.0, 20.0])[labels] + rng.normal(0, 1, 300)
    (found,) = find_shortcuts({"shape (width / height)": values}, labels)
    assert [case.label for case in found.cases] == [0, 1, 2] and found.skill > 0.95


def test_a_rare_class_is_not_drowned():
    labels = np.r_[np.zeros(950, int), np.ones(50, int)]
    (found,) = find_shortcuts({"width": np.where(labels == 1, 64, 128)}, labels)
    assert found.recall == 1.0


def test_colour_may_tell_something():
    values = np.where(LABELS == 1, 1.2, 0.0) + rng.normal(0, 1, N)  # 73 % right
    assert find_shortcuts({"mean greenness": values}, LABELS) == []


def test_too_few_pictures_prove_nothing():
    labels = np.array([0, 1] * 7)
    assert find_shortcuts({"file format": np.where(labels == 1, "PNG", "JPEG")}, labels) == []
    noise = [find_shortcuts({"a": rng.random(40), "b": rng.random(40)}, np.arange(40) % 2) for _ in range(50)]
    assert sum(map(bool, noise)) <= 1
