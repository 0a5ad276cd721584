"""The classifier."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass
from typing import ClassVar

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.metrics import accuracy_score
from sklearn.utils import column_or_1d, compute_sample_weight
from sklearn.utils._param_validation import StrOptions
from sklearn.utils.metaestimators import available_if
from sklearn.utils.multiclass import check_classification_targets, type_of_target, unique_labels

from pellucid.classifier import Classifier, probabilities
from pellucid.estimators import conversion
from pellucid.estimators.base import Perceptron
from pellucid.estimators.losses import Scaled
from pellucid.nn import BinaryCrossEntropy, Loss, SoftmaxCrossEntropy


@dataclass(eq=False, repr=False)
class PellucidClassifier(ClassifierMixin, Perceptron):
    """A neural network that tells classes apart, for scikit-learn: MLPClassifier's parameters and attributes, and more.

    X is a table (n, features), dense, sparse or a DataFrame, or pictures (n, height, width[, channels]); bytes are divided
    by 255, all else is taken as it is. y holds labels of any type, or (n, labels) of 0 and 1 for several labels each.
    Training is in float32 (lbfgs: float64); predictions for float64 are computed in float64.

        PellucidClassifier(hidden_layer_sizes=(64, 32), dropout=0.2, early_stopping=True).fit(X, y).predict(X)

    class_weight: None, "balanced", or {label: weight}. The other parameters are explained where they are declared
    (`pellucid/estimators/parameters.py`) and in docs/sklearn.md; those of MLPClassifier mean what they mean there.

    Fitted: classes_, network_, and the attributes of MLPClassifier. Errors: ValueError, TypeError, as in scikit-learn.
    """

    hidden_layer_sizes: int | tuple[int, ...] = (100,)
    activation: str | tuple[str, ...] = "relu"
    _: KW_ONLY
    class_weight: str | Mapping | list | None = None

    _parameter_constraints: ClassVar[dict] = {
        **Perceptron._parameter_constraints,
        "class_weight": [StrOptions({"balanced"}), dict, list, None],
    }

    def fit(self, X, y, sample_weight=None, validation_data=None):
        """Train on X and y. validation_data: (X, y) or (X, y, sample_weight), scored after each epoch."""
        return self._fit(X, y, sample_weight, validation_data)

    @available_if(Perceptron._learns_by_steps)
    def partial_fit(self, X, y, sample_weight=None, classes=None):
        """Train for one epoch on X and y, on top of what was learned. classes: all there will be, in the first call."""
        if not hasattr(self, "network_"):
            self._expected = classes
        elif classes is not None and not np.array_equal(unique_labels(classes), self.classes_):
            raise ValueError(f"classes={classes} is not the same as in the previous call to partial_fit: {self.classes_}")
        if self.class_weight == "balanced":
            raise ValueError("class_weight='balanced' is not known before all examples are seen; give partial_fit a sample_weight")
        try:
            return self._fit(X, y, sample_weight, None, incremental=True)
        finally:
            self.__dict__.pop("_expected", None)

    def predict(self, X):
        """The class of each example: (n,) labels, or (n, labels) of 0 and 1."""
        z = self._outputs(X)
        if self._multilabel:
            return (z > 0).astype(int)
        return self.classes_[self._loss().decide(z)]

    def predict_proba(self, X):
        """The probability of each class: (n, classes) float64; of several labels, that of each by itself."""
        z = self._outputs(X).astype(np.float64)
        if self._multilabel:
            return np.exp(-np.logaddexp(0.0, -z))
        return probabilities(z, "sigmoid" if self.n_outputs_ == 1 else "softmax")

    def predict_log_proba(self, X):
        """The logarithm of `predict_proba`."""
        with np.errstate(divide="ignore"):
            return np.log(self.predict_proba(X))

    def to_model(self) -> Classifier:
        """The same network as a `pellucid.Classifier`, which saves it to a model file and serves it without scikit-learn."""
        return conversion.to_model(self)

    @classmethod
    def from_model(cls, model) -> "PellucidClassifier":
        """A fitted estimator of a `pellucid.Classifier`, or of the path of a model file."""
        return conversion.from_model(cls, model)

    @classmethod
    def from_sklearn(cls, mlp) -> "PellucidClassifier":
        """A fitted estimator of a fitted MLPClassifier: the same parameters, the same predictions."""
        return conversion.from_sklearn(cls, mlp)

    @property
    def out_activation_(self) -> str:
        return "softmax" if self.n_outputs_ > 1 and not self._multilabel else "logistic"

    def _targets(self, y, reset):
        if y.ndim == 2 and y.shape[1] == 1:
            y = column_or_1d(y, warn=True)
        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise ValueError("Multioutput target data is not supported: give one label each, or (n, labels) of 0 and 1")
        if kind not in ("binary", "multiclass", "multilabel-indicator"):
            check_classification_targets(y)  # which says why not
        multilabel = kind == "multilabel-indicator"
        if reset:
            self._learn_classes(y, multilabel)
        else:
            self._check_classes(y, multilabel)
        if multilabel:
            return np.asarray(y.toarray() if hasattr(y, "toarray") else y, np.float32)
        return np.searchsorted(self.classes_, y).astype(np.int64)

    def _learn_classes(self, y, multilabel: bool) -> None:
        expected = getattr(self, "_expected", None)
        if expected is None and hasattr(self, "_expected"):
            raise ValueError("classes must be passed on the first call to partial_fit.")
        found = unique_labels(y)
        self.classes_, self._multilabel = found if expected is None or multilabel else unique_labels(expected), multilabel
        if stray := set(found) - set(self.classes_):
            raise ValueError(f"`y` has classes not in `classes`: {sorted(stray)}")
        count = len(self.classes_)
        if count < 2 and not multilabel:
            raise ValueError(f"y holds only one class, {self.classes_[0]}: expected at least two classes to tell apart")
        self.n_outputs_ = 1 if count == 2 and not multilabel else count

    def _check_classes(self, y, multilabel: bool) -> None:
        classes = unique_labels(y)
        if self.warm_start and set(classes) != set(self.classes_):
            raise ValueError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes_}, `y` has {classes}"
            )
        if multilabel != self._multilabel or set(classes) - set(self.classes_):
            raise ValueError(f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes_}. 'y' has {classes}.")

    def _weights(self, y, sample_weight):
        if self.class_weight is None:
            return sample_weight
        weights = compute_sample_weight(self.class_weight, y.toarray() if hasattr(y, "toarray") else y)
        return weights if sample_weight is None else weights * sample_weight

    def _strata(self, t):
        return self.classes_[t] if self.out_activation_ == "logistic" and not self._multilabel else None

    def _loss(self) -> Loss:
        if self.out_activation_ == "softmax":
            return SoftmaxCrossEntropy()
        return Scaled(BinaryCrossEntropy(), self.n_outputs_) if self._multilabel else BinaryCrossEntropy()

    def _score_outputs(self, z, t, w):
        decided = z > 0 if self._multilabel else self._loss().decide(z)
        return accuracy_score(t, decided, sample_weight=w)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags
