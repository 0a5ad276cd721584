import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import RecipeError
from pellucid.images.class_weights import class_weights

CLASSES = ("cat", "dog", "cow")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(0, 2), min_size=3).filter(lambda labels: len(set(labels)) == 3))
def test_balanced_is_that_of_scikit_learn(labels):
    from sklearn.utils.class_weight import compute_sample_weight

    labels = np.array(labels)
    np.testing.assert_allclose(class_weights(labels, CLASSES, "balanced"), compute_sample_weight("balanced", labels), rtol=1e-6)


def test_balanced_counts_the_training_part_only():
    labels = np.array([0, 0, 0, 1, 1, 1, 1])
    weights = class_weights(labels, ("cat", "dog"), "balanced", indices=np.array([0, 1, 2, 3]))
    np.testing.assert_allclose(weights, np.array([4 / 6] * 3 + [2.0] * 4), rtol=1e-6)
    assert weights.dtype == np.float32


def test_a_class_without_pictures_weighs_one():
    assert class_weights(np.array([0, 1, 2]), CLASSES, "balanced", indices=np.array([0, 1]))[2] == 1


def test_none_and_given():
    labels = np.array([0, 1, 2, 1])
    assert class_weights(labels, CLASSES, "none").tolist() == [1, 1, 1, 1]
    assert class_weights(labels, CLASSES, {"dog": 3, "cow": 0.5}).tolist() == [1, 3, 0.5, 3]


@pytest.mark.parametrize(
    ("rule", "problem"),
    [
        ("balance", 'class_weight is "balance"'),
        ({"dgo": 2}, 'names the class "dgo", but there are "cat", "dog", "cow"'),
        ({"dog": 0}, "give a number above 0"),
        ({"dog": float("inf")}, "give a number above 0"),
        ({"dog": float("nan")}, "give a number above 0"),
    ],
)
def test_rules_that_make_no_sense(rule, problem):
    with pytest.raises(RecipeError, match=problem):
        class_weights(np.array([0, 1, 2]), CLASSES, rule)
