"""What the estimators have in common: from checked arguments to a fitted network."""

import math
import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass

import numpy as np
from sklearn.model_selection import train_test_split
from sklearn.utils import check_random_state
from sklearn.utils.validation import _check_sample_weight, check_is_fitted

from pellucid.errors import PellucidError
from pellucid.estimators import inputs
from pellucid.estimators.building import affine_layers, build_network
from pellucid.estimators.by_steps import fit_by_steps
from pellucid.estimators.examples import Examples, batches
from pellucid.estimators.lbfgs import fit_lbfgs
from pellucid.estimators.outputs import outputs
from pellucid.estimators.parameters import BY_STEPS, Parameters
from pellucid.estimators.progress import progress
from pellucid.estimators.threads import kernel_threads
from pellucid.images import Augmentation
from pellucid.nn import Loss, Network
from pellucid.optim import Penalty
from pellucid.runs.assemble import whiten_first_layer


@dataclass(eq=False, repr=False)
class Perceptron(Parameters, ABC):
    """Abstract. A subclass says what its targets are, which loss it makes small, and how it scores.

    Fitted: network_ (pellucid.nn.Network), input_spec_ (pellucid.images.InputSpec), and what MLPClassifier has: coefs_,
    intercepts_, loss_, best_loss_, loss_curve_, validation_scores_, best_validation_score_, n_iter_, t_, n_layers_,
    n_outputs_, out_activation_, n_features_in_; besides, validation_loss_curve_.
    """

    @abstractmethod
    def _targets(self, y, reset: bool) -> np.ndarray:
        """Checked y as targets of the loss. reset: what y is like is learned from it; else it must fit what was learned."""

    @abstractmethod
    def _loss(self) -> Loss:
        """A new object of the loss."""

    @abstractmethod
    def _score_outputs(self, z: np.ndarray, t: np.ndarray, w: np.ndarray | None) -> float:
        """What `score` would be for outputs z (N, M) and targets t."""

    def _reported(self, loss: float) -> float:
        """What loss_ and its curves show of a value of the loss."""
        return loss

    @property
    @abstractmethod
    def out_activation_(self) -> str:
        """What is applied to the network's outputs: "softmax", "logistic", "identity" or "exp"."""

    @property
    def coefs_(self) -> list[np.ndarray]:
        """The weights of each layer that has any, first to last: views, dense layers (K, M)."""
        return [layer.W for layer in affine_layers(self.network_)]

    @property
    def intercepts_(self) -> list[np.ndarray]:
        """The biases (M,) of the same layers; zeros where batch normalisation shifts in their place."""
        layers = affine_layers(self.network_)
        return [np.zeros(layer.W.shape[-1:], layer.dtype) if layer.b is None else layer.b for layer in layers]

    @property
    def n_layers_(self) -> int:
        """Layers of units, input and output among them."""
        return len(affine_layers(self.network_)) + 1

    def _fit(self, X, y, sample_weight, validation_data, *, incremental: bool = False):
        """Check everything, then train; incremental: for one epoch, on what was learned before."""
        self._check_parameters()
        if incremental and self.early_stopping:
            raise ValueError("partial_fit does not support early_stopping=True: it sees no validation examples")
        first = not hasattr(self, "network_") or not (self.warm_start or incremental)
        examples = self._examples(X, y, sample_weight, reset=first)
        rng = check_random_state(self.random_state)
        if first:
            self._initialise(rng)
        train, held_back = self._divided(examples, validation_data, rng)
        spec, network = self.input_spec_, self.network_
        if first:
            whiten_first_layer(network, train.x, spec, np.arange(len(train)))
        validation = None if held_back is None else batches(held_back, spec, network)
        with progress(self.verbose, self.max_iter) as show, kernel_threads(network, self.n_jobs):
            if self.solver == "lbfgs":
                found = batches(train, spec, network)
                fit_lbfgs(self, found, validation, self._penalty(train, len(train)), show)
            else:
                size, seed = self._batch_size(len(train)), network.seed if self.shuffle else None
                found = batches(train, spec, network, size=size, seed=seed, augmentation=self._augmentation())
                fit_by_steps(self, found, validation, self._penalty(train, size), show, incremental)
        return self

    def _examples(self, X, y, sample_weight, reset: bool) -> Examples:
        X, y = inputs.checked(self, X, y, reset=reset, multi_output=True, **self._of_y())
        t = self._targets(y, reset)
        if reset:
            self.input_spec_ = inputs.input_spec(X)
        if sample_weight is not None:
            sample_weight = _check_sample_weight(sample_weight, X, dtype=np.float64)
        return Examples(X, t, self._weights(y, sample_weight))

    def _of_y(self) -> dict:
        """Arguments of scikit-learn's checks for y."""
        return {}

    def _weights(self, y, sample_weight: np.ndarray | None) -> np.ndarray | None:
        """The weight of each example, (N,) float64 or None."""
        return sample_weight

    def _initialise(self, rng: np.random.RandomState) -> None:
        """Start afresh with a new network."""
        self._adopt(build_network(self, self.input_spec_.shape, self.n_outputs_, rng))

    def _adopt(self, network: Network) -> None:
        """Go on from this network, with empty records."""
        self.network_ = network
        self.n_iter_ = self.t_ = self._epochs = self._no_improvement_count = 0
        self._optimizer_state = self._cut_rate = None
        self.loss_curve_, self.best_loss_ = [], None if self.early_stopping else math.inf
        self.validation_scores_ = self.validation_loss_curve_ = self.best_validation_score_ = None
        if self.early_stopping:
            self.best_validation_score_ = -math.inf

    def _divided(self, examples: Examples, validation_data, rng) -> tuple[Examples, Examples | None]:
        """What is trained on, and what is only looked at after each epoch."""
        if validation_data is None and not (self.early_stopping and self.solver in BY_STEPS):
            return examples, None
        if self.validation_scores_ is None:
            self.validation_scores_, self.validation_loss_curve_ = [], []
        if validation_data is not None:
            X, y, *weight = validation_data
            return examples, self._examples(X, y, *(weight or [None]), reset=False)
        settings = {"test_size": self.validation_fraction, "stratify": self._strata(examples.t), "random_state": rng}
        train, held_back = train_test_split(np.arange(len(examples)), **settings)
        if len(held_back) < 2:
            raise ValueError("The validation set is too small. Increase validation_fraction, or give more examples.")
        return examples.at(train), examples.at(held_back)

    def _strata(self, t: np.ndarray | None) -> np.ndarray | None:
        """What the parts of a split must hold the same shares of."""
        return None

    def _batch_size(self, count: int) -> int:
        if self.batch_size == "auto":
            return min(200, count)
        if self.batch_size > count:
            warnings.warn(f"batch_size={self.batch_size} is clipped to the {count} examples there are", stacklevel=4)
        return min(self.batch_size, count)

    def _penalty(self, train: Examples, size: int) -> Penalty:
        """L2 of strength alpha / sum of the weights in a batch of `size` examples, on average."""
        mean = 1.0 if train.w is None else float(train.w.mean())
        return Penalty(l2=self.alpha / (size * mean) if mean > 0 else 0.0)

    def _augmentation(self) -> Augmentation | None:
        if not self.augment:
            return None
        if not self.input_spec_.is_pictures:
            raise ValueError("augment changes pictures; give X as (n, height, width) or (n, height, width, channels)")
        try:
            augmentation = self.augment if isinstance(self.augment, Augmentation) else Augmentation(**self.augment)
            augmentation.check(self.input_spec_.shape)
            return augmentation
        except (PellucidError, TypeError) as error:
            raise ValueError(f"augment={self.augment}: {error}") from error

    def _outputs(self, X, layers: int | None = None) -> np.ndarray:
        """What the network gives for X, checked: (N, M)."""
        check_is_fitted(self)
        X = inputs.checked(self, X, reset=False)
        with kernel_threads(self.network_, self.n_jobs):
            return outputs(self.network_, self.input_spec_, X, layers)

    def _learns_by_steps(self) -> bool:
        """Whether there is a partial_fit; AttributeError says why not."""
        if self.solver not in BY_STEPS:
            raise AttributeError(f"partial_fit goes with solver='adam' or 'sgd': {self.solver} sees all examples at once")
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.sparse = True
        tags.input_tags.three_d_array = True
        return tags
