"""Early stopping: the best weights are kept, and the waiting ends."""

import math

import numpy as np
import pytest

from pellucid.nn import Dense, Network
from pellucid.training import Best


def shown(best, losses):
    """Show the losses of following epochs; the parameters of epoch n are all n. Returns which were new lows."""
    lows = []
    for epoch, loss in enumerate(losses):
        best.network.theta[...] = epoch
        lows.append(best.update(epoch, loss))
    return lows


@pytest.fixture
def network():
    return Network([Dense(2)], (3,))


def test_the_weights_of_the_lowest_loss_are_kept(network):
    best = Best(network)
    assert shown(best, [5, 3, 4, 3, 2, 6]) == [True, True, False, False, True, False]  # an equal loss is no new low
    assert (best.loss, best.epoch) == (2, 4)
    best.restore()
    assert np.all(network.theta == 4) and np.shares_memory(network.layers[0].W, network.theta)


def test_before_the_first_epoch_the_best_weights_are_the_first(network):
    before = network.theta.copy()
    best = Best(network)
    network.theta[...] = 9
    best.restore()
    np.testing.assert_array_equal(network.theta, before)


@pytest.mark.parametrize(("patience", "epochs"), [(1, 3), (2, 6), (3, 7), (0, None)])
def test_patience(network, patience, epochs):
    best = Best(network, patience)
    for epoch, loss in enumerate([5, 4, 4.5, 3, 3.5, 3.1, 3.2]):
        assert not best.exhausted
        best.update(epoch, loss)
        if best.exhausted:
            break
    assert (epoch + 1 if best.exhausted else None) == epochs


def test_nan_is_never_the_best(network):
    best = Best(network, patience=2)
    assert shown(best, [math.nan, 3, math.nan, math.nan]) == [False, True, False, False]
    assert best.epoch == 1 and best.exhausted


def test_where_no_loss_is_a_number_the_trained_weights_stay(network):
    best = Best(network)
    shown(best, [math.nan, math.inf])
    trained = network.values.copy()
    best.restore()
    np.testing.assert_array_equal(network.values, trained)


@pytest.mark.parametrize("losses", [[], [math.nan], [3, 2, 4]])
def test_its_state_makes_it_again(network, losses):
    best = Best(network, patience=5)
    shown(best, losses)
    again = Best(Network([Dense(2)], (3,)), patience=5)
    again.load(best.state(), best.values)
    assert again.state() == best.state()
    np.testing.assert_array_equal(again.values, best.values)
    assert again.values is not best.values
