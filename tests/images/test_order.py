"""Parts and folds by the order of the pictures."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import DataError, RecipeError
from pellucid.images import ordered_folds, ordered_parts

TWO = np.tile([0, 1], 50)
some = settings(max_examples=40, deadline=None)


def test_the_first_train_the_last_test():
    names = ordered_parts(TWO, validation=0.1, test=0.2)
    assert names.tolist() == ["train"] * 70 + ["validation"] * 10 + ["test"] * 20


def test_the_halves_of_the_digits():
    """As in scikit-learn's example: 898 train, 899 test, the larger half."""
    names = ordered_parts(np.arange(1797) % 10, validation=0.0, test=0.5)
    assert names.tolist() == ["train"] * 898 + ["test"] * 899


@some
@given(st.integers(30, 200), st.sampled_from([0.0, 0.1, 1 / 3]), st.sampled_from([0.0, 0.15, 0.5]))
def test_sizes_are_the_fractions_rounded_up(n, validation, test):
    names = ordered_parts(np.arange(n) % 2, validation=validation, test=test)
    assert np.sum(names == "test") == np.ceil(np.round(n * test, 9))
    assert np.sum(names == "validation") == np.ceil(np.round(n * validation, 9))
    order = np.array([("train", "validation", "test").index(name) for name in names])
    assert np.all(np.diff(order) >= 0)


def test_a_given_test_part_is_kept():
    came = np.array(["test"] * 10 + ["train"] * 90)
    names = ordered_parts(TWO, validation=0.1, test=0.5, given=came)
    assert names.tolist() == ["test"] * 10 + ["train"] * 81 + ["validation"] * 9
    assert came.tolist() == ["test"] * 10 + ["train"] * 90


def test_pictures_that_lie_class_by_class_are_refused():
    labels = np.repeat([0, 1], 20)
    with pytest.raises(DataError, match='class "rabbit" is left to train on: do the pictures lie class by class'):
        ordered_parts(labels, validation=0, test=0.5, classes=("cat", "rabbit"))
    with pytest.raises(DataError, match="class 0 is left"):
        ordered_folds(labels, 2)


@some
@given(st.integers(2, 60), st.integers(2, 12))
def test_folds_are_blocks_that_cover_all(n, k):
    labels = np.zeros(n, int)
    if n < k:
        with pytest.raises(DataError, match="too few"):
            ordered_folds(labels, k)
        return
    pairs = ordered_folds(labels, k)
    assert [*np.concatenate([block for _, block in pairs])] == [*range(n)]
    sizes = [len(block) for _, block in pairs]
    assert len(pairs) == k and max(sizes) - min(sizes) <= 1
    for rest, block in pairs:
        assert len(rest) + len(block) == n and not len(np.intersect1d(rest, block))


def test_one_fold_is_none():
    with pytest.raises(RecipeError, match="1 folds are no cross-validation"):
        ordered_folds(TWO, 1)
