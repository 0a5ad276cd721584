"""What may be handed over, and what is refused, by which error."""

import numpy as np
import pandas
import pytest
import scipy.sparse
from sklearn.exceptions import DataConversionWarning, NotFittedError

from pellucid import PellucidClassifier, PellucidRegressor
from tests.estimators.problems import NAMES, NUMERALS, PICTURES, X, Y, assert_same_fit, fitted

SMALL = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.02, "max_iter": 15, "random_state": 0, "batch_size": 40}


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("form", [scipy.sparse.csr_matrix, scipy.sparse.csr_array, scipy.sparse.csc_matrix, scipy.sparse.csc_array])
def test_sparse_tables_give_the_bits_of_dense_ones(form, solver):
    thin = np.where(np.abs(X) > 0.7, X, 0)
    dense, sparse = (fitted(PellucidClassifier(**SMALL, solver=solver), x, Y) for x in (thin, form(thin)))
    np.testing.assert_array_equal(sparse.network_.values, dense.network_.values)
    np.testing.assert_array_equal(sparse.predict_proba(form(thin)), dense.predict_proba(thin))


def test_frames_have_names_that_must_return():
    frame = pandas.DataFrame(X, columns=["a", "b", "c", "d"])
    model = fitted(PellucidClassifier(**SMALL), frame, pandas.Series(NAMES))
    assert model.feature_names_in_.tolist() == ["a", "b", "c", "d"]
    assert set(model.predict(frame)) <= set(NAMES)
    with pytest.raises(ValueError, match="feature names"):
        model.predict(frame.rename(columns={"a": "z"}))
    assert_same_fit(model, fitted(PellucidClassifier(**SMALL), X, NAMES))


@pytest.mark.parametrize(
    "labels",
    [NAMES, NAMES.astype(object), Y * 2.0, Y - 7, pandas.Series(NAMES).to_numpy(), Y.astype(np.uint8), Y.astype(str)],
    ids=lambda labels: str(np.asarray(labels).dtype),
)
def test_labels_of_any_type_come_back(labels):
    model = fitted(PellucidClassifier(**SMALL), X, labels)
    answers = model.predict(X)
    assert answers.dtype == model.classes_.dtype and set(answers) == set(labels)
    assert model.score(X, labels) > 0.8
    assert_same_fit(model, fitted(PellucidClassifier(**SMALL), X, Y))


def test_truth_values_are_labels():
    model = fitted(PellucidClassifier(**SMALL), X, Y == 1)
    assert model.predict(X).dtype == bool and model.predict_proba(X).shape == (150, 2)


def test_several_labels_each():
    labels = np.stack([X[:, 0] > 0, X[:, 1] > 0, X[:, 2] > 0], axis=1).astype(int)
    settings = SMALL | {"max_iter": 80, "learning_rate_init": 0.02}
    model = fitted(PellucidClassifier(**settings), X, labels)
    assert model.score(X, labels) > 0.9
    assert model.predict(X).shape == model.predict_proba(X).shape == (150, 3)
    sparse = fitted(PellucidClassifier(**settings), X, scipy.sparse.csr_matrix(labels))
    assert_same_fit(model, sparse)


@pytest.mark.parametrize("axes", ["HW", "HWC"])
def test_pictures(axes):
    x = PICTURES if axes == "HW" else PICTURES[..., None]
    model = fitted(PellucidClassifier(**SMALL), x, NUMERALS)
    assert model.network_.in_shape == (8, 8, 1) and model.n_features_in_ == 64
    assert model.score(PICTURES, NUMERALS) == model.score(PICTURES[..., None], NUMERALS) > 0.5
    with pytest.raises(ValueError, match="expecting"):
        model.predict(x[:, :7])
    with pytest.raises(ValueError, match="expecting"):
        model.predict(x.reshape(len(x), -1))


def test_bytes_are_divided_by_255():
    raw = fitted(PellucidClassifier(**SMALL), PICTURES, NUMERALS)
    scaled = fitted(PellucidClassifier(**SMALL), (PICTURES / 255).astype(np.float32), NUMERALS)
    np.testing.assert_allclose(raw.loss_curve_, scaled.loss_curve_, rtol=1e-4)
    np.testing.assert_allclose(raw.predict_proba(PICTURES), scaled.predict_proba(PICTURES / 255), atol=1e-4)


def test_float64_does_not_depend_on_the_batch_and_float32_stays_float32():
    model = fitted(PellucidRegressor(**SMALL), X, X[:, 0] * X[:, 1])
    whole = model.predict(X)
    np.testing.assert_allclose([model.predict(row[None])[0] for row in X], whole, rtol=1e-13, atol=1e-15)
    assert whole.dtype == np.float64
    assert model.predict(X.astype(np.float32)).dtype == np.float32


def test_a_column_of_targets_is_taken_with_a_warning():
    for estimator in (PellucidClassifier(**SMALL), PellucidRegressor(**SMALL)):
        with pytest.warns(DataConversionWarning, match="column-vector"):
            column = fitted(estimator, X, Y[:, None])
        assert column.predict(X).shape == (150,)


