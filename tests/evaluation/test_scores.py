"""Scores against scikit-learn, the baseline, and what JSON gets."""

import json

import numpy as np
import pytest
import sklearn.metrics
from hypothesis import assume, given
from hypothesis import strategies as st

from pellucid.errors import DataError
from pellucid.evaluation import classification_report, most_common_class, most_confused, score

CLASSES = ("ape", "bee", "cat", "dog", "eel")


@st.composite
def answers(draw):
    """(labels, probabilities, classes) of 1 to 60 pictures and 2 to 5 classes, some of which may not occur."""
    k = draw(st.integers(2, 5))
    n = draw(st.integers(1, 60))
    labels = np.array(draw(st.lists(st.integers(0, k - 1), min_size=n, max_size=n)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    probabilities = rng.dirichlet(np.full(k, draw(st.sampled_from([0.1, 1.0]))), size=n)
    return labels, probabilities, CLASSES[:k]


@given(answers())
def test_scores_are_those_of_scikit_learn(case):
    labels, probabilities, classes = case
    scores = score(labels, probabilities, classes, 0.5)
    predicted, numbers = probabilities.argmax(axis=1), range(len(classes))
    confusion = sklearn.metrics.confusion_matrix(labels, predicted, labels=numbers)
    np.testing.assert_array_equal(scores.confusion, confusion)
    assert scores.accuracy == sklearn.metrics.accuracy_score(labels, predicted)
    oracle = sklearn.metrics.precision_recall_fscore_support(labels, predicted, labels=numbers, zero_division=0)
    ours = [(row.precision, row.recall, row.f1, row.support) for row in scores.per_class]
    np.testing.assert_allclose(ours, np.transpose(oracle), atol=1e-15)
    for average, row in (("macro", scores.macro), ("weighted", scores.weighted)):
        precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(
            labels, predicted, labels=numbers, average=average, zero_division=0
        )
        assert (row.precision, row.recall, row.f1) == pytest.approx((precision, recall, f1))


@given(answers())
def test_the_text_report_is_that_of_scikit_learn(case):
    labels, probabilities, classes = case
    predicted = probabilities.argmax(axis=1)
    # scikit-learn writes "micro avg" instead of "accuracy" where a class of the list does not occur, and counts
    # pictures in decimals where no answer is right.
    assume(len(np.union1d(labels, predicted)) == len(classes) and (labels == predicted).any())
    oracle = sklearn.metrics.classification_report(labels, predicted, target_names=classes, digits=4, zero_division=0)
    assert classification_report(score(labels, probabilities, classes, 0.5)) == oracle


def test_the_baseline_is_the_most_common_class_of_training():
    labels = np.array([0, 0, 0, 1])
    probabilities = np.eye(2)[[0, 0, 1, 1]]
    training = np.array([1, 1, 1, 0])
    scores = score(labels, probabilities, ("a", "b"), 0.1, most_common=most_common_class(training, 2))
    assert scores.majority == ("b", 0.25)
    assert score(labels, probabilities, ("a", "b"), 0.1).majority == ("a", 0.75)


def test_a_class_without_pictures_counts_as_zero():
    scores = score(np.array([0, 0]), np.eye(3)[[0, 0]], ("a", "b", "c"), 0.0)
    assert [row.recall for row in scores.per_class] == [1.0, 0.0, 0.0]
    assert scores.macro.recall == pytest.approx(1 / 3)


def test_of_equally_probable_classes_the_first_is_the_answer():
    scores = score(np.array([0]), np.array([[0.5, 0.5]]), ("a", "b"), 0.0)
    assert scores.correct == 1


def test_json_holds_plain_numbers_only():
    scores = score(np.array([0, 1, 1]), np.eye(2)[[0, 1, 0]], ("a", "b"), np.float32("nan"))
    values = json.loads(json.dumps(scores.to_json(), allow_nan=False))
    assert values["loss"] is None
    assert values["confusion"] == [[1, 0], [1, 1]]
    assert values["per_class"][1] == {
        "name": "b",
        "precision": 1.0,
        "recall": 0.5,
        "f1": pytest.approx(2 / 3),
        "support": 2,
    }
    assert values["majority"] == {"name": "b", "accuracy": pytest.approx(2 / 3)}
    assert values["n"] == 3 and values["correct"] == 2 and len(values["interval"]) == 2


def test_most_confused_counts_only_mistakes():
    confusion = np.array([[9, 0, 2], [3, 9, 0], [0, 0, 9]])
    assert most_confused(confusion, 5) == [(1, 0, 3), (0, 2, 2)]
    assert most_confused(confusion, 1) == [(1, 0, 3)]


def test_scores_cannot_be_altered():
    scores = score(np.array([0]), np.array([[1.0, 0.0]]), ("a", "b"), 0.0)
    with pytest.raises(ValueError, match="read-only"):
        scores.confusion[0, 0] = 9


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        ([], np.zeros((0, 2)), "no picture"),
        ([0, 1], np.zeros((3, 2)), r"shape \(2, 2\).*got \(3, 2\)"),
        ([0, 2], np.zeros((2, 2)), "0 to 1, got 0 to 2"),
        ([0, -1], np.zeros((2, 2)), "got -1 to 0"),
        ([0, 1], np.array([[1, 0], [np.nan, 0]]), "NaN"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(labels, probabilities, message):
    with pytest.raises(DataError, match=message):
        score(np.array(labels, dtype=np.int64), probabilities, ("a", "b"), 0.0)


def test_a_hostile_class_name_keeps_to_its_line():
    scores = score(np.array([0, 1]), np.eye(2), ("a\nb\x1b[31m", "b"), 0.0)
    lines = classification_report(scores).splitlines()
    assert len(lines) == 8 and "\x1b" not in "".join(lines)
    assert len({len(line) for line in lines if line.strip()}) == 1
