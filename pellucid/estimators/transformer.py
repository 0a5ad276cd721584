"""The transformer: what a network makes of its input on the way, as features for what comes next in a pipeline."""

from dataclasses import KW_ONLY, dataclass
from numbers import Integral
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin, clone
from sklearn.utils._param_validation import Interval
from sklearn.utils.validation import _check_sample_weight

from pellucid.classifier import Classifier
from pellucid.estimators import inputs
from pellucid.estimators.base import Perceptron
from pellucid.estimators.examples import Examples
from pellucid.estimators.losses import Scaled
from pellucid.nn import Loss, MeanSquaredError
from pellucid.nn.layers.affine import Affine


@dataclass(eq=False, repr=False)
class PellucidTransformer(ClassNamePrefixFeaturesOutMixin, TransformerMixin, Perceptron):
    """Features that a network has learned: the code of an autoencoder, or the activations of a layer.

    Without `model`, an autoencoder learns to give back X through a narrow layer of n_components numbers, whose values are
    the features: X -> hidden layers -> code -> the hidden layers backwards -> X, by the squared error. y is not needed.

        PellucidTransformer(16, hidden_layer_sizes=(64,)).fit_transform(X)             # (n, 16)

    With `model`, the features are what leaves one of its layers: layer=None takes the last one before the output. A
    PellucidClassifier or PellucidRegressor is fitted to X and y first (as a clone); a trained `pellucid.Classifier`, or the
    path of a model file, is used as it is.

        make_pipeline(PellucidTransformer(model="runs/cats-1/model.safetensors"), LogisticRegression())

    layer: a place in `network_.layers`, as `print(network_)` lists them from 0 on; negative counts from the end.
    Fitted: network_, layer_ (how many layers the features have passed), and the attributes of training.
    """

    n_components: int = 32
    hidden_layer_sizes: int | tuple[int, ...] = (100,)
    activation: str | tuple[str, ...] = "relu"
    _: KW_ONLY
    model: Any = None
    layer: int | None = None

    _parameter_constraints: ClassVar[dict] = {
        **Perceptron._parameter_constraints,
        "n_components": [Interval(Integral, 1, None, closed="left")],
        "model": [BaseEstimator, Classifier, str, Path, None],
        "layer": [Integral, None],
    }

    def fit(self, X, y=None, sample_weight=None):
        """Train the autoencoder on X, or `model` on X and y if it can be fitted."""
        if self.model is None:
            self._fit(X, None, sample_weight, None)
        else:
            self._check_parameters()
            self._take_over(X, y, sample_weight)
        self.layer_ = self._depth()
        return self

    def transform(self, X):
        """The features (n, features) of X, in the type that X was evaluated in."""
        return self._outputs(X, self.layer_)

    @property
    def out_activation_(self) -> str:
        return "identity"

    @property
    def _n_features_out(self) -> int:
        return int(np.prod(self.network_.shapes[self.layer_ - 1]))

    def _take_over(self, X, y, sample_weight) -> None:
        """The network of `model`, fitted if it is an estimator."""
        if isinstance(self.model, BaseEstimator):
            settings = {} if sample_weight is None else {"sample_weight": sample_weight}
            fitted = clone(self.model).fit(X, y, **settings)
            network, self.input_spec_ = fitted.network_, fitted.input_spec_
        else:
            trained = self.model if isinstance(self.model, Classifier) else Classifier.load(self.model)
            network, self.input_spec_ = trained.network, trained.input
        self.n_outputs_ = network.out_shape[0]
        x = inputs.checked(self, X, reset=not self.input_spec_.is_pictures)
        if x.shape[1:] != self.input_spec_.shape:
            raise ValueError(f"X has examples of shape {x.shape[1:]}, but the model is expecting {self.input_spec_.shape}")
        self._adopt(network)

    def _depth(self) -> int:
        """How many layers the features have passed."""
        layers = self.network_.layers
        if self.layer is not None:
            if not -len(layers) <= self.layer < len(layers):
                raise ValueError(f"layer={self.layer}: the network has {len(layers)} layers, 0 to {len(layers) - 1}")
            return self.layer % len(layers) + 1
        weighted = [place for place, layer in enumerate(layers) if isinstance(layer, Affine)]
        if self.model is None and self.network is None:
            return weighted[len(weighted) // 2]  # the layer after the code
        return weighted[-1]

    def _hidden_layers(self):
        sizes, activations, rates = super()._hidden_layers()
        return (
            [*sizes, self.n_components, *reversed(sizes)],
            [*activations, "linear", *reversed(activations)],
            [*rates, 0.0, *reversed(rates)],
        )

    def _examples(self, X, y, sample_weight, reset):
        X = inputs.checked(self, X, reset=reset)
        if reset:
            self.input_spec_ = inputs.input_spec(X)
            self.n_outputs_ = self.n_features_in_
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        return Examples(X, None, sample_weight)

    def _targets(self, y, reset):
        raise NotImplementedError("an autoencoder's targets are its inputs")

    def _loss(self) -> Loss:
        return Scaled(MeanSquaredError(), self.n_outputs_ / 2)

    def _score_outputs(self, z, t, w):
        return -float(np.average(((z - t) ** 2).mean(axis=1), weights=w))
