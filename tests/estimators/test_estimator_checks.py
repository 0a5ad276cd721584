"""What scikit-learn checks of every estimator, on each of ours.

Two checks compare the results of weights and of repeated rows to 1e-7, which is less than float32 can hold. They run with
solver="lbfgs", which computes in float64; scikit-learn's own suite runs them with settings of their own for its MLPs too.
"""

import functools

import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.utils.estimator_checks import estimator_checks_generator

from pellucid import PellucidClassifier, PellucidRegressor, PellucidTransformer

pytestmark = pytest.mark.slow

ESTIMATORS = [
    PellucidClassifier((30,), max_iter=60, learning_rate_init=0.005),
    PellucidRegressor(hidden_layer_sizes=(30,), max_iter=60, learning_rate_init=0.005),
    PellucidTransformer(2, hidden_layer_sizes=(10,), max_iter=5),
]
IN_FLOAT64 = ("check_sample_weight_equivalence_on_dense_data", "check_sample_weight_equivalence_on_sparse_data")


def checks(estimator):
    """(estimator, check) for each check that scikit-learn has for it."""
    for found, check in estimator_checks_generator(estimator):
        name = check.func.__name__ if isinstance(check, functools.partial) else check.__name__
        yield pytest.param(found, check, name, id=f"{type(estimator).__name__}-{name}")


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@pytest.mark.parametrize(("estimator", "check", "name"), [each for estimator in ESTIMATORS for each in checks(estimator)])
def test_check(estimator, check, name, recwarn):
    if name in IN_FLOAT64:
        estimator = clone(estimator).set_params(solver="lbfgs", max_iter=20)
    check(estimator)
    unexpected = [each for each in recwarn if not issubclass(each.category, ConvergenceWarning)]
    assert not unexpected
