"""Copies of training pictures in a test: who has one, and how many of both are right."""

import numpy as np

from pellucid.evaluation import seen_in_training


def test_pictures_with_a_copy_are_told_from_the_others():
    groups = np.array([0, 1, 2, 3, 0, 1, 4, 5])
    right = np.array([True, True, False, True])
    seen = seen_in_training(right, groups, np.array([0, 1, 2, 3]), np.array([4, 5, 6, 7]))
    assert tuple(seen) == (2, 2, 2, 1) and seen.accuracy == 1 and seen.others_accuracy == 0.5 and seen.inflated
    assert seen.to_json() == {"n": 2, "accuracy": 1.0, "others": {"n": 2, "accuracy": 0.5}}


def test_without_copies_there_is_nothing_to_say():
    assert seen_in_training(np.ones(2, bool), np.arange(4), np.array([0, 1]), np.array([2, 3])) is None


def test_all_copied_is_inflated_whatever_the_score():
    seen = seen_in_training(np.zeros(2, bool), np.array([0, 1, 0, 1]), np.array([0, 1]), np.array([2, 3]))
    assert seen.inflated and seen.to_json()["others"]["accuracy"] is None
