"""Ours among scikit-learn's: pipelines, searches, meta-estimators, routing, frames, copies."""

import warnings

import joblib
import numpy as np
import pandas
import pytest
import sklearn
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.compose import ColumnTransformer
from sklearn.ensemble import BaggingClassifier, VotingClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, HalvingGridSearchCV, KFold, cross_val_score, cross_validate, learning_curve
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

from pellucid import PellucidClassifier, PellucidRegressor, PellucidTransformer
from tests.estimators.problems import NAMES, X, Y, assert_same_fit, fitted

SMALL = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.03, "max_iter": 25, "random_state": 0}
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def small(**parameters):
    return PellucidClassifier(**SMALL | parameters)


def test_pipelines_and_column_transformers():
    frame = pandas.DataFrame(X, columns=list("abcd")).assign(kind=np.where(X[:, 0] > 0, "large", "small"))
    columns = ColumnTransformer([("numbers", StandardScaler(), list("abcd")), ("words", OneHotEncoder(), ["kind"])])
    model = make_pipeline(columns, small()).fit(frame, NAMES)
    assert model.score(frame, NAMES) > 0.9
    assert model[-1].n_features_in_ == 6


def test_validation_data_and_weights_go_through_a_pipeline():
    model = make_pipeline(StandardScaler(), small())
    held_back = X[::3], Y[::3]
    model.fit(X, Y, pellucidclassifier__validation_data=held_back, pellucidclassifier__sample_weight=np.ones(150))
    assert len(model[-1].validation_scores_) == 25


@pytest.mark.parametrize("search", [GridSearchCV, HalvingGridSearchCV])
def test_searches(search):
    grid = {"hidden_layer_sizes": [(2,), (12,)], "alpha": [1e-4, 100.0]}
    named = {"resource": "max_iter", "max_resources": 30, "min_resources": 10} if search is HalvingGridSearchCV else {}
    found = search(small(), grid, cv=3, **named).fit(X, NAMES)
    assert found.best_params_["alpha"] == 1e-4
    assert found.best_estimator_.score(X, NAMES) > 0.8


@pytest.mark.slow
def test_a_search_in_other_processes_finds_the_same():
    grid = {"hidden_layer_sizes": [(2,), (12,)]}
    alone, shared = (GridSearchCV(small(), grid, cv=3, n_jobs=jobs).fit(X, NAMES) for jobs in (1, 2))
    np.testing.assert_array_equal(alone.cv_results_["mean_test_score"], shared.cv_results_["mean_test_score"])


def test_scores_and_curves():
    scores = cross_val_score(small(), X, NAMES, cv=3)
    assert scores.shape == (3,) and scores.min() > 0.8
    assert (
        cross_validate(
            PellucidRegressor(**SMALL),
            X[::-1],
            X[::-1, 0],
            cv=KFold(3, shuffle=True, random_state=0),
            scoring=["r2", "neg_mean_absolute_error"],
        )["test_r2"].min()
        > 0.3
    )
    sizes, train, test = learning_curve(small(), X, NAMES, cv=3, train_sizes=[40, 90], shuffle=True, random_state=0)
    assert sizes.tolist() == [40, 90] and train.shape == test.shape == (2, 3)


def test_meta_estimators():
    for model in (
        CalibratedClassifierCV(small(), cv=3),
        VotingClassifier([("a", small()), ("b", LogisticRegression())], voting="soft"),
        BaggingClassifier(small(), n_estimators=3, random_state=0),
        OneVsRestClassifier(small()),
    ):
        assert model.fit(X, NAMES).score(X, NAMES) > 0.85


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def test_metadata_is_routed_where_it_is_asked_for(routing):
    w = np.ones(150)
    w[:50] = 0
    asking = small().set_fit_request(sample_weight=True).set_score_request(sample_weight=False)
    found = GridSearchCV(asking, {"alpha": [1e-4]}, cv=3).fit(X, NAMES, sample_weight=w)
    assert_same_fit(found.best_estimator_, fitted(small(), X, NAMES, sample_weight=w))
    with pytest.raises(sklearn.exceptions.UnsetMetadataPassedError):
        GridSearchCV(small(), {"alpha": [1e-4]}, cv=3).fit(X, NAMES, sample_weight=w)


def test_features_come_as_frames_with_names():
    model = PellucidTransformer(3, hidden_layer_sizes=(8,), max_iter=3).set_output(transform="pandas")
    frame = model.fit_transform(pandas.DataFrame(X, columns=list("abcd"), index=range(7, 157)))
    assert list(frame.columns) == ["pellucidtransformer0", "pellucidtransformer1", "pellucidtransformer2"]
    assert frame.index[0] == 7


@pytest.mark.parametrize("solver", ["adam", "sgd"])
@pytest.mark.parametrize("learning_rate", ["constant", "adaptive", "one_cycle"])
def test_a_pickled_estimator_predicts_and_goes_on_in_the_same_bits(solver, learning_rate, tmp_path):
    model = fitted(small(solver=solver, learning_rate=learning_rate), X, NAMES)
    joblib.dump(model, tmp_path / "model")
    twin = joblib.load(tmp_path / "model")
    np.testing.assert_array_equal(twin.predict_proba(X), model.predict_proba(X))
    for each in (model, twin):
        each.partial_fit(X, NAMES)
    assert_same_fit(model, twin)


def test_a_clone_is_unfitted_and_has_the_parameters():
    model = fitted(small(class_weight={"setosa": 2.0}), X, NAMES)
    twin = clone(model)
    assert twin.get_params() == model.get_params()
    assert not hasattr(twin, "network_") and not hasattr(twin, "coefs_")


def test_it_shows_itself():
    model = small(dropout=0.2)
    assert repr(model) == (
        "PellucidClassifier(dropout=0.2, hidden_layer_sizes=(8,),\n"
        "                   learning_rate_init=0.03, max_iter=25, random_state=0)"
    )
    assert "PellucidClassifier" in model._repr_html_() and "dropout" in fitted(model, X, Y)._repr_html_()


def test_partial_fit_is_there_where_it_makes_sense():
    assert hasattr(PellucidClassifier(), "partial_fit") and not hasattr(PellucidClassifier(solver="lbfgs"), "partial_fit")


def test_convergence_warnings_are_scikit_learns():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        cross_val_score(small(), X, NAMES, cv=3)
    assert [each.category for each in caught] == [ConvergenceWarning] * 3
