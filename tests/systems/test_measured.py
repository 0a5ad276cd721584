"""Numbers that findings share: answers, confusions, and differences that chance would hardly make."""

import math

import numpy as np
import pytest
from scipy.stats import ttest_rel

from pellucid.systems import Results
from pellucid.systems.measured import confusion, difference, differences, in_words
from tests.systems.made import made

CLASSES = ("cat", "dog", "owl")


def with_accuracies(tmp_path, **variants):
    runs = []
    for name, values in variants.items():
        for seed, value in enumerate(values):
            runs.append(made(tmp_path, name, seed, labels=[0, 1], answers=[0, 1], classes=CLASSES, accuracy=value))
    return Results(runs)


def test_answers_are_those_of_the_part(tmp_path):
    run = made(tmp_path, "plain", labels=[0, 1, 2], answers=[0, 2, 2], classes=CLASSES, sure=0.75)
    found = run.predictions("test")
    assert [answer.right for answer in found] == [True, False, True]
    assert found[1] == ("digits[1]", "dog", "owl", 0.75, "test")
    assert run.predictions() == found and run.predictions("train") == []


def test_confusions_add_up(tmp_path):
    runs = [made(tmp_path, "plain", seed, labels=[0, 1, 2], answers=[0, 2, 2], classes=CLASSES) for seed in (0, 1)]
    counts, names = confusion(runs)
    assert names == [*CLASSES] and counts.tolist() == [[2, 0, 0], [0, 0, 2], [0, 0, 2]]


def test_a_difference_is_that_of_the_paired_t_test(tmp_path):
    better, base = [0.92, 0.95, 0.93, 0.97], [0.90, 0.94, 0.93, 0.95]
    gap = difference(with_accuracies(tmp_path, better=better, base=base), "better", "base")
    interval = ttest_rel(better, base).confidence_interval()
    assert (gap.mean - gap.half, gap.mean + gap.half) == pytest.approx((interval.low, interval.high))
    assert gap.seeds == 4 and gap.mean == pytest.approx(np.mean(better) - np.mean(base))


def test_words_for_differences(tmp_path):
    results = with_accuracies(tmp_path, base=[0.9, 0.91], up=[0.95, 0.96], down=[0.85, 0.86], alike=[0.9, 0.93], single=[0.99])
    table, found = differences(
        results, {"up": "more", "down": "less", "alike": "same", "single": "once", "none": "not run"}, "base"
    )
    assert [row[3] for row in table.rows] == ["better", "worse", "no difference to be seen", "one seed: cannot be told"]
    assert [row[0] for row in table.rows] == ["more", "less", "same", "once"]
    assert table.rows[1][2].startswith("−5.0 ± ")
    assert math.isnan(found["single"].half) and str(found["single"]) == "+9.0"
    assert in_words(found["up"]) == "better"
