"""What the parameters do that scikit-learn's perceptrons lack, and how fits continue."""

import io
import sys

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.metrics import log_loss
from sklearn.utils import compute_sample_weight

from pellucid import PellucidClassifier, PellucidRegressor
from pellucid.nn import BatchNorm, Conv2D, Dense, Dropout, Flatten, Network, whiten
from pellucid.recipes import Recipe
from tests.estimators.problems import NAMES, NUMERALS, PICTURES, X, Y, assert_same_fit, fitted

SMALL = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.02, "max_iter": 10, "random_state": 0, "batch_size": 40}


def classifier(**parameters):
    return PellucidClassifier(**SMALL | parameters)


def test_the_same_random_state_gives_the_same_bits():
    a, b = (fitted(classifier(dropout=0.3), X, Y) for _ in range(2))
    assert_same_fit(a, b)
    assert not np.array_equal(a.coefs_[0], fitted(classifier(random_state=1), X, Y).coefs_[0])
    shared = np.random.RandomState(0)
    first, second = (fitted(classifier(random_state=shared, network=[Dense(5)]), X, Y) for _ in range(2))
    assert not np.array_equal(first.coefs_[0], second.coefs_[0])


def test_layers_of_hidden_layers():
    model = fitted(classifier(hidden_layer_sizes=(6, 5), activation=["gelu", "logistic"], dropout=[0.2, 0], batch_size=50), X, Y)
    kinds = [(type(layer).__name__, getattr(layer, "activation", "")) for layer in model.network_.layers]
    assert kinds == [("Flatten", ""), ("Dense", "gelu"), ("Dropout", ""), ("Dense", "sigmoid"), ("Dense", "linear")]
    assert [W.shape for W in model.coefs_] == [(4, 6), (6, 5), (5, 3)]


def test_batch_normalization():
    model = fitted(classifier(batch_normalization=True, max_iter=60), X, Y)
    assert any(isinstance(layer, BatchNorm) for layer in model.network_.layers)
    assert [b.shape for b in model.intercepts_] == [(8,), (3,)] and not model.intercepts_[0].any()
    assert model.score(X, Y) > 0.9
    np.testing.assert_allclose(model.predict_proba(X[:1]), model.predict_proba(X)[:1])  # running statistics, not the batch's


def test_class_weights_are_weights_of_examples():
    few = np.concatenate([np.arange(50), np.arange(50, 60), np.arange(100, 150)])
    x, names = X[few], NAMES[few]
    for rule in ("balanced", {"setosa": 2.0, "versicolor": 7.0, "virginica": 1.0}):
        by_rule = fitted(classifier(class_weight=rule), x, names)
        by_weight = fitted(classifier(), x, names, sample_weight=compute_sample_weight(rule, names))
        assert_same_fit(by_rule, by_weight)
        assert not np.array_equal(by_rule.coefs_[0], fitted(classifier(), x, names).coefs_[0])
    both = fitted(classifier(class_weight="balanced"), x, names, sample_weight=np.linspace(1, 2, len(x)))
    product = compute_sample_weight("balanced", names) * np.linspace(1, 2, len(x))
    assert_same_fit(both, fitted(classifier(), x, names, sample_weight=product))


def test_examples_without_weight_teach_nothing():
    w = np.ones(150)
    w[::2] = 0
    wrong = np.where(w == 0, (Y + 1) % 3, Y)
    model = fitted(classifier(solver="lbfgs", max_iter=100), X, wrong, sample_weight=w)
    assert model.score(X, Y) > 0.9


def test_validation_data_is_scored_and_not_learned():
    held_back = X[::3], Y[::3]
    model = fitted(classifier(), X, Y, validation_data=held_back)
    assert_same_fit(model, fitted(classifier(), X, Y))
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == 10
    assert model.validation_scores_[-1] == pytest.approx(model.score(*held_back))
    assert model.best_validation_score_ is None and model.best_loss_ == min(model.loss_curve_)
    weighted = fitted(classifier(), X, Y, validation_data=(*held_back, np.arange(50.0)))
    assert weighted.validation_scores_[-1] == pytest.approx(model.score(*held_back, sample_weight=np.arange(50.0)))


def test_lbfgs_scores_validation_data_after_each_iteration():
    held_back = X[::3], Y[::3]
    model = fitted(classifier(solver="lbfgs"), X, Y, validation_data=held_back)
    np.testing.assert_array_equal(model.network_.theta, fitted(classifier(solver="lbfgs"), X, Y).network_.theta)
    assert len(model.validation_scores_) == len(model.validation_loss_curve_) == model.n_iter_
    assert model.validation_scores_[-1] == model.score(*held_back)
    assert model.validation_loss_curve_[-1] == pytest.approx(log_loss(held_back[1], model.predict_proba(held_back[0])))


