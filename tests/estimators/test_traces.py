"""A fit leaves nothing behind: no file, no thread, no setting, no memory."""

import gc
import os
import threading
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import threadpoolctl
from sklearn.model_selection import cross_val_score

from pellucid import PellucidClassifier, PellucidRegressor, PellucidTransformer
from tests.estimators.problems import NUMERALS, PICTURES, X, Y, fitted

ROWS = PICTURES.reshape(len(PICTURES), -1) / 255
KINDS = [
    PellucidClassifier((8,), max_iter=3, random_state=0),
    PellucidClassifier((8,), max_iter=3, random_state=0, solver="lbfgs"),
    PellucidRegressor(hidden_layer_sizes=(8,), max_iter=3, random_state=0, early_stopping=True, n_jobs=1),
    PellucidTransformer(2, hidden_layer_sizes=(8,), max_iter=3, random_state=0),
]


def settings():
    """What belongs to the process: random numbers, error states, BLAS's threads, the environment, its threads."""
    random = np.random.mtrand._rand.get_state()
    return {
        "random": (random[1].tolist(), random[2]),
        "errors": np.geterr(),
        "blas": {each["filepath"]: each["num_threads"] for each in threadpoolctl.threadpool_info() if each["user_api"] == "blas"},
        "environment": dict(os.environ),
        "threads": threading.active_count(),
        "folder": Path.cwd(),
    }


@pytest.mark.parametrize("model", KINDS, ids=str)
def test_nothing_is_written_and_nothing_stays_set(model, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    fitted(model, X, Y)
    before = settings()
    fitted(model, X, Y)
    (model.transform if hasattr(model, "transform") else model.predict)(X)
    assert settings() == before
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("model", KINDS, ids=str)
def test_what_is_handed_over_is_not_written_to(model):
    x, y, w = X.copy(), Y.copy(), np.ones(150)
    for array in (x, y, w):
        array.flags.writeable = False
    fitted(model, x, y, sample_weight=w)


@pytest.mark.slow
def test_threads_of_the_kernels_are_given_back(monkeypatch):
    import numba

    monkeypatch.setenv("PELLUCID_KERNELS", "compiled")
    before, during = numba.get_num_threads(), []
    watch = lambda estimator, epoch: during.append(numba.get_num_threads())  # noqa: E731
    model = fitted(PellucidClassifier((8,), max_iter=2, n_jobs=1, callbacks=[watch]), ROWS, NUMERALS)
    assert set(during) == {1} and numba.get_num_threads() == before
    model.predict(ROWS)
    assert numba.get_num_threads() == before


@pytest.mark.slow
def test_compiled_kernels_learn_the_same(monkeypatch):
    models = []
    for kernels in ("reference", "compiled"):
        monkeypatch.setenv("PELLUCID_KERNELS", kernels)
        models.append(fitted(PellucidClassifier((8,), max_iter=5, random_state=0, dropout=0.1), ROWS, NUMERALS))
    np.testing.assert_allclose(models[1].loss_curve_, models[0].loss_curve_, rtol=1e-3)
    np.testing.assert_allclose(models[1].predict_proba(ROWS), models[0].predict_proba(ROWS), atol=1e-3)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_fits_leak_nothing():
    """No object stays, and less than 2 kB a fit: a network alone has 10, the caches of scikit-learn and threadpoolctl take 0.8.

    `benchmarks.estimators` counts 2,000 fits.
    """

    def some(count):
        for _ in range(count):
            cross_val_score(PellucidClassifier((4,), max_iter=2), X, Y, cv=10)
        gc.collect()
        return len(gc.get_objects())

    some(2)
    tracemalloc.start()
    objects = some(2)
    before, threads = tracemalloc.get_traced_memory()[0], len(os.listdir("/proc/self/task")) if os.path.exists("/proc") else 0
    assert some(10) <= objects + 10
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert after - before < 100 * 2000
    assert not threads or len(os.listdir("/proc/self/task")) == threads