def broken(value):
    x = X.copy()
    x[3, 1] = value
    return x


BAD = {
    "NaN": (broken(np.nan), Y, "NaN"),
    "infinity": (broken(np.inf), Y, "infinity"),
    "text": ([*X.astype(str).tolist()[:-1], list("abcd")], Y, "could not convert string to float"),
    "one class": (X, np.zeros(150), "one class"),
    "fewer labels": (X, Y[:-1], "inconsistent numbers of samples"),
    "one row": (X[0], Y[:4], "1D array"),
    "no rows": (X[:0], Y[:0], r"0 sample\(s\)"),
    "no columns": (X[:, :0], Y, r"0 feature\(s\)"),
    "five axes": (X[:, :, None, None, None], Y, "dim 5"),
    "complex": (X.astype(complex), Y, "Complex data not supported"),
    "NaN in y": (X, np.where(Y == 1, np.nan, Y), "NaN"),
    "numbers in y": (X, X[:, 0], "continuous"),
    "several labels that are not 0 and 1": (X, np.stack([Y, Y], axis=1), "Multioutput"),
    "NaN in a picture": (np.where(np.arange(64).reshape(8, 8) == 5, np.nan, PICTURES), NUMERALS, "NaN"),
    "text in pictures": (np.full((6, 2, 2), "a"), [0, 1, 0, 1, 0, 1], "convert"),
    "complex pictures": (PICTURES + 1j, NUMERALS, "Complex data not supported"),
}


@pytest.mark.parametrize(("x", "y", "message"), BAD.values(), ids=BAD)
def test_bad_input_is_a_value_error(x, y, message):
    with pytest.raises(ValueError, match=message):
        PellucidClassifier(**SMALL).fit(x, y)


def test_bad_input_to_a_fitted_estimator_is_a_value_error():
    model = fitted(PellucidClassifier(**SMALL), X, Y)
    for x, message in ((broken(np.nan), "NaN"), (X[:, :3], "3 features"), (PICTURES, "expecting"), (X[:0], "sample")):
        with pytest.raises(ValueError, match=message):
            model.predict(x)
    with pytest.raises(NotFittedError):
        PellucidClassifier().predict(X)


def test_five_axes_are_explained():
    with pytest.raises(ValueError, match=r"Found array with dim 5; expected rows \(N, K\), or pictures \(N, H, W\)"):
        PellucidClassifier(**SMALL).fit(np.zeros((4, 2, 2, 1, 1)), [0, 1, 0, 1])


def test_counts_are_not_negative():
    with pytest.raises(ValueError, match="negative"):
        PellucidRegressor("poisson").fit(X, X[:, 0])


PARAMETERS = [
    ({"hidden_layer_sizes": (3, 0)}, "must be > 0"),
    ({"activation": "step"}, "'activation' parameter"),
    ({"activation": ["relu", "step"], "hidden_layer_sizes": (3, 4)}, "unknown activation 'step'"),
    ({"activation": ["relu"], "hidden_layer_sizes": (3, 4)}, "1 values for 2 hidden layers"),
    ({"dropout": 1.0}, "'dropout' parameter"),
    ({"dropout": [0.1, 0.2]}, "2 values for 1 hidden layers"),
    ({"solver": "newton"}, "'solver' parameter"),
    ({"alpha": -1}, "'alpha' parameter"),
    ({"learning_rate": "exponential"}, "'learning_rate' parameter"),
    ({"class_weight": "fair"}, "'class_weight' parameter"),
    ({"solver": "lbfgs", "dropout": 0.1}, "the same loss"),
    ({"network": "vgg"}, "no preset"),
    ({"network": [3]}, "layers before the output"),
    ({"network": "mlp"}, "is no preset; .* without network, hidden_layer_sizes makes dense layers"),
    ({"network": "lenet"}, "needs pictures .*, got rows of 4 features; leave network out and give hidden_layer_sizes"),
    ({"augment": {"shift": 0.1}}, "augment changes pictures"),
    ({"n_jobs": "all"}, "'n_jobs' parameter"),
]


@pytest.mark.parametrize(("parameters", "message"), PARAMETERS, ids=[str(each[0]) for each in PARAMETERS])
def test_bad_parameters_are_value_errors(parameters, message):
    with pytest.raises(ValueError, match=message):
        PellucidClassifier(**parameters).fit(X, Y)


def test_bad_augmentation_is_a_value_error():
    for augment, message in (({"shift": 2}, "share"), ({"twist": 1}, "twist"), ({"crop": 8}, "out of sight")):
        with pytest.raises(ValueError, match=message):
            PellucidClassifier(augment=augment).fit(PICTURES, NUMERALS)


def test_numbers_too_large_for_float32_are_an_error():
    with pytest.raises(ValueError, match="non-finite"):
        PellucidRegressor().fit(1e300 * X, Y)