def test_early_stopping_by_validation_data_keeps_the_best_weights():
    noise = np.random.default_rng(0).permutation(Y[:30])
    model = fitted(classifier(early_stopping=True, max_iter=200, n_iter_no_change=3), X, Y, validation_data=(X[:30], noise))
    assert model.n_iter_ < 200 and model.loss_curve_[-1] < model.loss_curve_[0]
    assert model.best_validation_score_ == max(model.validation_scores_) == model.score(X[:30], noise)


@pytest.mark.parametrize("data", [(X[:9, :3], Y[:9]), (X[:9], ["a"] * 9), (X[:9], Y[:8])])
def test_validation_data_must_fit(data):
    with pytest.raises(ValueError):
        classifier().fit(X, Y, validation_data=data)


@pytest.mark.parametrize("network", ["simple_cnn", "recipe", "layers"])
def test_networks_of_ones_own(network):
    given = {
        "simple_cnn": "simple_cnn",
        "recipe": Recipe().override({"network.preset": "resnet", "network.width": 4}),
        "layers": [Conv2D(4, activation="relu"), Flatten(), Dropout(0.1)],
    }[network]
    model = fitted(PellucidClassifier(network=given, max_iter=2, random_state=0), PICTURES[:60], NUMERALS[:60])
    assert any(isinstance(layer, Conv2D) for layer in model.network_.layers)
    assert model.network_.out_shape == (10,) and model.predict_proba(PICTURES).shape == (300, 10)
    assert model.n_layers_ == len(model.coefs_) + 1
    again = fitted(clone(model), PICTURES[:60], NUMERALS[:60])
    assert_same_fit(model, again)


@pytest.mark.slow
def test_whitening_comes_from_the_pictures():
    model = fitted(PellucidClassifier(network="airbench", max_iter=1, random_state=0), PICTURES[:40], NUMERALS[:40])
    other = fitted(PellucidClassifier(network="airbench", max_iter=1, random_state=0), PICTURES[40:80], NUMERALS[:40])
    assert not np.array_equal(model.coefs_[0], other.coefs_[0])


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_filters_whiten_all_pictures_and_not_the_first_batch(solver):
    chain = [Conv2D(4, 2, padding="valid", initialiser="whitening"), Flatten()]
    whitened = Network([*chain, Dense(10)], (8, 8, 1))
    whiten(whitened, (PICTURES[:60, ..., None] / 255).astype(np.float32))
    model = PellucidClassifier(network=chain, solver=solver, batch_size=20, max_iter=1, random_state=0)
    fitted(model, PICTURES[:60], NUMERALS[:60])
    np.testing.assert_allclose(model.coefs_[0], whitened.layers[0].W, rtol=1e-4)


@pytest.mark.parametrize("outputs", ["all", "two"])
def test_pictures_and_their_labels_may_be_mixed(outputs):
    some = slice(None) if outputs == "all" else np.isin(NUMERALS, np.unique(NUMERALS)[:2])
    mixed = fitted(classifier(augment={"mixup": 0.2, "cutmix": 1.0}), PICTURES[some], NUMERALS[some])
    assert np.isfinite(mixed.network_.theta).all() and set(mixed.predict(PICTURES[some])) <= set(NUMERALS[some])


def test_augmentation_changes_what_is_learned_and_nothing_else():
    plain, moved = (fitted(classifier(augment=augment), PICTURES, NUMERALS) for augment in (None, {"shift": 0.2}))
    assert not np.array_equal(plain.coefs_[0], moved.coefs_[0])
    assert_same_fit(moved, fitted(classifier(augment={"shift": 0.2}), PICTURES, NUMERALS))


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_callbacks_see_each_epoch_and_may_end_the_training(solver, recwarn):
    seen = []

    def third(estimator, epoch):
        seen.append((epoch.number, epoch.loss, estimator))
        return epoch.number == 2

    model = classifier(solver=solver, callbacks=[third, lambda estimator, epoch: None]).fit(X, Y)
    assert [number for number, _, _ in seen] == [0, 1, 2]
    assert seen[0][2] is model and model.n_iter_ == 3
    assert not recwarn.list  # ended on purpose


def test_progress_is_a_line_an_iteration_or_a_bar(capsys, monkeypatch):
    for solver in ("adam", "lbfgs"):
        fitted(classifier(verbose=True, solver=solver, max_iter=3), X, Y)
        lines = capsys.readouterr().out.splitlines()
        assert [line.partition(",")[0] for line in lines] == ["Iteration 1", "Iteration 2", "Iteration 3"]
        assert all(", loss = " in line for line in lines)
    screen = io.StringIO()
    screen.isatty = lambda: True
    monkeypatch.setattr(sys, "stdout", screen)
    fitted(classifier(verbose=True, max_iter=3), X, Y, validation_data=(X, Y))
    assert "3/3" in screen.getvalue() and "validation score" in screen.getvalue()


