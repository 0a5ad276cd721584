"""The learning-rate finder: a rate that trains, whatever the batches, and none where nothing trains."""

import math

import numpy as np
import pytest

from pellucid.nn import Network, SoftmaxCrossEntropy, presets
from pellucid.optim import OPTIMIZERS, SGD, Adam, Momentum, Update, schedules
from pellucid.training import fit, sweep_learning_rates
from pellucid.training.learning_rate_finder import DIVERGED
from tests.problems import Batches, digits

X, T = digits()


def update(optimizer=Adam, seed=0):
    return Update(optimizer(Network(presets.mlp([32], 10), (64,), seed=seed)))


def sweep(changes, size=32, *, x=X, seed=0, **options):
    return sweep_learning_rates(
        changes.network, SoftmaxCrossEntropy(), changes, Batches(x, T, size, seed=seed), **options
    )


@pytest.mark.parametrize("steps", [0, 1])
def test_a_sweep_of_one_rate_is_none(steps):
    with pytest.raises(ValueError, match="2 steps or more"):
        sweep(update(), steps=steps)


@pytest.mark.parametrize("size", [4, 8, 32, 256])
@pytest.mark.parametrize(("optimizer", "low", "high"), [(SGD, 0.02, 1.0), (Momentum, 0.005, 0.3), (Adam, 0.003, 0.3)])
def test_the_suggestion_is_sane_for_every_seed_and_batch_size(optimizer, low, high, size):
    for seed in range(4):
        found = sweep(update(optimizer, seed), size, seed=seed)
        assert low <= found.suggestion <= high, seed


@pytest.mark.parametrize("optimizer", OPTIMIZERS.values(), ids=OPTIMIZERS)
def test_the_suggestion_trains(optimizer):
    rate = sweep(update(optimizer)).suggestion
    changes, options = update(optimizer), {"epochs": 2, "schedule": schedules.constant(rate)}
    run = fit(changes.network, SoftmaxCrossEntropy(), changes, Batches(X, T, 32, seed=0), **options)
    assert list(run)[-1].accuracy > 0.85


def test_rates_rise_by_a_factor_and_losses_are_finite():
    found = sweep(update(), lowest=1e-4, highest=1.0, steps=50)
    rates = np.array(found.learning_rates)
    assert rates[0] == 1e-4 and len(rates) == len(found.losses) <= 50
    np.testing.assert_allclose(rates[1:] / rates[:-1], (1.0 / 1e-4) ** (1 / 49))
    assert np.all(np.isfinite(found.losses))
    assert 1e-4 / 10 <= found.suggestion <= 1.0


def test_it_ends_where_the_loss_diverges():
    found = sweep(update(SGD), highest=1e6)
    assert found.learning_rates[-1] < 1e5
    assert max(found.losses) <= DIVERGED * min(found.losses)
    assert 0.02 <= found.suggestion <= 1


def test_overflow_at_once_leaves_no_suggestion():
    found = sweep(update(SGD), x=X * np.float32(np.nan))
    assert found.learning_rates == found.losses == [] and math.isnan(found.suggestion)


def test_a_sweep_that_diverges_in_its_second_step_suggests_a_tenth_of_the_first_rate():
    found = sweep(update(SGD), lowest=1e25, highest=1e30)
    assert found.suggestion == pytest.approx(1e24)


def test_a_few_batches_are_used_again_and_again():
    found = sweep_learning_rates(
        (changes := update()).network, SoftmaxCrossEntropy(), changes, Batches(X[:40], T[:40], 20), steps=60
    )
    assert len(found.losses) > 40


def test_the_same_seed_gives_the_same_sweep():
    assert sweep(update()) == sweep(update())
