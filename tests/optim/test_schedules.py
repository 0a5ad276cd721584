"""Schedules: where they start and end, and that they only fall where they should."""

import itertools
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.optim import schedules

RATES = st.floats(1e-6, 10)
TOTALS = st.integers(1, 500)


def falling(values):
    return all(later <= earlier * (1 + 1e-12) for earlier, later in itertools.pairwise(values))


def test_constant():
    schedule = schedules.constant(0.3)
    assert [schedule(step) for step in (0, 1, 1000)] == [0.3] * 3


def test_step_decay():
    schedule = schedules.step_decay(0.8, every=3, factor=0.5)
    assert [schedule(step) for step in range(8)] == pytest.approx([0.8, 0.8, 0.8, 0.4, 0.4, 0.4, 0.2, 0.2])


def test_cosine():
    schedule = schedules.cosine(0.4, total=100)
    assert schedule(0) == 0.4
    assert schedule(50) == pytest.approx(0.2)
    assert schedule(25) == pytest.approx(0.4 * (1 + math.sqrt(0.5)) / 2)
    assert 0 < schedule(99) < 1e-3 * 0.4
    assert schedule(100) == schedule(1000) == 0


def test_one_cycle():
    schedule = schedules.one_cycle(0.5, total=100)
    assert schedule(0) == pytest.approx(0.5 / 25)
    assert schedule(15) == pytest.approx((0.5 / 25 + 0.5) / 2)
    assert schedule(30) == pytest.approx(0.5)
    assert schedule(65) == pytest.approx((0.5 + 0.5 / 250_000) / 2)
    assert schedule(100) == pytest.approx(0.5 / 250_000)


@settings(deadline=None)
@given(RATES, TOTALS)
def test_the_cosine_falls_and_stays_positive(rate, total):
    values = [schedules.cosine(rate, total)(step) for step in range(total)]
    assert values[0] == rate and falling(values) and values[-1] > 0


@settings(deadline=None)
@given(RATES, TOTALS)
def test_one_cycle_rises_then_falls_between_its_bounds(rate, total):
    values = [schedules.one_cycle(rate, total)(step) for step in range(total + 1)]
    top = values.index(max(values))
    assert falling(values[top:]) and falling(values[top::-1])
    assert all(rate / 250_000 * (1 - 1e-9) <= value <= rate * (1 + 1e-12) for value in values)
    assert abs(top - 0.3 * total) <= 1


@settings(deadline=None)
@given(RATES, st.integers(0, 50))
def test_warm_up_rises_in_equal_steps(rate, steps):
    schedule = schedules.warm_up(schedules.constant(rate), steps)
    for step in range(steps):
        assert schedule(step) == pytest.approx(rate * (step + 1) / (steps + 1))
    assert schedule(steps) == schedule(steps + 100) == rate


def test_warm_up_scales_the_schedule_beneath():
    schedule = schedules.warm_up(schedules.step_decay(1.0, every=2, factor=0.5), 3)
    assert [schedule(step) for step in range(5)] == pytest.approx([0.25, 0.5, 0.5 * 0.75, 0.5, 0.25])


def test_the_plateau_waits_for_its_patience():
    plateau = schedules.Plateau(1.0, factor=0.5, patience=2)
    rates = []
    for loss in (5, 4, 4, 4, 4.5, 3.9, 3.9, 3.8, 4, 4, 4, 4):
        plateau.observe(loss)
        rates.append(plateau(0))
    #        5  4  4  4    again    low       low       2nd       2nd again
    assert rates == [1, 1, 1, 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125]


def test_nan_is_no_new_low():
    plateau = schedules.Plateau(1.0, patience=1)
    plateau.observe(math.nan)
    assert plateau(0) == pytest.approx(0.1)


@settings(deadline=None)
@given(st.lists(st.floats(0, 10), max_size=30), st.integers(0, 30), st.integers(1, 4))
def test_a_plateau_restored_goes_on_as_if_undisturbed(losses, cut, patience):
    undisturbed, before, after = (schedules.Plateau(1.0, 0.5, patience) for _ in range(3))
    for loss in losses[:cut]:
        before.observe(loss)
    after.restore(before.state())
    for loss in losses[cut:]:
        after.observe(loss)
    for loss in losses:
        undisturbed.observe(loss)
    assert after.state() == undisturbed.state()
