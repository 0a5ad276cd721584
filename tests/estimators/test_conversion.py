"""From and to the model file, and from scikit-learn's perceptrons: the same predictions."""

import numpy as np
import pytest
from sklearn.datasets import make_multilabel_classification
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import MLPClassifier, MLPRegressor

import pellucid
from pellucid import PellucidClassifier, PellucidRegressor
from pellucid.nn import Conv2D, Flatten
from tests.estimators.problems import NAMES, NUMERALS, PICTURES, X, Y, assert_same_fit, fitted

SMALL = {"hidden_layer_sizes": (8, 5), "learning_rate_init": 0.03, "max_iter": 20, "random_state": 0}
CASES = {
    "names": (SMALL, X, NAMES),
    "numbers": (SMALL, X, Y * 2.0),
    "two classes": (SMALL | {"activation": ["tanh", "gelu"]}, X[:100], Y[:100]),
    "lbfgs": (SMALL | {"solver": "lbfgs"}, X, NAMES.astype(object)),
    "dropout and norm": (SMALL | {"dropout": 0.1, "batch_normalization": True}, X, NAMES),
    "pictures": (SMALL | {"network": [Conv2D(3, activation="relu"), Flatten()], "max_iter": 2}, PICTURES, NUMERALS),
}
EACH_CASE = pytest.mark.parametrize(("parameters", "x", "y"), CASES.values(), ids=CASES)


@EACH_CASE
def test_through_the_model_file_and_back(parameters, x, y, tmp_path):
    estimator = fitted(PellucidClassifier(**parameters), x, y)
    model = estimator.to_model()
    np.testing.assert_allclose(model.predict_proba(x), estimator.predict_proba(x), atol=1e-6)
    assert model.predict(x).tolist() == [str(label) for label in estimator.predict(x).tolist()]
    model.save(tmp_path / "model.safetensors")
    back = PellucidClassifier.from_model(tmp_path / "model.safetensors")
    np.testing.assert_array_equal(back.predict_proba(x), estimator.predict_proba(x))
    assert back.classes_.dtype == estimator.classes_.dtype and back.classes_.tolist() == estimator.classes_.tolist()
    back.partial_fit(x, y) if parameters.get("solver") != "lbfgs" else fitted(back, x, y)


def test_parameters_come_back_so_that_a_fit_repeats():
    estimator = fitted(PellucidClassifier(**SMALL), X, NAMES)
    back = PellucidClassifier.from_model(estimator.to_model())
    assert back.hidden_layer_sizes == (8, 5)
    back.set_params(**{key: value for key, value in SMALL.items() if key != "hidden_layer_sizes"})
    assert_same_fit(fitted(back, X, NAMES), estimator)


def test_a_model_has_parameters_of_its_own():
    estimator = fitted(PellucidClassifier(**SMALL), X, NAMES)
    model, before = estimator.to_model(), estimator.predict_proba(X)
    model.network.values[...] = 0
    np.testing.assert_array_equal(estimator.predict_proba(X), before)


@pytest.mark.slow
def test_a_trained_run_becomes_an_estimator(tmp_path):
    run = pellucid.train("digits", out=tmp_path / "run", epochs=2)
    estimator, model = PellucidClassifier.from_model(run.model), pellucid.load(run.model)
    x = PICTURES[..., None] / np.float32(15)  # as the digits are, from 0 to 16
    np.testing.assert_allclose(estimator.predict_proba(x), model.predict_proba(x), atol=1e-6)
    given = [(own, answer) for own, answer in zip(estimator.predict(x), model.predict(x), strict=True) if answer is not None]
    assert len(given) > len(x) / 2  # the model refuses some, the estimator answers all
    assert all(own == answer for own, answer in given)


def test_a_temperature_goes_into_the_last_layer():
    import dataclasses

    model = dataclasses.replace(fitted(PellucidClassifier(**SMALL), X, NAMES).to_model(), temperature=2.5)
    np.testing.assert_allclose(PellucidClassifier.from_model(model).predict_proba(X), model.predict_proba(X), atol=1e-6)


def test_what_a_model_file_cannot_say_is_refused():
    labels = (X > 0).astype(int)
    with pytest.raises(ValueError, match="several labels"):
        fitted(PellucidClassifier(**SMALL), X, labels).to_model()
    with pytest.raises(NotFittedError):
        PellucidClassifier().to_model()
    with pytest.raises(ValueError, match=r"a regressor has none; keep it with joblib.dump"):
        fitted(PellucidRegressor(max_iter=1), X, X[:, 0]).to_model()


PERCEPTRONS = {
    "classes": (MLPClassifier(max_iter=30), X, NAMES),
    "two classes": (MLPClassifier((7, 4), activation="tanh", max_iter=30), X[:100], NAMES[:100]),
    "several labels": (MLPClassifier(activation="logistic", max_iter=30), *make_multilabel_classification(60, 5, random_state=0)),
    "float32": (MLPClassifier(max_iter=30), X.astype(np.float32), NAMES),
    "early stopping": (MLPClassifier(max_iter=30, early_stopping=True), X, NAMES),
    "lbfgs": (MLPClassifier(solver="lbfgs", max_iter=30), X, NAMES),
    "a number": (MLPRegressor(activation="identity", max_iter=30), X, 1000.0 * X[:, 0]),
    "numbers": (MLPRegressor(max_iter=30), X, X[:, :2]),
    "counts": (MLPRegressor(loss="poisson", max_iter=30), X, Y),
}


@pytest.mark.parametrize(("perceptron", "x", "y"), PERCEPTRONS.values(), ids=PERCEPTRONS)
def test_a_fitted_perceptron_can_be_read_in(perceptron, x, y):
    mlp = fitted(perceptron.set_params(random_state=0), x, y)
    ours = (PellucidClassifier if isinstance(mlp, MLPClassifier) else PellucidRegressor).from_sklearn(mlp)
    if isinstance(mlp, MLPRegressor):
        np.testing.assert_allclose(ours.predict(x), mlp.predict(x), rtol=1e-6)
    else:
        np.testing.assert_array_equal(ours.predict(x), mlp.predict(x))
        np.testing.assert_allclose(ours.predict_proba(x), mlp.predict_proba(x), atol=1e-6)
    for name in ("n_iter_", "loss_", "t_", "n_layers_", "n_outputs_", "out_activation_", "n_features_in_"):
        assert getattr(ours, name) == getattr(mlp, name), name
    assert {name: ours.get_params()[name] for name in mlp.get_params()} == mlp.get_params()
    if mlp.solver != "lbfgs" and not mlp.early_stopping:
        before = ours.loss_curve_[-1]
        assert ours.partial_fit(x, y).loss_ < 1.5 * before  # goes on from there


def test_an_unfitted_perceptron_is_refused():
    with pytest.raises(NotFittedError):
        PellucidClassifier.from_sklearn(MLPClassifier())