def test_not_to_converge_is_a_warning():
    with pytest.warns(ConvergenceWarning, match="Maximum iterations"):
        classifier().fit(X, Y)
    with pytest.warns(ConvergenceWarning, match="lbfgs failed to converge after 3"):
        classifier(solver="lbfgs", max_iter=3).fit(X, Y)


def test_partial_fits_take_the_steps_of_one_fit():
    settings = {"dropout": 0.2, "solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.3}
    whole, pieces = fitted(classifier(**settings), X, NAMES), classifier(**settings)
    for _ in range(10):
        pieces.partial_fit(X, NAMES, classes=np.unique(NAMES))
    assert_same_fit(whole, pieces)


def test_partial_fit_learns_of_classes_before_they_come():
    model = classifier().partial_fit(X[:50], NAMES[:50], classes=["setosa", "versicolor", "virginica"])
    model.partial_fit(X[50:], NAMES[50:])
    assert model.classes_.tolist() == ["setosa", "versicolor", "virginica"]
    for classes, message in ((None, "classes must be passed"), (["setosa"], "not in `classes`")):
        with pytest.raises(ValueError, match=message):
            classifier().partial_fit(X, NAMES, classes=classes)
    with pytest.raises(ValueError, match="balanced"):
        classifier(class_weight="balanced").partial_fit(X, NAMES, classes=np.unique(NAMES))


def test_warm_start_goes_on():
    model = classifier(warm_start=True)
    fitted(model, X, Y)
    first = model.loss_
    fitted(model, X, Y)
    assert model.loss_ < first and len(model.loss_curve_) == 20 and model.n_iter_ == 10
    cold = fitted(fitted(classifier(), X, Y), X, Y)
    assert_same_fit(cold, fitted(classifier(), X, Y))


@pytest.mark.parametrize("learning_rate", ["cosine", "one_cycle"])
@pytest.mark.parametrize("solver", ["adam", "sgd"])
def test_schedules_end_near_zero(learning_rate, solver):
    rates = []
    watch = lambda _, epoch: rates.append(epoch.learning_rate)  # noqa: E731
    model = classifier(learning_rate=learning_rate, solver=solver, learning_rate_init=0.01, callbacks=[watch], warm_start=True)
    fitted(fitted(model, X, Y), X, Y)
    assert rates[9] < 0.001 and rates[:10] == pytest.approx(rates[10:])


def test_regression_of_several_numbers():
    targets = np.stack([X[:, 0] ** 2, X[:, 1] - X[:, 2]], axis=1)
    model = fitted(PellucidRegressor(**SMALL | {"max_iter": 300, "learning_rate_init": 0.01}), X, targets)
    assert model.predict(X).shape == (150, 2) and model.score(X, targets) > 0.9
    with pytest.raises(ValueError, match="expecting 2"):
        model.set_params(warm_start=True).fit(X, targets[:, 0])


@pytest.mark.parametrize("loss", ["squared_error", "poisson"])
def test_callbacks_of_regressors_see_no_accuracy(loss):
    seen = []
    model = PellucidRegressor(loss, **SMALL | {"max_iter": 2, "callbacks": [lambda _, epoch: seen.append(epoch.accuracy)]})
    fitted(model, X, np.abs(X[:, 0]))
    assert seen == [None, None]


def test_what_diverges_under_early_stopping_keeps_its_best_weights():
    settings = SMALL | {"solver": "sgd", "learning_rate_init": 1.0, "activation": "identity", "early_stopping": True}
    with pytest.warns(ConvergenceWarning, match="diverged"):
        model = PellucidRegressor(**settings | {"max_iter": 100, "batch_size": 135}).fit(10 * X, Y)
    assert np.isfinite(model.coefs_[0]).all() and np.isnan(model.validation_scores_[-1])


def test_interrupted_training_keeps_what_was_learned(monkeypatch):
    from pellucid.optim import Adam

    step = Adam.step

    def interrupted(self, learning_rate):
        if self.steps == 9:
            raise KeyboardInterrupt
        step(self, learning_rate)

    monkeypatch.setattr(Adam, "step", interrupted)
    with pytest.warns(UserWarning, match="interrupted"):
        model = classifier().fit(X, Y)
    assert model.n_iter_ == 2 and model.predict(X).shape == (150,)
