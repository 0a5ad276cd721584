"""The parameters that all estimators share: those of scikit-learn's multi-layer perceptrons, and what they lack."""

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils._param_validation import Interval, Options, StrOptions

from pellucid.nn import ACTIVATIONS

NAMES = {"identity": "linear", "logistic": "sigmoid"}  # scikit-learn's activations by pellucid's names; the others are the same
BY_STEPS = ("adam", "sgd")  # solvers that see a batch at a time

_ACTIVATION = StrOptions({*NAMES, *ACTIVATIONS})
_COUNT = Interval(Integral, 1, None, closed="left")
_NOT_NEGATIVE = Interval(Real, 0, None, closed="left")
_POSITIVE = Interval(Real, 0, None, closed="neither")
_SHARE = Interval(Real, 0, 1, closed="left")


@dataclass(eq=False, repr=False)
class Parameters(BaseEstimator):
    """Abstract. A parameter is a field; `__init__` stores what it is given, and `fit` checks it, as scikit-learn wants it.

    Where a field's name is one of MLPClassifier's, so are its meaning and its default.
    """

    _: KW_ONLY
    solver: str = "adam"  # "adam", "sgd", or "lbfgs": all examples at once, in float64
    alpha: float = 0.0001  # L2 penalty: alpha / 2 |W|^2, divided by the number of examples in a batch
    dropout: float | Sequence[float] = 0.0  # share of each hidden layer silenced in training: one, or one a layer
    batch_normalization: bool = False  # of each hidden layer, before its activation
    network: Any = None  # in place of hidden layers: a preset's name, a Recipe, or the layers before the output
    augment: Any = None  # how pictures are changed anew in each epoch: {"shift": 0.1, "flip": True, ...}
    batch_size: int | str = "auto"  # "auto": 200, or all examples if they are fewer
    learning_rate: str = "constant"  # the schedule: also "cosine" and "one_cycle"; with sgd "invscaling" and "adaptive"
    learning_rate_init: float = 0.001
    power_t: float = 0.5  # of "invscaling"
    max_iter: int = 200  # epochs; iterations of lbfgs
    shuffle: bool = True
    random_state: Any = None
    tol: float = 1e-4  # the least improvement that counts
    verbose: bool | int = False  # a progress bar, or lines where there is no terminal
    warm_start: bool = False
    momentum: float = 0.9  # of sgd
    nesterovs_momentum: bool = True
    early_stopping: bool = False  # stop by the validation score, and keep the best weights
    validation_fraction: float = 0.1  # held back for it, where `fit` is given no validation_data
    beta_1: float = 0.9  # of adam
    beta_2: float = 0.999
    epsilon: float = 1e-8
    n_iter_no_change: float = 10  # epochs without improvement that end the training
    max_fun: int = 15000  # calls of the loss in lbfgs
    callbacks: Sequence[Callable] | None = None  # called as callback(estimator, epoch) after each epoch; True ends the training
    n_jobs: int | None = None  # threads of the kernels; None: all

    _parameter_constraints: ClassVar[dict] = {
        "hidden_layer_sizes": ["array-like", _COUNT],
        "activation": [_ACTIVATION, "array-like"],
        "solver": [StrOptions({"lbfgs", *BY_STEPS})],
        "alpha": [_NOT_NEGATIVE],
        "dropout": [_SHARE, "array-like"],
        "batch_normalization": ["boolean"],
        "batch_size": [StrOptions({"auto"}), _COUNT],
        "learning_rate": [StrOptions({"constant", "invscaling", "adaptive", "cosine", "one_cycle"})],
        "learning_rate_init": [_POSITIVE],
        "power_t": [_NOT_NEGATIVE],
        "max_iter": [_COUNT],
        "shuffle": ["boolean"],
        "random_state": ["random_state"],
        "tol": [_NOT_NEGATIVE],
        "verbose": ["verbose"],
        "warm_start": ["boolean"],
        "momentum": [Interval(Real, 0, 1, closed="both")],
        "nesterovs_momentum": ["boolean"],
        "early_stopping": ["boolean"],
        "validation_fraction": [_SHARE],
        "beta_1": [_SHARE],
        "beta_2": [_SHARE],
        "epsilon": [_POSITIVE],
        "n_iter_no_change": [_COUNT, Options(Real, {np.inf})],
        "max_fun": [_COUNT],
        "callbacks": [list, tuple, None],
        "n_jobs": [Integral, None],
    }

    def _check_parameters(self) -> None:
        """Raise ValueError for a parameter without sense, and for two that exclude each other."""
        self._validate_params()
        sizes, activations, rates = self._hidden_layers()
        if any(size <= 0 for size in sizes):
            raise ValueError(f"hidden_layer_sizes must be > 0, got {sizes}.")
        for name, values in (("activation", activations), ("dropout", rates)):
            if len(values) != len(sizes):
                raise ValueError(f"{name} has {len(values)} values for {len(sizes)} hidden layers; give one, or one for each layer")
        if unknown := [name for name in activations if name not in ACTIVATIONS]:
            raise ValueError(f"unknown activation {unknown[0]!r}; expected one of {', '.join([*ACTIVATIONS, *NAMES])}")
        if self.solver == "lbfgs" and (self.augment or self.batch_normalization or any(rates)):
            raise ValueError(
                "solver='lbfgs' needs the same loss at each look at the same weights; "
                "dropout, batch_normalization and augment go with solver='adam' or 'sgd'"
            )

    def _hidden_layers(self) -> tuple[list[int], list[str], list[float]]:
        """Units, activation (by pellucid's name) and dropout of each hidden layer."""
        sizes = [self.hidden_layer_sizes] if np.ndim(self.hidden_layer_sizes) == 0 else list(self.hidden_layer_sizes)
        names = [self.activation] * len(sizes) if isinstance(self.activation, str) else list(self.activation)
        rates = [self.dropout] * len(sizes) if np.ndim(self.dropout) == 0 else list(self.dropout)
        return sizes, [NAMES.get(name, name) for name in names], rates
