"""The same parameters, the same start, the same steps as scikit-learn's perceptrons."""

import inspect
import warnings

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_multilabel_classification, make_regression
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier, MLPRegressor

from pellucid import PellucidClassifier, PellucidRegressor

PAIRS = [(MLPClassifier, PellucidClassifier), (MLPRegressor, PellucidRegressor)]
X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
PAIR = Y[:100], X[:100]
LABELS = make_multilabel_classification(60, 5, n_classes=3, random_state=0)
NUMBERS = make_regression(80, 5, n_targets=1, random_state=0)
PROBLEMS = {
    "classes": (MLPClassifier, PellucidClassifier, X, Y),
    "two classes": (MLPClassifier, PellucidClassifier, X[:100], Y[:100]),
    "several labels": (MLPClassifier, PellucidClassifier, (LABELS[0] - LABELS[0].mean()) / 10, LABELS[1]),
    "a number": (MLPRegressor, PellucidRegressor, NUMBERS[0], NUMBERS[1] / 100),
}
SEVERAL = MLPRegressor, PellucidRegressor, NUMBERS[0], np.stack([NUMBERS[1], NUMBERS[0][:, 0], NUMBERS[0][:, 1]], axis=1) / 50
EACH_PROBLEM = pytest.mark.parametrize("problem", PROBLEMS.values(), ids=PROBLEMS)


def both(problem, **parameters):
    theirs, ours, x, y = problem
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return theirs(random_state=3, **parameters).fit(x, y), ours(random_state=3, **parameters).fit(x, y)


def assert_same_weights(theirs, ours, **tolerance):
    for a, b in zip([*ours.coefs_, *ours.intercepts_], [*theirs.coefs_, *theirs.intercepts_], strict=True):
        np.testing.assert_allclose(a, b, **tolerance)


@pytest.mark.parametrize(("theirs", "ours"), PAIRS)
def test_each_of_their_parameters_is_ours_with_the_same_default_and_place(theirs, ours):
    found, expected = inspect.signature(ours).parameters, inspect.signature(theirs).parameters
    for name, parameter in expected.items():
        assert found[name].default == parameter.default
        assert found[name].kind == parameter.kind
    positional = [name for name, each in expected.items() if each.kind is each.POSITIONAL_OR_KEYWORD]
    assert list(found)[: len(positional)] == positional


@EACH_PROBLEM
@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("early_stopping", [False, True])
def test_their_fitted_attributes_are_ours(problem, solver, early_stopping):
    theirs, ours = both(problem, solver=solver, early_stopping=early_stopping, max_iter=5)
    for name in vars(theirs):
        if name.endswith("_") and not (solver == "lbfgs" and name in ("loss_curve_", "best_loss_")):
            mine = getattr(ours, name)
            assert isinstance(getattr(theirs, name), type(mine)) or isinstance(mine, type(getattr(theirs, name))), name
    for name in ("n_layers_", "n_outputs_", "out_activation_", "n_iter_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name)
    assert [W.shape for W in ours.coefs_] == [W.shape for W in theirs.coefs_]


@EACH_PROBLEM
@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
def test_lbfgs_finds_their_weights(problem, activation):
    theirs, ours = both(problem, solver="lbfgs", hidden_layer_sizes=(6, 4), activation=activation, max_iter=8, alpha=0.1)
    assert_same_weights(theirs, ours, rtol=1e-6, atol=1e-8)
    assert (ours.n_iter_, ours.loss_) == (theirs.n_iter_, pytest.approx(theirs.loss_, rel=1e-9))
    np.testing.assert_allclose(ours.predict(problem[2]), theirs.predict(problem[2]), rtol=1e-6)


STEPS = {
    "adam": {"solver": "adam"},
    "sgd": {"solver": "sgd", "learning_rate_init": 0.1},
    "momentum": {"solver": "sgd", "learning_rate_init": 0.1, "nesterovs_momentum": False},
    "plain sgd": {"solver": "sgd", "learning_rate_init": 0.1, "momentum": 0},
    "invscaling": {"solver": "sgd", "learning_rate_init": 0.5, "learning_rate": "invscaling", "momentum": 0},
}


@EACH_PROBLEM
@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_steps_in_the_same_order_lead_to_the_same_weights(problem, steps):
    size = len(problem[3]) // 5
    theirs, ours = both(problem, **steps, hidden_layer_sizes=(7,), batch_size=size, shuffle=False, max_iter=20, alpha=0.5)
    assert_same_weights(theirs, ours, rtol=2e-3, atol=2e-4)
    np.testing.assert_allclose(ours.loss_curve_[-1], theirs.loss_curve_[-1], rtol=0.02)


@pytest.mark.parametrize("steps", STEPS.values(), ids=STEPS)
def test_several_numbers_are_learned_by_their_sum_and_reported_by_their_mean(steps):
    theirs, ours = both(SEVERAL, **steps | {"learning_rate_init": 0.01}, batch_size=40, shuffle=False, max_iter=20, alpha=0.5)
    assert_same_weights(theirs, ours, rtol=2e-3, atol=2e-4)
    np.testing.assert_allclose(ours.loss_curve_[-1], theirs.loss_curve_[-1], rtol=0.02)


def test_poisson_steps_lead_to_the_same_weights():
    rng = np.random.default_rng(0)
    x = rng.standard_normal((60, 3))
    counts = rng.poisson(np.exp(0.5 * x[:, 0] + 1))
    theirs, ours = both((MLPRegressor, PellucidRegressor, x, counts), loss="poisson", solver="lbfgs", max_iter=8)
    assert_same_weights(theirs, ours, rtol=1e-6, atol=1e-8)
    assert ours.loss_ == pytest.approx(theirs.loss_)
    assert ours.out_activation_ == theirs.out_activation_ == "exp"


@EACH_PROBLEM
def test_weights_of_examples_lead_to_the_same_weights(problem):
    theirs, ours, x, y = problem
    w = np.random.default_rng(0).uniform(0.5, 2, len(x))
    fitted = []
    for kind in (theirs, ours):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            model = kind((5,)) if kind in (MLPClassifier, PellucidClassifier) else kind(hidden_layer_sizes=(5,))
            fitted.append(model.set_params(solver="lbfgs", random_state=0, max_iter=8, alpha=1.0).fit(x, y, sample_weight=w))
    assert_same_weights(*fitted, rtol=1e-6, atol=1e-8)


@EACH_PROBLEM
def test_early_stopping_holds_back_the_same_examples(problem):
    settings = {"early_stopping": True, "max_iter": 3, "batch_size": 1000, "solver": "sgd", "learning_rate_init": 0.1}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)
        theirs, ours = both(problem, hidden_layer_sizes=(5,), **settings)
    np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_, rtol=1e-3, atol=1e-6)
    assert ours.best_validation_score_ == pytest.approx(theirs.best_validation_score_, rel=1e-3)
    assert_same_weights(theirs, ours, rtol=1e-3, atol=1e-5)
