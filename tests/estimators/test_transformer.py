"""The code of an autoencoder and the activations of a layer, as features."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline

from pellucid import PellucidClassifier, PellucidTransformer
from tests.estimators.problems import NAMES, NUMERALS, PICTURES, X, Y, assert_same_fit, fitted

SMALL = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.03, "max_iter": 20, "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_a_linear_code_spans_the_principal_components():
    model = fitted(PellucidTransformer(2, hidden_layer_sizes=(), solver="lbfgs", alpha=0.0, max_iter=500, tol=1e-8), X)
    code, components = model.transform(X), PCA(2).fit_transform(X)
    assert code.shape == (150, 2)
    rebuilt = np.c_[code, np.ones(150)] @ np.linalg.lstsq(np.c_[code, np.ones(150)], components, rcond=None)[0]
    np.testing.assert_allclose(rebuilt, components, atol=1e-3)


def test_the_code_lies_in_the_middle():
    model = fitted(PellucidTransformer(3, hidden_layer_sizes=(9, 7), activation=["relu", "tanh"], dropout=[0.1, 0], max_iter=2), X)
    assert [W.shape for W in model.coefs_] == [(4, 9), (9, 7), (7, 3), (3, 7), (7, 9), (9, 4)]
    hidden = np.tanh(np.maximum(X @ model.coefs_[0] + model.intercepts_[0], 0) @ model.coefs_[1] + model.intercepts_[1])
    np.testing.assert_allclose(model.transform(X), hidden @ model.coefs_[2] + model.intercepts_[2], rtol=1e-12)


def test_labels_are_not_needed_and_not_used():
    assert_same_fit(fitted(PellucidTransformer(2, **SMALL), X), fitted(PellucidTransformer(2, **SMALL), X, NAMES))


def test_pictures_have_codes():
    model = PellucidTransformer(5, **SMALL | {"max_iter": 3})
    assert model.fit_transform(PICTURES).shape == (300, 5)
    assert model.get_feature_names_out()[0] == "pellucidtransformer0"


def test_an_estimator_is_fitted_and_gives_its_last_hidden_layer():
    classifier = PellucidClassifier(**SMALL)
    model = fitted(PellucidTransformer(model=classifier), X, NAMES)
    assert not hasattr(classifier, "network_")
    alone = fitted(PellucidClassifier(**SMALL), X, NAMES)
    features = np.maximum(X @ alone.coefs_[0] + alone.intercepts_[0], 0)
    np.testing.assert_allclose(model.transform(X), features, rtol=1e-12)
    np.testing.assert_allclose(
        features @ alone.coefs_[1] + alone.intercepts_[1],
        PellucidTransformer(model=classifier, layer=-1).fit(X, NAMES).transform(X),
    )


@pytest.mark.slow
def test_a_trained_model_is_used_as_it_is(tmp_path):
    trained = fitted(PellucidClassifier(**SMALL), PICTURES, NUMERALS).to_model()
    before = trained.network.values.copy()
    trained.save(tmp_path / "model.safetensors")
    for model in (trained, tmp_path / "model.safetensors", str(tmp_path / "model.safetensors")):
        pipeline = make_pipeline(PellucidTransformer(model=model), LogisticRegression(max_iter=500)).fit(
            PICTURES[:80], NUMERALS[:80]
        )
        assert pipeline[0].transform(PICTURES).shape == (300, 8) and pipeline.score(PICTURES[:80], NUMERALS[:80]) > 0.9
    np.testing.assert_array_equal(trained.network.values, before)


def test_rows_of_another_width_do_not_fit_a_model():
    trained = fitted(PellucidClassifier(**SMALL), X, NAMES).to_model()
    with pytest.raises(ValueError, match=r"\(3,\), but the model is expecting \(4,\)"):
        PellucidTransformer(model=trained).fit(X[:, :3])


@pytest.mark.slow
def test_the_layer_can_be_searched_for():
    pipeline = make_pipeline(PellucidTransformer(model=PellucidClassifier(**SMALL)), LogisticRegression())
    found = GridSearchCV(pipeline, {"pellucidtransformer__layer": [1, -1]}, cv=3).fit(X, Y)
    assert found.best_score_ > 0.85


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({"n_components": 0}, "'n_components' parameter"),
        ({"model": 7}, "'model' parameter"),
        ({"layer": 9}, "the network has 5 layers, 0 to 4"),
    ],
)
def test_bad_parameters_are_value_errors(parameters, message):
    with pytest.raises(ValueError, match=message):
        PellucidTransformer(**SMALL | parameters).fit(X)


def test_early_stopping_looks_at_the_error_of_the_outputs():
    model = fitted(PellucidTransformer(2, **SMALL, early_stopping=True), X)
    assert len(model.validation_scores_) == model.n_iter_ and max(model.validation_scores_) < 0
