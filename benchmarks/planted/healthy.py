"""Ten runs with nothing wrong: networks, losses, optimisers and data of all kinds that ship."""

import numpy as np

from benchmarks.planted.planted import Healthy
from benchmarks.planted.runs import array_file, clusters, doctored, prepared

ADAM = {"optimizer__name": "adam", "optimizer__learning_rate": 0.003}
CONVOLUTIONS = ADAM | {"training__batch_size": 64, "training__epochs": 4}
NARROW = CONVOLUTIONS | {"network__width": 8}
NORMED = NARROW | {"network__batch_norm": True}
SQUARED = {"loss__name": "mean_squared_error", "optimizer__name": "sgd", "optimizer__learning_rate": 0.1}
MODERN = {
    "network__dropout": 0.2,
    "loss__label_smoothing": 0.1,
    "optimizer__name": "adamw",
    "optimizer__learning_rate": 0.003,
    "schedule__name": "one_cycle",
}


def plain(**settings):
    """The digits by the plain recipe, with some keys changed."""
    return lambda folder: doctored(prepared(**settings))


def cancer(folder):
    """569 tumours in 30 columns of very different sizes, each standardised (scikit-learn)."""
    from sklearn.datasets import load_breast_cancer

    x, y = load_breast_cancer(return_X_y=True)
    source = array_file(folder, x.astype(np.float32), y)
    ready = prepared(source, input__normalisation="standard", input__per="pixel", data__validation=0.25, **ADAM)
    return doctored(ready)


def rows_as_they_are(folder):
    """Points around one centre a class, which are of size 1 by themselves, and a linear classifier."""
    source = array_file(folder, *clusters(1200, 20, 5, 1.0))
    return doctored(prepared(source, network__hidden=[], input__normalisation="none"))


RUNS = tuple(
    Healthy(*row)
    for row in (
        ("digits, ReLU, momentum", plain()),
        ("digits, sigmoid, Adam", plain(network__activation="sigmoid", **ADAM)),
        ("digits, tanh, gradient descent, squared error", plain(network__activation="tanh", **SQUARED)),
        ("digits, GELU, Muon", plain(network__activation="gelu", optimizer__name="muon", optimizer__learning_rate=0.02)),
        ("digits, dropout, label smoothing, AdamW, one cycle", plain(**MODERN)),
        ("digits, L-BFGS", plain(optimizer__name="lbfgs", training__epochs=3)),
        ("digits, lenet", plain(network__preset="lenet", **CONVOLUTIONS)),
        ("digits, simple_cnn with batch normalisation", plain(network__preset="simple_cnn", **NORMED), True),
        ("digits, resnet", plain(network__preset="resnet", **NARROW), True),
        ("digits, airbench", plain(network__preset="airbench", **NARROW), True),
        ("a table of 30 columns, standardised", cancer),
        ("a linear classifier on rows as they are", rows_as_they_are),
    )
)
