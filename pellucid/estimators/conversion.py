"""Fitted estimators from and to the other forms of a network: the model file, and scikit-learn's perceptrons."""

import copy
from pathlib import Path

import numpy as np
from sklearn.utils.validation import check_is_fitted

from pellucid.classifier import Classifier
from pellucid.estimators.building import affine_layers
from pellucid.images import InputSpec
from pellucid.nn import Dense, Dropout, Flatten, Network, presets

RECORDS = ("loss_", "best_loss_", "loss_curve_", "validation_scores_", "best_validation_score_", "n_iter_", "t_")
LEARNED = ("n_features_in_", "feature_names_in_", *RECORDS)


def to_model(estimator) -> Classifier:
    """The `Classifier` of a fitted PellucidClassifier, over parameters of its own. Errors: ValueError.

    A model file names its classes; what the labels were before stands in its provenance, where `from_model` finds it.
    """
    check_is_fitted(estimator)
    if estimator._multilabel:
        raise ValueError("a model file tells one class for each picture; this classifier gives several labels")
    labels = estimator.classes_
    return Classifier(
        network=copy.deepcopy(estimator.network_),
        input=estimator.input_spec_,
        classes=tuple(map(str, labels.tolist())),
        link="sigmoid" if estimator.n_outputs_ == 1 else "softmax",
        provenance={"labels": {"values": labels.tolist(), "dtype": labels.dtype.str}},
    )


def from_model(cls, model: Classifier | str | Path):
    """A fitted estimator with the network of `model`; its threshold and its limits for refusing stay behind, for an estimator
    answers every row. Errors: ValueError, ModelFileError.
    """
    model = model if isinstance(model, Classifier) else Classifier.load(model)
    if model.link == "none":
        raise ValueError("this model was trained with mean_squared_error, so its outputs give no probabilities")
    network = copy.deepcopy(model.network)
    _divide_outputs(network, model.temperature)
    estimator = cls(**_architecture(network))
    labels = model.provenance.get("labels", {"values": model.classes, "dtype": "O"})
    estimator.classes_ = np.array(labels["values"], dtype=labels["dtype"])
    estimator._multilabel, estimator.n_outputs_ = False, network.out_shape[0]
    return _fitted(estimator, network, model.input)


def from_sklearn(cls, mlp):
    """A fitted estimator with the parameters, weights and records of a fitted MLPClassifier or MLPRegressor.

    Its network has the type of the weights, which is float64 unless X was float32; partial_fit goes on in that type.
    """
    check_is_fitted(mlp)
    known = cls._get_param_names()
    estimator = cls(**{name: value for name, value in mlp.get_params().items() if name in known})
    sizes, activations, _ = estimator._hidden_layers()
    chain, shape = presets.mlp(sizes, mlp.n_outputs_, activation=activations), (mlp.n_features_in_,)
    network = Network(chain, shape, dtype=mlp.coefs_[0].dtype)
    for layer, W, b in zip(affine_layers(network), mlp.coefs_, mlp.intercepts_, strict=True):
        layer.W[...], layer.b[...] = W, b
    estimator.n_outputs_ = mlp.n_outputs_
    if hasattr(mlp, "classes_"):
        estimator.classes_ = mlp.classes_
        estimator._multilabel = mlp.out_activation_ == "logistic" and mlp.n_outputs_ > 1
    _fitted(estimator, network, InputSpec(shape, normalisation="none", value_range=(0.0, 1.0)))
    for name in LEARNED:
        if hasattr(mlp, name):
            setattr(estimator, name, copy.copy(getattr(mlp, name)))
    return estimator


def _fitted(estimator, network: Network, spec: InputSpec):
    estimator.input_spec_, estimator.n_features_in_ = spec, int(np.prod(spec.shape))
    estimator._adopt(network)
    return estimator


def _divide_outputs(network: Network, temperature: float) -> None:
    """Divide the outputs once for all, in the last layer."""
    if temperature == 1:
        return
    last = network.layers[-1]
    if not isinstance(last, Dense) or last.activation != "linear":
        raise ValueError(f"a temperature of {temperature:g} needs a linear Dense layer at the end, not {last!r}")
    last.W /= temperature
    if last.b is not None:
        last.b /= temperature


def _architecture(network: Network) -> dict:
    """The parameters that describe the network: hidden layers, or its layers but the last."""
    *body, last = network.layers
    hidden = [layer for layer in body if not isinstance(layer, Flatten | Dropout)]
    plain = all(isinstance(layer, Dense) and layer.bias for layer in hidden) and len(hidden) == len(body) - 1
    if plain:
        return {
            "hidden_layer_sizes": tuple(layer.units for layer in hidden),
            "activation": tuple(layer.activation for layer in hidden),
        }
    return {"network": [layer.unbuilt() for layer in (body if isinstance(last, Dense) else network.layers)]}
