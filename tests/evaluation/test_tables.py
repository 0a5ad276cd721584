"""Comma-separated values that read back, and that no spreadsheet runs."""

import csv
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.evaluation import Predictions, confusion_csv, predictions_csv, score, split_csv, spreadsheet_safe


def read(text):
    return list(csv.reader(io.StringIO(text, newline="")))


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\n", "＝", "＋", "－", "＠"])
def test_what_a_spreadsheet_would_run_is_escaped(start):
    assert spreadsheet_safe(f"{start}1+1") == f"'{start}1+1"
    assert spreadsheet_safe(f"a{start}1") == f"a{start}1"


def test_a_carriage_return_ends_no_row():
    assert spreadsheet_safe("\r=1") == r"'\r=1"
    assert spreadsheet_safe("a\rb") == r"a\rb"


def test_predictions_name_label_answer_and_part():
    predictions = Predictions(
        ("cats/=cmd.png", "-b,c.png"),
        np.array([0, 1]),
        np.array([[0.75, 0.25], [1.0, 0.0]]),
        np.array(["test", "train"]),
        ("cat", '@"dog"'),
    )
    text = predictions_csv(predictions)
    assert "\r" not in text
    assert read(text) == [
        ["path", "label", "predicted", "probability", "split", "refused"],
        ["cats/=cmd.png", "cat", "cat", "0.750000", "test", ""],
        ["'-b,c.png", '\'@"dog"', "cat", "1.000000", "train", ""],
    ]


def test_predictions_say_why_there_is_no_answer():
    p = np.array([[0.6, 0.4], [0.9, 0.1]])
    refused = np.array(["not sure", "none of these"])
    rows = read(predictions_csv(Predictions(("a", "b"), np.zeros(2, int), p, np.array(["test"] * 2), ("x", "y"), refused)))
    assert [row[-1] for row in rows] == ["refused", "not sure", "none of these"]


def test_the_split_is_named_for_each_picture():
    text = split_csv(("a.png", "b.png"), np.array([1, 0]), np.array(["train", ""]), ("x", "y"))
    assert read(text) == [["path", "label", "split"], ["a.png", "y", "train"], ["b.png", "x", ""]]


def test_the_confusion_matrix_has_a_row_for_each_true_class():
    scores = score(np.array([0, 0, 1]), np.eye(2)[[0, 1, 1]], ("a", "=b"), 0.0)
    assert read(confusion_csv(scores)) == [["label", "a", "'=b"], ["a", "1", "1"], ["'=b", "0", "1"]]


def test_a_file_name_that_is_not_utf8_can_be_stored():
    name = b"caf\xe9.png".decode("utf-8", "surrogateescape")
    assert spreadsheet_safe(name).encode("utf-8") == rb"caf\udce9.png"


@given(st.lists(st.text(), min_size=2, max_size=4, unique=True))
def test_any_class_name_comes_back(names):
    k = len(names)
    text = confusion_csv(score(np.arange(k), np.eye(k), tuple(names), 0.0))
    assert [row[0] for row in read(text)[1:]] == [spreadsheet_safe(name) for name in names]
