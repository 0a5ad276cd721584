"""The learning rate from step to step."""

import pytest

from pellucid import PellucidClassifier
from pellucid.estimators.rates import Adaptive, InverseScaling, build_rate


def rate_of(**parameters):
    model = PellucidClassifier(learning_rate_init=0.1, max_iter=10, **parameters)
    model.t_ = 0
    return build_rate(model, 5, first_epoch=2, cut=None)


def test_inverse_scaling_counts_examples():
    rate = rate_of(solver="sgd", learning_rate="invscaling", power_t=0.25)
    assert isinstance(rate, InverseScaling) and rate(0) == 0.1
    rate.after_epoch(8)
    assert rate(100) == 0.1 / 9**0.25


def test_adaptive_is_cut_by_five_down_to_a_millionth():
    rate = rate_of(solver="sgd", learning_rate="adaptive")
    assert isinstance(rate, Adaptive)
    cuts = [rate(0)]
    while rate.cut():
        cuts.append(rate(0))
    assert cuts[:3] == pytest.approx([0.1, 0.02, 0.004])
    assert cuts[-1] <= 1e-6 < cuts[-2]


@pytest.mark.parametrize("name", ["invscaling", "adaptive"])
def test_adam_keeps_its_rate_as_in_scikit_learn(name):
    rate = rate_of(learning_rate=name)
    rate.after_epoch(8)
    assert rate(0) == rate(1000) == 0.1 and not rate.cut()


@pytest.mark.parametrize("name", ["cosine", "one_cycle"])
def test_schedules_are_stretched_over_this_fit(name):
    rate = rate_of(learning_rate=name)
    steps = [rate(step) for step in range(10, 60)]  # epochs 2 to 11 of 5 steps
    assert max(steps) == pytest.approx(0.1) and steps[-1] < 0.001
    assert (steps[0] == 0.1) == (name == "cosine")
