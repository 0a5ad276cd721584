"""A part of the pictures is called worse where it is, and only there."""

from itertools import combinations

import numpy as np
import pytest

from pellucid.evaluation import Column, by_name, by_quantity, slices
from pellucid.evaluation.slices import excess


def halves(n):
    """The even and the odd pictures."""
    return Column("parity", ("even", "odd"), np.arange(n) % 2)


@pytest.mark.parametrize("seed", range(6))
def test_probability_is_that_of_all_ways_to_place_the_mistakes(seed):
    """Within each class, every choice of pictures to be wrong is as likely as any other."""
    rng = np.random.default_rng(seed)
    labels, inside = np.repeat([0, 1], [5, 6]), rng.random(11) < 0.5
    wrong = rng.random(11) < 0.4
    members = [np.flatnonzero(labels == k) for k in (0, 1)]
    ways = [[np.isin(np.arange(11), rows)[inside].sum() for rows in combinations(m, int(wrong[m].sum()))] for m in members]
    sums = np.add.outer(ways[0], ways[1]).ravel()
    assert excess(wrong, labels, inside) == pytest.approx(np.mean(sums >= wrong[inside].sum()))


def test_without_mistakes_nothing_is_worse():
    found = slices(np.ones(60, bool), np.arange(60) % 3, [halves(60)])
    assert [each.p for each in found] == [1.0, 1.0] and not any(each.worse for each in found)


def test_a_planted_part_is_found_and_nothing_else():
    rng = np.random.default_rng(0)
    place = np.arange(400) % 4
    right = rng.random(400) < np.array([0.95, 0.7, 0.95, 0.95])[place]
    found = slices(right, rng.integers(0, 5, 400), [Column("folder", ("a", "b", "c", "d"), place), halves(400)])
    assert {each.name for each in found if each.worse} == {"b", "odd"}  # odd holds all of b
    worst = min(found, key=lambda each: each.corrected)
    assert worst.name == "b" and (worst.n, worst.others) == (100, 300)
    assert worst.accuracy == right[place == 1].mean() and worst.others_accuracy == right[place != 1].mean()


def test_a_part_that_holds_a_hard_class_is_not_worse_for_that():
    """Class 1 is hard, and nine in ten of its pictures are dark: brightness is not to blame."""
    rng = np.random.default_rng(0)
    labels = np.arange(1000) % 2
    right = rng.random(1000) < np.where(labels == 1, 0.6, 0.99)
    dark = rng.random(1000) < np.where(labels == 1, 0.9, 0.1)
    found = slices(right, labels, [Column("brightness", ("bright", "dark"), dark.astype(int))])
    assert found[1].accuracy < found[1].others_accuracy - 0.2
    assert not any(each.worse for each in found)


def test_false_alarms_are_rare():
    """Where parts make no difference, at most 5 in 100 reports name one, whatever the number of parts."""
    rng = np.random.default_rng(0)
    alarms = 0
    for _ in range(200):
        labels = rng.integers(0, 3, 200)
        right = rng.random(200) < np.array([0.95, 0.8, 0.6])[labels]
        columns = [by_quantity("x", rng.random(200), "low", "high", str) for _ in range(3)]
        alarms += any(each.worse for each in slices(right, labels, columns))
    assert alarms <= 10


def test_small_parts_are_left_out():
    column = Column("folder", ("few", "many", "none"), np.repeat([0, 1], [9, 91]))
    assert slices(np.ones(100, bool), np.zeros(100, int), [column]) == ()  # nor has "many" ten others


def test_quarters_halves_and_nothing():
    def text(value):
        return f"{value:g}"

    quarters = by_quantity("x", np.arange(100.0), "low", "high", text)
    assert quarters.names == ("low, up to 24", "24 to 49", "49 to 74", "high, above 74")
    assert np.bincount(quarters.place).tolist() == [25, 25, 25, 25]
    halved = by_quantity("x", np.arange(50.0)[::-1], "low", "high", text)
    assert halved.names == ("low, up to 24", "high, above 24") and halved.place[0] == 1
    assert by_quantity("x", np.arange(30.0), "low", "high", text).names == ()
    assert by_quantity("x", np.ones(100), "low", "high", text).names == ()


def test_equal_numbers_stay_together():
    values = np.repeat([1.0, 2.0, 3.0], [60, 20, 20])
    column = by_quantity("x", values, "low", "high", str)
    assert column.names == ("low, up to 1.0", "1.0 to 2.0", "high, above 2.0")
    assert np.bincount(column.place).tolist() == [60, 20, 20]
    most = by_quantity("x", np.repeat([1.0, 2.0], [20, 80]), "low", "high", str)
    assert most.names == () or np.bincount(most.place).tolist() == [20, 80]


def test_names_are_parts_the_rarest_of_many_apart():
    column = by_name("folder", ["b", "a", "b"])
    assert column.names == ("a", "b") and column.place.tolist() == [1, 0, 1]
    assert by_name("folder", ["a", "a"]).names == ()
    many = by_name("folder", [f"{k:02}" for k in range(30) for _ in range(k + 1)])
    assert len(many.names) == 20 and many.names[0] == "10"
    assert (many.place == -1).sum() == sum(range(1, 11))


def test_rows_are_plain():
    row = slices(np.arange(40) % 3 > 0, np.zeros(40, int), [halves(40)])[0].to_json()
    assert set(row) == {"kind", "name", "n", "accuracy", "interval", "others_accuracy", "p_corrected", "worse"}
    assert isinstance(row["worse"], bool) and isinstance(row["accuracy"], float)
