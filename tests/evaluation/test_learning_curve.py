"""Learners that follow a known law: the interval holds what twice the pictures would give, and what cannot be told is not."""

import numpy as np
import pytest

from pellucid.evaluation import LearningCurve, Training, learning_curve

SHARES = (1 / 8, 1 / 8, 1 / 4, 1 / 2, 1)


def law(level, exponent, floor, share):
    """The error after training on so many times all pictures."""
    return level * (floor + (1 - floor) * share**-exponent)


def learner(rng, level, exponent, floor, answers, luck=0.05, pictures=8000):
    """Trainings on shares, with the luck of the draw (a share of the error) and that of the test."""
    found = []
    for share in SHARES:
        error = min(0.9, law(level, exponent, floor, share) * np.exp(rng.normal(0, luck)))
        found.append(Training(round(share * pictures), int(rng.binomial(answers, error)), answers))
    return found


# error with all pictures, exponent, floor, pictures in the test
LAWS = {
    "photographs, a small test": (0.30, 0.3, 0.0, 240),
    "digits, a small test": (0.03, 0.6, 0.0, 270),
    "digits, a large test": (0.03, 0.5, 0.3, 10_000),
    "a slow law": (0.2, 0.15, 0.0, 5000),
    "a steep law": (0.1, 0.8, 0.0, 2000),
    "mostly floor": (0.2, 0.5, 0.7, 2000),
    "nothing to gain": (0.2, 0.0, 1.0, 2000),
}


@pytest.mark.parametrize("name", LAWS)
def test_the_interval_holds_the_truth(name):
    level, exponent, floor, answers = LAWS[name]
    rng = np.random.default_rng(0)
    truth = level - law(level, exponent, floor, 2)
    found = [learning_curve(learner(rng, level, exponent, floor, answers), "test", 0.1) for _ in range(20)]
    inside = [curve.interval[0] - 0.0005 <= truth <= curve.interval[1] + 0.0005 for curve in found]
    assert sum(inside) >= 17  # nine times in ten, of twenty


def test_a_clear_law_is_told():
    exact = [Training(round(share * 8000), round(20_000 * law(0.2, 0.4, 0, share)), 20_000) for share in SHARES]
    curve = learning_curve(exact, "test", 0.1)
    assert curve.verdict == "helps"
    truth = 0.2 - law(0.2, 0.4, 0, 2)
    assert curve.interval[0] < truth < curve.interval[1] + 0.001 and curve.interval[1] - curve.interval[0] < 0.02
    assert curve.band.pictures[-1] == pytest.approx(16_000)
    assert curve.band.accuracy[-1] == pytest.approx(0.8 + truth, abs=0.005)
    assert np.all(curve.band.low <= curve.band.accuracy) and np.all(curve.band.accuracy <= curve.band.high)


def test_a_flat_one_says_that_more_hardly_helps():
    flat = [Training(round(share * 8000), 1000, 10_000) for share in SHARES]
    assert learning_curve(flat, "test", 0.1).verdict == "hardly"


def test_a_small_test_cannot_tell():
    found = [Training(round(share * 80), wrong, 20) for share, wrong in zip(SHARES, (7, 5, 6, 4, 3), strict=True)]
    curve = learning_curve(found, "test", 0.1)
    assert curve.verdict == "unknown" and not curve.obstacle and curve.interval[1] > 0.02


def test_more_mistakes_with_more_pictures_promise_nothing():
    worse = [Training(round(share * 8000), wrong, 1000) for share, wrong in zip(SHARES, (80, 85, 90, 95, 110), strict=True)]
    assert learning_curve(worse, "test", 0.1).verdict != "helps"


@pytest.mark.parametrize(
    ("wrong", "obstacle"),
    [((50, 50, 51, 49, 50), "guessing"), ((50, 50, 51, 30, 20), "few sizes"), ((40, 40, 30, 20, 10), "")],
)
def test_what_is_no_better_than_guessing_says_nothing(wrong, obstacle):
    found = [Training(round(share * 800), number, 100) for share, number in zip(SHARES, wrong, strict=True)]
    curve = learning_curve(found, "test", 0.5)
    assert curve.obstacle == obstacle
    if obstacle:
        assert curve.verdict == "unknown" and curve.band is None and curve.to_json()["gain"] is None


def test_order_does_not_matter_and_no_mistakes_are_no_error():
    found = [Training(round(share * 800), wrong, 500) for share, wrong in zip(SHARES, (9, 8, 3, 1, 0), strict=True)]
    one, other = learning_curve(found, "test", 0.1), learning_curve(found[::-1], "test", 0.1)
    assert one.gain == other.gain and one.trainings == other.trainings
    assert 0 <= one.interval[0] <= one.gain <= one.interval[1] < 0.02 and one.band.high[-1] <= 1


def test_json_names_what_is_told():
    curve = LearningCurve((Training(100, 20, 100), Training(200, 10, 100)), "test", gain=0.03, interval=(0.02, 0.04))
    values = curve.to_json()
    assert (values["verdict"], values["pictures"], values["interval"], values["level"]) == ("helps", 400, [0.02, 0.04], 0.9)
    assert values["trainings"][0] == {"pictures": 100, "wrong": 20, "answers": 100, "accuracy": 0.8}
