"""Accuracy with and without the refused pictures."""

import json

import numpy as np

from pellucid.evaluation import Refusals, answered, promise, risk_coverage, wilson
from pellucid.refusal import NONE_OF_THESE, NOT_SURE, reasons


def test_refused_pictures_count_neither_way():
    refused = np.array(["", "", NOT_SURE, NONE_OF_THESE, ""])
    left = answered(np.array([0, 1, 0, 1, 2]), np.array([0, 1, 0, 0, 1]), refused)
    assert (left.n, left.given, left.correct, left.unsure, left.strange) == (5, 3, 2, 1, 1)
    assert (left.accuracy, left.coverage, left.interval) == (2 / 3, 0.6, wilson(2, 3))
    assert left.to_json()["refused"] == {"not sure": 1, "none of these": 1}


def test_nothing_left():
    left = answered(np.array([0]), np.array([0]), np.array([NOT_SURE]))
    assert left.accuracy is None and left.coverage == 0
    json.dumps(left.to_json(), allow_nan=False)


def test_a_strange_picture_is_not_called_unsure():
    unsure, strange = np.array([False, True, True, False]), np.array([False, False, True, True])
    assert reasons(unsure, strange).tolist() == ["", NOT_SURE, NONE_OF_THESE, NONE_OF_THESE]


def test_json_holds_the_promise():
    curve = risk_coverage(np.tile([0.9, 0.1], (300, 1)), np.zeros(300, int))
    values = Refusals(curve, 0.02, promise(curve, 0.02)).to_json()
    assert values["promise"]["threshold"] == 0 and values["promise"]["confidence"] == 0.95
    assert values["answered"] is None and values["limit"] is None
    json.dumps(values, allow_nan=False)
