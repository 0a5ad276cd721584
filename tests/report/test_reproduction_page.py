"""The page of a reproduction: what stands where on its scales."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.report.reproduction import Measured, Scale, _legend

SHARES = st.floats(0, 1)


def measured(*accuracies, goal=None, claimed=None, interval=None):
    mean = sum(accuracies) / len(accuracies)
    return Measured(
        name="a", title="A", note="", score="", accuracies=accuracies, mean=mean, spread=None, interval=interval or (mean, mean),
        pictures="", n=100, claimed=claimed, goal=goal, reached=None, facts=(), link="", command="",
    )  # fmt: skip


@given(st.lists(st.lists(SHARES, min_size=1), min_size=1))
def test_places_are_on_the_scale_and_in_order(rows):
    scale, shares = Scale.over([measured(*row) for row in rows]), sorted(share for row in rows for share in row)
    places = [scale.place(share) for share in shares]
    assert places == sorted(places) and all(0 <= place <= 1 for place in places)
    assert (scale.place(scale.begin), scale.place(scale.end)) == (0, 1)
    assert scale.marks[0] == scale.begin < scale.end == scale.marks[-1]


def test_half_the_mistakes_is_always_the_same_step():
    scale = Scale(0.8, 0.998)
    assert scale.place(0.95) - scale.place(0.9) == pytest.approx(scale.place(0.99) - scale.place(0.98), abs=2e-4)
    assert scale.place(0.9965) - scale.place(0.9962) > 0.01  # of 336 pixels, more than the width of a line


def test_a_stuck_network_or_seed_does_not_stretch_the_scale():
    assert Scale.over([measured(0.1), measured(0.9, 0.95), measured(0.996)]) == Scale(0.9, 0.998)
    assert Scale.over([measured(0.1), measured(0.2), measured(0.9)]) == Scale(0.0, 0.9)  # most are: then it holds them all
    assert Scale.over([measured(0.1, 0.97, 0.97, 0.97)]) == Scale(0.5, 0.98)
    assert Scale.over([]) == Scale(0.0, 0.5)


def test_the_scale_holds_intervals_goals_and_claims():
    assert Scale.over([measured(0.52, interval=(0.385, 0.652))]) == Scale(0.0, 0.8)
    assert Scale.over([measured(0.96, interval=(0.95, 0.97), goal=0.994, claimed=0.85)]) == Scale(0.8, 0.995)


def test_the_legend_explains_what_is_drawn_and_no_more():
    said = _legend([measured(0.97)], Scale(0.9, 0.98))
    assert "begin at 90" in said and "Black line: the accuracy." in said
    assert not any(word in said for word in ("Dots", "Grey", "Orange", "Arrow"))
    said = _legend([measured(0.97, 0.98, goal=0.97, claimed=0.9), measured(0.1)], Scale(0.9, 0.98))
    assert all(word in said for word in ("Dots", "Grey", "Orange", "Arrow", "the mean"))
