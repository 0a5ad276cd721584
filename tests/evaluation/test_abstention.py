"""The risk-coverage curve, and the threshold that keeps what it promises."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from pellucid.evaluation import least_pictures, promise, risk_coverage
from pellucid.evaluation.abstention import CONFIDENCE, STARTS, upper_bound


def answers(confidence, right):
    """Two classes: the answer is the first one, with that probability."""
    confidence = np.asarray(confidence, np.float64)
    return np.stack([confidence, 1 - confidence], axis=1), np.where(right, 0, 1)


def curve_of(confidence, right):
    return risk_coverage(*answers(confidence, right))


pairs = st.lists(st.tuples(st.floats(0.5, 1), st.booleans()), min_size=1, max_size=80)


@given(pairs)
def test_the_curve_counts_what_is_left_above_each_confidence(pairs):
    confidence, right = np.array([c for c, _ in pairs]), np.array([r for _, r in pairs])
    probabilities, labels = answers(confidence, right)
    right = probabilities.argmax(axis=1) == labels
    curve = risk_coverage(probabilities, labels)
    assert curve.n == len(pairs) and curve.coverage[-1] == 1
    assert np.all(np.diff(curve.confidence) < 0) and np.all(np.diff(curve.answered) > 0)
    for threshold, n, wrong in zip(curve.confidence, curve.answered, curve.wrong):
        left = confidence >= threshold
        assert (n, wrong) == (left.sum(), (left & ~right).sum())
    assert curve.risk_of_surest(1.0) == np.mean(~right)


@given(pairs, st.floats(0.001, 0.9), st.floats(0.001, 0.9))
def test_a_larger_risk_never_raises_the_threshold(pairs, one, two):
    curve = curve_of([c for c, _ in pairs], [r for _, r in pairs])
    strict, loose = promise(curve, min(one, two)), promise(curve, max(one, two))
    if strict:
        assert loose.threshold <= strict.threshold and loose.coverage >= strict.coverage
        assert strict.wrong / strict.answered <= strict.bound <= strict.risk * (1 + 1e-9)


@given(pairs, st.floats(0.05, 0.9))
def test_what_is_counted_is_what_the_threshold_lets_through(pairs, risk):
    probabilities, labels = answers([c for c, _ in pairs], [r for _, r in pairs])
    found = promise(risk_coverage(probabilities, labels), risk)
    if found:
        left = probabilities.max(axis=1) >= found.threshold
        wrong = probabilities.argmax(axis=1) != labels
        assert (found.answered, found.wrong) == (left.sum(), (left & wrong).sum())
        assert found.coverage == left.mean()


@pytest.mark.parametrize(("wrong", "n"), [(0, 10), (3, 40), (39, 40), (40, 40), (7, 9000)])
def test_the_bound_is_that_of_clopper_and_pearson(wrong, n):
    theirs = stats.binomtest(wrong, n, alternative="less").proportion_ci(0.99, method="exact").high
    assert upper_bound(wrong, n, 0.99) == pytest.approx(theirs, rel=1e-9)


def planted(n, seed=0, edge=0.8):
    """Always right above `edge`, a coin below it."""
    rng = np.random.default_rng(seed)
    confidence = rng.uniform(0.5, 1, n)
    return answers(confidence, (confidence > edge) | (rng.random(n) < 0.5))


def test_a_planted_edge_is_found():
    found = promise(risk_coverage(*planted(5000)), 0.02)
    assert 0.78 < found.threshold < 0.81
    probabilities, labels = planted(200_000, seed=1)
    left = probabilities.max(axis=1) >= found.threshold
    assert np.mean(probabilities[left].argmax(axis=1) != labels[left]) < 0.02
    assert np.mean(left) == pytest.approx(found.coverage, abs=0.02)


@pytest.mark.parametrize(("n", "given_at_least"), [(200, 0), (600, 0.1), (3000, 0.95)])
def test_promises_are_kept_as_often_as_they_say(n, given_at_least):
    """P(wrong) = 1 - confidence, so of the answers above t a share (1 - t) / 2 is wrong: 10 % from t = 0.8 on."""
    rng, broken, given_ones, rounds = np.random.default_rng(n), 0, 0, 400
    for _ in range(rounds):
        confidence = rng.uniform(0.5, 1, n)
        found = promise(curve_of(confidence, rng.random(n) < confidence), 0.1)
        given_ones += found is not None
        broken += found is not None and found.threshold < 0.8
    assert broken <= (1 - CONFIDENCE) * rounds + 3 * np.sqrt(0.05 * 0.95 * rounds)
    assert given_ones >= given_at_least * rounds


def test_one_unlucky_answer_among_the_surest_does_not_end_everything():
    confidence = np.linspace(0.999, 0.6, 2000)
    right = np.arange(2000) < 1600
    right[3] = False
    found = promise(curve_of(confidence, right), 0.02)
    assert found.coverage > 0.75 and found.wrong >= 1


@pytest.mark.parametrize("risk", [0.01, 0.02, 0.1])
def test_so_many_pictures_are_needed_for_any_promise(risk):
    least = least_pictures(risk)
    enough, too_few = (curve_of(np.linspace(0.9, 0.6, n), np.ones(n, bool)) for n in (least, least - 1))
    found = promise(enough, risk)
    assert (found.threshold, found.coverage, found.wrong) == (0, 1, 0)
    assert promise(too_few, risk) is None
    assert (1 - risk) ** least <= (1 - CONFIDENCE) / STARTS < (1 - risk) ** (least - 1)


def test_a_network_that_guesses_gets_no_threshold():
    rng = np.random.default_rng(0)
    assert promise(curve_of(rng.uniform(0.5, 1, 5000), rng.random(5000) < 0.5), 0.1) is None


def test_equal_confidences_are_answered_together_or_not_at_all():
    found = promise(curve_of([1.0] * 400 + [0.7] * 400, [True] * 400 + [False] * 400), 0.02)
    assert found.answered == 400 and 0.7 < found.threshold <= 1


def test_neighbouring_numbers_have_a_threshold_between_them():
    low = np.nextafter(0.9, 0)
    found = promise(curve_of([0.9] * 400 + [low] * 400, [True] * 400 + [False] * 400), 0.02)
    assert found.threshold == 0.9
