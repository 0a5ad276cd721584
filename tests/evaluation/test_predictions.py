"""Which answers are worst, and which right ones are shown."""

import numpy as np
import pytest

from pellucid.errors import DataError
from pellucid.evaluation import Predictions

ROWS = [  # label, probabilities, part
    (0, (0.9, 0.1, 0.0), "test"),
    (1, (0.8, 0.15, 0.05), "test"),
    (1, (0.8, 0.05, 0.15), "test"),
    (2, (0.4, 0.35, 0.25), "validation"),
    (2, (0.0, 0.01, 0.99), "train"),
    (0, (0.02, 0.97, 0.01), "train"),
]


@pytest.fixture
def predictions():
    labels, probabilities, split = zip(*ROWS)
    names = tuple(f"{row}.png" for row in range(len(ROWS)))
    return Predictions(names, np.array(labels), np.array(probabilities), np.array(split), ("a", "b", "c"))


def test_the_answer_is_the_most_probable_class(predictions):
    assert predictions.predicted.tolist() == [0, 0, 0, 0, 2, 1]
    assert predictions.confidence.tolist() == [0.9, 0.8, 0.8, 0.4, 0.99, 0.97]
    assert len(predictions) == 6


def test_worst_mistakes_come_surest_first(predictions):
    # 1 and 2 are equally sure; 2 gave the truth less.
    assert predictions.worst_mistakes().tolist() == [5, 2, 1, 3]
    assert predictions.worst_mistakes(1).tolist() == [5]
    assert predictions.worst_mistakes(part="test").tolist() == [2, 1]
    assert predictions.worst_mistakes(part="nowhere").tolist() == []


def test_right_answers_come_least_sure_first(predictions):
    assert predictions.right_answers().tolist() == [0, 4]
    assert predictions.right_answers(part="train").tolist() == [4]


def test_right_answers_are_spread_from_the_least_sure_to_the_surest():
    n = 101
    sure = np.linspace(0.5, 1, n)
    found = Predictions(
        tuple(map(str, range(n))),
        np.zeros(n, np.int64),
        np.stack([sure, 1 - sure], axis=1),
        np.full(n, "test"),
        ("a", "b"),
    )
    assert found.right_answers(5).tolist() == [0, 25, 50, 75, 100]
    assert len(set(found.right_answers(100).tolist())) == 100


def test_rows_that_do_not_fit_together_are_refused():
    with pytest.raises(DataError, match="for each of 2 pictures, got 1, 2"):
        Predictions(("a", "b"), np.zeros(1, np.int64), np.zeros((2, 2)), np.array(["test", "test"]), ("x", "y"))
