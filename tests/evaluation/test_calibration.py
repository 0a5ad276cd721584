"""Confidence against accuracy: the error, the bins, and the temperature that brings them together."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.classifier import probabilities
from pellucid.evaluation import calibration, expected_calibration_error, fit_temperature, reliability
from pellucid.evaluation.calibration import tempered


def drawn(n, temperature, classes=4, seed=0):
    """Outputs whose true probabilities are softmax(z / temperature), and labels drawn from these."""
    rng = np.random.default_rng(seed)
    z = 3 * rng.normal(size=(n, classes))
    p = probabilities(z, "softmax", temperature)
    labels = (p.cumsum(axis=1) > rng.random((n, 1))).argmax(axis=1)
    return z, labels


@pytest.mark.parametrize("temperature", [0.5, 1.0, 2.5])
def test_a_planted_temperature_is_found(temperature):
    z, labels = drawn(20_000, temperature)
    found = fit_temperature(probabilities(z, "softmax"), labels)
    assert found == pytest.approx(temperature, rel=0.04)
    before = calibration(probabilities(z, "softmax"), labels)
    after = calibration(probabilities(z, "softmax", found), labels, found, 20_000)
    assert after.error < 0.015
    assert after.error_before == pytest.approx(before.error)
    assert after.accuracy == before.accuracy


def test_one_output_has_a_temperature_too():
    rng = np.random.default_rng(0)
    z = 4 * rng.normal(size=(20_000, 1))
    labels = (rng.random(20_000) < probabilities(z, "sigmoid", 2.0)[:, 1]).astype(int)
    assert fit_temperature(probabilities(z, "sigmoid"), labels) == pytest.approx(2, rel=0.05)


def test_few_pictures_move_it_little():
    z, labels = drawn(30, 1.0)
    p, right = probabilities(z, "softmax"), z.argmax(axis=1)  # all answered rightly: the likelihood alone takes T to 0
    few, many = fit_temperature(p, right), fit_temperature(p.repeat(1000, axis=0), right.repeat(1000))
    assert many < 0.2 < 0.35 < few < 1
    assert fit_temperature(probabilities(z[:19], "softmax"), labels[:19]) == 1


def test_certain_and_wrong_is_no_error():
    p = np.tile([1.0, 0.0], (50, 1))
    assert np.isfinite(fit_temperature(p, np.ones(50, int)))


@pytest.mark.parametrize("link", ["softmax", "sigmoid"])
def test_tempering_probabilities_is_dividing_outputs(link):
    z = np.random.default_rng(0).normal(size=(9, 4 if link == "softmax" else 1))
    assert np.allclose(tempered(probabilities(z, link), 2.2), probabilities(z, link, 2.2))


def test_the_error_by_hand():
    confidence, right = np.array([0.95, 0.95, 0.55, 0.55]), np.array([True, False, True, True])
    assert expected_calibration_error(confidence, right) == pytest.approx(0.5 * 0.45 + 0.5 * 0.45)
    assert expected_calibration_error(np.array([1.0]), np.array([True])) == 0


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=60))
def test_bins_hold_every_answer(pairs):
    confidence, right = np.array([c for c, _ in pairs]), np.array([r for _, r in pairs])
    bins = reliability(confidence, right)
    assert sum(bin.n for bin in bins) == len(pairs)
    for bin in bins:
        assert bin.low <= bin.confidence + 1e-9 and bin.confidence <= bin.high + 1e-9
        assert bin.interval[0] - 1e-9 <= bin.accuracy <= bin.interval[1] + 1e-9
    assert 0 <= expected_calibration_error(confidence, right) <= 1
