"""The paired test against every way that coins may fall; intervals and corrections against what was published."""

from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.evaluation import Pairing, holm, mcnemar, wilson

counts = st.integers(0, 40)
shares = st.lists(st.floats(0, 1), max_size=8)


def coins(better: int, worse: int) -> Fraction:
    """The probability that fair coins part so many cases in a way that is at most as probable, summed over all of them."""
    n = better + worse
    ways = [comb(n, k) for k in range(n + 1)]
    return Fraction(sum(way for way in ways if way <= ways[better]), 2**n)


@settings(deadline=None, max_examples=50)  # the first call imports SciPy
@given(counts, counts)
def test_the_test_is_that_of_fair_coins(better, worse):
    assert mcnemar(better, worse) == pytest.approx(float(coins(better, worse)), rel=1e-9)
    assert mcnemar(better, worse) == mcnemar(worse, better)


def test_every_order_of_few_coins_is_counted():
    for n in range(1, 11):
        for better in range(n + 1):
            falls = [sum(order) for order in product((0, 1), repeat=n)]
            extreme = [abs(2 * fall - n) >= abs(2 * better - n) for fall in falls]
            assert mcnemar(better, n - better) == pytest.approx(sum(extreme) / len(falls))


def test_five_to_none_is_no_proof_and_six_to_none_is():
    assert mcnemar(5, 0) == pytest.approx(0.0625)
    assert mcnemar(6, 0) == pytest.approx(0.03125)
    assert mcnemar(0, 0) == 1


def test_equal_networks_are_seldom_called_different():
    """Under fair coins, p is below 0.05 in at most 5 % of cases, whatever the number of coins."""
    for n in range(1, 60):
        rare = sum(comb(n, k) for k in range(n + 1) if mcnemar(k, n - k) < 0.05)
        assert Fraction(rare, 2**n) <= Fraction(5, 100)


def test_interval_of_a_published_example():
    """Newcombe 1998, table II: 36, 12, 2, 0 give 0.0569 to 0.3404 by method 10."""
    assert Pairing(36, 12, 2, 0).interval == pytest.approx((0.0569, 0.3404), abs=5e-5)


@given(counts, counts, counts, counts)
def test_interval_holds_the_difference_and_turns_round(both, first, second, neither):
    if not both + first + second + neither:
        return
    found, turned = Pairing(both, first, second, neither), Pairing(both, second, first, neither)
    low, high = found.interval
    assert -1 <= low <= found.difference <= high <= 1
    assert turned.interval == pytest.approx((-high, -low))
    assert high > low  # also where the two never differ


def test_interval_without_dependence_is_that_of_two_samples():
    """φ = 0: the interval is that of Newcombe's method 10 for independent samples, from the same Wilson intervals."""
    found = Pairing(30, 30, 20, 20)
    (l1, u1), (l2, u2) = wilson(60, 100), wilson(50, 100)
    expected = 0.1 - np.hypot(0.6 - l1, u2 - 0.5), 0.1 + np.hypot(u1 - 0.6, 0.5 - l2)
    assert found.interval == pytest.approx(expected)


def test_interval_covers():
    """Of pairings drawn from known shares, about 95 in 100 intervals hold the true difference."""
    rng = np.random.default_rng(0)
    for share in ((0.85, 0.08, 0.03, 0.04), (0.5, 0.2, 0.2, 0.1), (0.95, 0.03, 0.01, 0.01)):
        drawn = rng.multinomial(100, share, size=1000)
        held = [low <= share[1] - share[2] <= high for low, high in (Pairing(*map(int, row)).interval for row in drawn)]
        assert np.mean(held) > 0.93


def test_correction_by_hand():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


@given(shares)
def test_correction_keeps_the_order_and_only_raises(probabilities):
    corrected = holm(probabilities)
    k = len(probabilities)
    for p, q in zip(probabilities, corrected):
        assert p <= q <= min(1.0, k * p) + 1e-12
    order = sorted(range(k), key=lambda place: probabilities[place])
    assert [corrected[place] for place in order] == sorted(corrected)


@given(shares)
def test_correction_rejects_what_holm_rejects_step_by_step(probabilities):
    """Holm's own words: go up from the smallest, reject while p <= 0.05 / (k - i), stop at the first that is larger."""
    k, rejected = len(probabilities), set()
    for rank, place in enumerate(sorted(range(k), key=lambda place: probabilities[place])):
        if probabilities[place] * (k - rank) > 0.05:
            break
        rejected.add(place)
    assert {place for place, p in enumerate(holm(probabilities)) if p <= 0.05} == rejected
