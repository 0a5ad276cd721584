"""Wilson's interval: against SciPy, at its ends, and how often it holds the truth."""

import math

import numpy as np
import pytest
from scipy.stats import binom, binomtest

from pellucid.evaluation import decimals, wilson


@pytest.mark.parametrize(("correct", "n"), [(29, 40), (1, 2), (0, 7), (7, 7), (349, 360), (999_999, 1_000_000)])
@pytest.mark.parametrize("confidence", [0.5, 0.95, 0.999])
def test_agrees_with_scipy(correct, n, confidence):
    oracle = binomtest(correct, n).proportion_ci(confidence, method="wilson")
    assert wilson(correct, n, confidence) == pytest.approx((oracle.low, oracle.high), abs=1e-12)


def test_a_known_value():
    low, high = wilson(29, 40)
    assert (round(low, 3), round(high, 3)) == (0.572, 0.839)


def test_the_ends_are_exact():
    z = 1.959963984540054
    assert wilson(0, 10) == (0.0, pytest.approx(z**2 / (10 + z**2)))
    assert wilson(10, 10) == (pytest.approx(10 / (10 + z**2)), 1.0)
    assert wilson(0, 0) == (0.0, 1.0)


def test_it_holds_the_truth_about_95_times_in_100():
    """Exact coverage, averaged over all true accuracies; a single one may lie lower (Brown, Cai & DasGupta 2001)."""
    truths = np.linspace(0.01, 0.99, 197)
    for n in (10, 40, 200):
        bounds = np.array([wilson(k, n) for k in range(n + 1)])
        held = (bounds[:, :1] <= truths) & (truths <= bounds[:, 1:])
        coverage = (binom.pmf(np.arange(n + 1)[:, None], n, truths) * held).sum(axis=0)
        assert abs(coverage.mean() - 0.95) < 0.01
        assert coverage.min() > 0.83


def test_it_narrows_with_the_root_of_n():
    def width(n):
        low, high = wilson(n // 2, n)
        return high - low

    assert width(400) == pytest.approx(width(100_00) * math.sqrt(25), rel=0.01)


def test_numpy_numbers_do_not_overflow():
    n = np.int32(2_000_000_000)
    low, high = wilson(n, n)
    assert type(low) is float and low < high == 1.0


@pytest.mark.parametrize(("correct", "n", "confidence"), [(3, 2, 0.95), (-1, 2, 0.95), (1, 2, 95), (1, 2, 1.0)])
def test_nonsense_is_refused(correct, n, confidence):
    with pytest.raises(ValueError, match="expected"):
        wilson(correct, n, confidence)


@pytest.mark.parametrize(("n", "digits"), [(1, 1), (360, 1), (9_999, 1), (10_000, 2), (70_000, 2)])
def test_as_many_decimals_as_the_pictures_carry(n, digits):
    assert decimals(n) == digits
