"""Small problems that the estimators' tests share."""

import warnings

import numpy as np
from sklearn.datasets import load_digits, load_iris
from sklearn.exceptions import ConvergenceWarning

X, Y = load_iris(return_X_y=True)
X = (X - X.mean(axis=0)) / X.std(axis=0)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
DIGITS = load_digits()
PICTURES, NUMERALS = (15 * DIGITS.images[:300]).astype(np.uint8), DIGITS.target[:300]


def fitted(estimator, *arguments, **named):
    """The estimator, fitted without a word about convergence."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        return estimator.fit(*arguments, **named)


def assert_same_fit(a, b):
    """The same bits in all weights and in all losses."""
    np.testing.assert_array_equal(a.network_.values, b.network_.values)
    assert a.loss_curve_ == b.loss_curve_
