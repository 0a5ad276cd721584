"""The regressor."""

from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np
from sklearn.base import RegressorMixin
from sklearn.metrics import r2_score
from sklearn.utils import column_or_1d
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if

from pellucid.estimators import conversion
from pellucid.estimators.base import Perceptron
from pellucid.estimators.losses import Scaled
from pellucid.nn import Loss, MeanSquaredError, Poisson


@dataclass(eq=False, repr=False)
class PellucidRegressor(RegressorMixin, Perceptron):
    """A neural network that predicts numbers, for scikit-learn: MLPRegressor's parameters and attributes, and more.

    X as for PellucidClassifier; y (n,) or (n, outputs). loss: "squared_error", 1/2 sum_k (prediction_k - y_k)^2, or
    "poisson", for counts y >= 0: the prediction is then e^output, and the loss half the Poisson deviance.

        PellucidRegressor("poisson", hidden_layer_sizes=(32,)).fit(X, counts).predict(X)

    The other parameters are explained where they are declared (`pellucid/estimators/parameters.py`) and in
    docs/sklearn.md; those of MLPRegressor mean what they mean there. Errors: ValueError, TypeError, as in scikit-learn.
    """

    loss: str = "squared_error"
    hidden_layer_sizes: int | tuple[int, ...] = (100,)
    activation: str | tuple[str, ...] = "relu"
    _: KW_ONLY

    _parameter_constraints: ClassVar[dict] = {
        **Perceptron._parameter_constraints,
        "loss": [StrOptions({"squared_error", "poisson"})],
    }

    def fit(self, X, y, sample_weight=None, validation_data=None):
        """Train on X and y. validation_data: (X, y) or (X, y, sample_weight), scored after each epoch."""
        return self._fit(X, y, sample_weight, validation_data)

    @available_if(Perceptron._learns_by_steps)
    def partial_fit(self, X, y, sample_weight=None):
        """Train for one epoch on X and y, on top of what was learned."""
        return self._fit(X, y, sample_weight, None, incremental=True)

    def predict(self, X):
        """(n,) or (n, outputs), in the type that X was evaluated in."""
        return self._predictions(self._outputs(X), self.n_outputs_)

    def to_model(self):
        """Refused: a model file names classes (docs/decisions/0015-estimators.md). `joblib.dump` keeps a regressor."""
        raise ValueError("a model file names the class of a picture, and a regressor has none; keep it with joblib.dump")

    @classmethod
    def from_sklearn(cls, mlp) -> "PellucidRegressor":
        """A fitted estimator of a fitted MLPRegressor: the same parameters, the same predictions."""
        return conversion.from_sklearn(cls, mlp)

    @property
    def out_activation_(self) -> str:
        return "exp" if self.loss == "poisson" else "identity"

    def _predictions(self, z: np.ndarray, count: int) -> np.ndarray:
        y = np.exp(z) if self.loss == "poisson" else z
        return y[:, 0] if count == 1 else y

    def _of_y(self):
        return {"y_numeric": True}

    def _targets(self, y, reset):
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        t = np.asarray(y, np.float64).reshape(len(y), -1)
        if self.loss == "poisson" and (t < 0).any():
            raise ValueError(f"loss='poisson' is for counts: y must not be negative, got {t.min():g}")
        if reset:
            self.n_outputs_ = t.shape[1]
        elif t.shape[1] != self.n_outputs_:
            raise ValueError(f"y has {t.shape[1]} outputs, but {type(self).__name__} is expecting {self.n_outputs_}")
        return t

    def _loss(self) -> Loss:
        if self.loss == "poisson":
            return Scaled(Poisson(), self.n_outputs_)
        return Scaled(MeanSquaredError(), self.n_outputs_ / 2)

    def _reported(self, loss):
        return loss / self.n_outputs_ if self.loss == "squared_error" else loss  # the mean over the outputs, as in scikit-learn

    def _score_outputs(self, z, t, w):
        y = self._predictions(z, self.n_outputs_)
        return r2_score(t, y, sample_weight=w) if np.isfinite(y).all() else np.nan
