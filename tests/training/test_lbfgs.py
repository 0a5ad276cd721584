"""L-BFGS: the optimum that scikit-learn and SciPy find, and restarts to the bit."""

import itertools

import numpy as np
import pytest
import scipy.optimize
import scipy.special
import sklearn.linear_model

from pellucid.errors import TrainingDiverged
from pellucid.nn import BinaryCrossEntropy, Dense, Network, SoftmaxCrossEntropy, check_gradients, presets
from pellucid.optim import Penalty
from pellucid.training import fit_lbfgs, measure
from pellucid.training.lbfgs import ITERATIONS, Objective
from tests.problems import Batches, clusters

X, T = clusters(120, 5, 3, seed=2, spread=1.5, dtype=np.float64)
L2 = 0.02


def linear(dtype=np.float64):
    return Network([Dense(3)], (5,), dtype=dtype)


def trained(net, *, size=120, epochs=20, w=None, loss=None, **options):
    return list(fit_lbfgs(net, loss or SoftmaxCrossEntropy(), Batches(X, T, size, w=w), epochs=epochs, **options))


def test_the_optimum_of_scikit_learns_logistic_regression():
    net = linear()
    epochs = trained(net, penalty=Penalty(l2=L2))
    theirs = sklearn.linear_model.LogisticRegression(C=1 / (L2 * len(X)), tol=1e-10, max_iter=10_000).fit(X, T)
    net_of_theirs = linear()
    net_of_theirs.layers[0].W[...], net_of_theirs.layers[0].b[...] = theirs.coef_.T, theirs.intercept_
    expected = measure(net_of_theirs, SoftmaxCrossEntropy(), Batches(X, T, 120).epoch(0))
    price = Penalty(l2=L2).value(net_of_theirs)
    assert epochs[-1].loss + epochs[-1].penalty == pytest.approx(expected.loss + price, abs=1e-6)
    assert epochs[-1].accuracy == expected.accuracy
    assert epochs[-1].gradient_norm < 1e-4
    assert len(epochs) < 20, "it ends where no step lowers the loss any more"


def test_the_optimum_that_scipy_finds_with_weights():
    w = np.random.default_rng(0).random(120)
    net = linear()
    epochs = trained(net, w=w, penalty=Penalty(l2=L2))

    def objective(theta):
        logits = X @ theta[:15].reshape(5, 3) + theta[15:]
        losses = scipy.special.logsumexp(logits, axis=1) - logits[np.arange(120), T]
        return np.average(losses, weights=w) + L2 / 2 * np.sum(theta[:15] ** 2)

    found = scipy.optimize.minimize(objective, np.zeros(18), method="BFGS", options={"gtol": 1e-7})
    assert epochs[-1].loss + epochs[-1].penalty == pytest.approx(found.fun, abs=1e-6)


@pytest.mark.parametrize("size", [120, 50, 7])
def test_batches_add_up_to_the_whole(size):
    w = np.linspace(0.1, 2, 120)
    net = Network(presets.mlp([4], 3, activation="tanh"), (5,), dtype=np.float64)
    values, gradients = [], []
    for batch in (120, size):
        objective = Objective(net, SoftmaxCrossEntropy(), Batches(X, T, batch, w=w), Penalty(0.01, 0.1))
        value, gradient = objective(net.theta.copy())
        values.append(value)
        gradients.append(gradient)
    assert values[0] == pytest.approx(values[1], rel=1e-13)
    np.testing.assert_allclose(gradients[0], gradients[1], rtol=1e-10, atol=1e-14)


def test_the_objectives_gradient_is_its_slope():
    net = Network(presets.mlp([4], 3, activation="tanh"), (5,), dtype=np.float64)
    assert all(check.passed for check in check_gradients(net.layers, (5,)))
    objective = Objective(net, SoftmaxCrossEntropy(), Batches(X, T, 50), Penalty(l2=0.1))
    theta = net.theta.copy()
    slope = scipy.optimize.approx_fprime(theta, lambda theta: objective(theta)[0], 1e-7)
    np.testing.assert_allclose(objective(theta)[1], slope, atol=1e-5)


def test_the_record_belongs_to_the_parameters_left_in_the_network():
    net = linear()
    validation = Batches(*clusters(30, 5, 3, seed=3, dtype=np.float64), 30)
    options = {"epochs": 2, "validation": validation, "penalty": Penalty(l2=0.1)}
    for epoch in fit_lbfgs(net, SoftmaxCrossEntropy(), Batches(X, T, 50), **options):
        seen = measure(net, SoftmaxCrossEntropy(), Batches(X, T, 50).epoch(0))
        assert epoch.loss == pytest.approx(seen.loss, rel=1e-12) and epoch.accuracy == seen.accuracy
        assert epoch.penalty == pytest.approx(Penalty(l2=0.1).value(net), rel=1e-9)
        held_out = measure(net, SoftmaxCrossEntropy(), validation.epoch(0))
        assert (epoch.validation_loss, epoch.validation_accuracy) == held_out
        assert epoch.step == ITERATIONS * (epoch.number + 1) and not epoch.partial


def hard():
    """A problem that takes more than a few epochs."""
    return Network(presets.mlp([8], 3, activation="tanh", dropout=0.2), (5,), seed=1, dtype=np.float64)


def test_an_epoch_restarted_from_its_parameters_has_the_same_bits():
    whole = hard()
    thetas, losses = [], []
    for epoch in fit_lbfgs(whole, SoftmaxCrossEntropy(), Batches(X, T, 50), epochs=4):
        thetas.append(whole.theta.copy())
        losses.append(epoch.loss)
    assert len(losses) == 4
    resumed = hard()
    resumed.theta[...] = thetas[1]
    assert [epoch.loss for epoch in trained(resumed, size=50, epochs=4, start=2)] == losses[2:]
    np.testing.assert_array_equal(resumed.theta, whole.theta)


def test_dropout_has_one_mask_an_epoch_and_another_in_the_next():
    """The line search compares values of one function; between the epochs it may change."""
    net, seen = hard(), []

    class Looking(Batches):
        def epoch(self, number):
            seen.append(net.clock.step)
            return super().epoch(number)

    for epoch in fit_lbfgs(net, SoftmaxCrossEntropy(), Looking(X, T, 50), epochs=2):
        assert set(seen) == {epoch.number} and len(seen) > ITERATIONS
        seen.clear()


def test_a_stop_before_the_first_epoch():
    net = linear()
    before = net.theta.copy()
    assert trained(net, stop=lambda: True) == []
    np.testing.assert_array_equal(net.theta, before)


def test_a_stop_on_the_way_keeps_what_was_reached():
    asked = itertools.count()
    net = hard()
    epochs = trained(net, stop=lambda: next(asked) >= 5)  # asked before the epoch and after each iteration
    assert len(epochs) == 1 and epochs[0].partial
    full = trained(hard(), epochs=1)[0]
    start = measure(hard(), SoftmaxCrossEntropy(), Batches(X, T, 120).epoch(0)).loss
    assert full.loss < epochs[0].loss < start


def test_nan_is_an_error_and_not_a_result():
    x = X.copy()
    x[3, 0] = np.nan
    with pytest.raises(TrainingDiverged, match=r"the loss is nan at step 0 \(epoch 1\); try clipping"):
        list(fit_lbfgs(linear(), SoftmaxCrossEntropy(), Batches(x, T, 120), epochs=3))


def test_float32_gets_near():
    net = linear(np.float32)
    x = X.astype(np.float32)
    epochs = list(fit_lbfgs(net, SoftmaxCrossEntropy(), Batches(x, T, 120), epochs=20, penalty=Penalty(l2=L2)))
    exact = trained(linear(), penalty=Penalty(l2=L2))[-1]
    assert net.theta.dtype == np.float32
    assert epochs[-1].loss + epochs[-1].penalty == pytest.approx(exact.loss + exact.penalty, abs=1e-4)


def test_one_output_for_two_classes():
    net = Network([Dense(1)], (5,), dtype=np.float64)
    two = T < 2
    epochs = list(fit_lbfgs(net, BinaryCrossEntropy(), Batches(X[two], T[two], 80), epochs=20, penalty=Penalty(l2=L2)))
    theirs = sklearn.linear_model.LogisticRegression(C=1 / (L2 * two.sum()), tol=1e-10, max_iter=10_000)
    theirs.fit(X[two], T[two])
    np.testing.assert_allclose(net.layers[0].W[:, 0], theirs.coef_[0], atol=1e-3)
    assert epochs[-1].accuracy == theirs.score(X[two], T[two])
