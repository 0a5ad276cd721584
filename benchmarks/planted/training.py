"""Faults of the training, each as somebody has made it: wrong derivatives, wrong settings, wrong numbers."""

import numpy as np

from benchmarks.planted.planted import Planted
from benchmarks.planted.runs import array_file, clusters, digits, doctored, prepared
from pellucid.nn import BatchNorm, Conv2D, Dense, Flatten, MeanSquaredError, SoftmaxCrossEntropy


class ReversedSquaredError(MeanSquaredError):
    """d/dy (y - t)^2 taken for 2 (t - y), as in a published notebook."""

    def __call__(self, y, t, w=None, *kernels):
        value, dy = super().__call__(y, t, w, *kernels)
        return value, np.negative(dy, out=dy)


class DividedByAll(SoftmaxCrossEntropy):
    """The mean over all pictures, training and validation, where 80 % of them are training: a gradient of 0.8 of the true one."""

    def __call__(self, z, t, w=None, *kernels):
        value, dz = super().__call__(z, t, w, *kernels)
        dz *= 0.8
        return value, dz


class SummedOverUnits(Dense):
    """db summed over pictures and units, as in a published program: at a softmax exactly 0, whatever the pictures."""

    def backward(self, dy, need_dx=True):
        total = dy.sum()
        dx = super().backward(dy, need_dx)
        self.db[...] = total
        return dx


class ForgottenWeights(Dense):
    """A backward that hands the gradient on and leaves out its own weights."""

    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        self.dW[...] = 0
        return dx


class FlippedBackward(Dense):
    """dx with the wrong sign: all layers below climb."""

    def backward(self, dy, need_dx=True):
        dx = super().backward(dy, need_dx)
        return None if dx is None else np.negative(dx, out=dx)


def plain(layers=(), loss=None, **settings):
    """A plant that trains on the digits."""
    return lambda folder: doctored(prepared(**settings), layers=layers, loss=loss)


def rows(change, **settings):
    """A plant that trains on the digits as rows of numbers, changed first."""
    return lambda folder: doctored(prepared(digits(folder, change), **settings))


def points(n, features, classes, spread, change=lambda x, y: (x, y), **settings):
    """A plant that trains on points around one centre a class."""

    def plant(folder):
        source = array_file(folder, *change(*clusters(n, features, classes, spread)))
        return doctored(prepared(source, **STANDARD, **settings))

    return plant


def reversed_notebook(folder):
    """The first published fault: eight sigmoid layers from N(0, 1), squared error with the wrong sign, learning rate 10."""
    settings = {"loss__name": "mean_squared_error", "optimizer__name": "sgd", "optimizer__learning_rate": 10.0}
    layers = [Flatten(), *(Dense(100, "sigmoid", initialiser="normal", std=1.0) for _ in range(7))]
    layers.append(Dense(10, "sigmoid", initialiser="normal", std=1.0))
    ready = prepared(**settings, training__epochs=1)
    return doctored(ready, layers=layers, loss=ReversedSquaredError())


def shuffled(x, y):
    return x, np.random.default_rng(0).permutation(y)


def wide_column(x, y):
    return np.concatenate([x, 1e5 * x[:, 20:21]], axis=1), y


def rare(x, y):
    """Of class 1 no more than 15 %."""
    kept = (y == 0) | (np.cumsum(y == 1) % 6 == 0)
    return x[kept], y[kept]


def diverging(folder):
    return doctored(prepared(optimizer__learning_rate=1e20, training__epochs=2))


CNN = [Conv2D(16, activation="relu"), Conv2D(16, activation="relu"), Flatten(), Dense(10)]
ADAM = {"optimizer__name": "adam", "optimizer__learning_rate": 0.01}
PLAIN_DESCENT = {"optimizer__name": "sgd", "optimizer__learning_rate": 1.0}
STANDARD = {"input__normalisation": "standard", "input__per": "pixel"}
SIGMOIDS = {"network__hidden": [50] * 8, "network__activation": "sigmoid", "network__initialiser": "glorot"}

FAULTS = tuple(
    Planted("training", *row)
    for row in (
        ("a squared error whose derivative has the wrong sign, rate 10 (published)", "points uphill", reversed_notebook),
        (
            "bias gradients summed over the units, which makes them 0 (published)",
            "the biases of layer 2 (SummedOverUnits) never get a gradient",
            plain([Flatten(), Dense(32, "relu"), SummedOverUnits(10)], training__epochs=1),
        ),
        ("a gradient divided by all pictures, 0.8 of the true one (published)", "1.2 times as fast", plain(loss=DividedByAll())),
        (
            "layers that take their step before they hand the gradient on (published)",
            "something changes while the gradient goes back",
            lambda folder: doctored(prepared(**PLAIN_DESCENT, faults__updated_weights=True, training__epochs=1)),
        ),
        (
            "a layer that hands back its gradient with the wrong sign",
            "the gradient",
            plain([Flatten(), Dense(64, "relu"), FlippedBackward(10)]),
        ),
        (
            "a layer that forgets the gradient of its weights",
            "the weights of layer 1 (ForgottenWeights) never get a gradient",
            plain([Flatten(), ForgottenWeights(32, "relu"), Dense(10)]),
        ),
        (
            "biases in front of batch normalisation",
            "leave them out (bias=False)",
            plain([Conv2D(8), BatchNorm(), Flatten(), Dense(10)], training__epochs=1),
        ),
        ("pixel values from 0 to 255 as they are", "not scaled", rows(lambda x, y: (255 * x, y), input__normalisation="none")),
        ("pixel values divided by 255 twice", "too small to move", rows(lambda x, y: (x / 255, y), input__normalisation="none")),
        (
            "one column a hundred thousand times as wide",
            "the columns are not scaled",
            rows(wide_column, input__normalisation="none"),
        ),
        ("weights that start at N(0, 1)", "the loss starts at", plain(network__initialiser="normal", network__std=1.0)),
        (
            "ten layers that start at N(0, 0.5²)",
            "the values explode",
            plain(network__initialiser="normal", network__std=0.5, network__hidden=[64] * 10, optimizer__learning_rate=1e-6),
        ),
        ("eight sigmoid layers", "the gradient vanishes", plain(**SIGMOIDS)),
        (
            "sigmoid units that start at their ends",
            "are saturated: sigmoid is flat there",
            plain(network__activation="sigmoid", network__initialiser="normal", network__std=8.0),
        ),
        (
            "sigmoid outputs at their ends, for wrong answers",
            "of the outputs of layer 1 (Dense) are saturated",
            plain([Flatten(), Dense(10, "sigmoid", initialiser="normal", std=20.0)], MeanSquaredError(), training__epochs=1),
        ),
        ("a learning rate of 5: dead units", "never fire", plain(optimizer__name="sgd", optimizer__learning_rate=5.0)),
        (
            "a learning rate of 5: dead filters",
            "filters in layer",
            plain(CNN, optimizer__name="sgd", optimizer__learning_rate=5.0, training__epochs=1),
        ),
        (
            "Adam with a learning rate of 0.5",
            "steps are too large",
            plain(optimizer__name="adam", optimizer__learning_rate=0.5, network__activation="leaky_relu"),
        ),
        ("a learning rate of 1e-8", "steps are too small", plain(optimizer__learning_rate=1e-8)),
        ("a learning rate of 1e20", "training diverged: the", diverging),
        ("labels shuffled, a small network", "as by chance", rows(shuffled, network__hidden=[8], network__activation="tanh")),
        (
            "labels shuffled, a network large enough to learn them by heart",
            "learned by heart",
            rows(shuffled, network__hidden=[512], optimizer__name="adam", optimizer__learning_rate=0.003, training__epochs=40),
        ),
        (
            "a penalty so strong that no weight survives",
            "the weights are pulled to zero",
            plain(loss__l2=2.0, optimizer__name="sgd", optimizer__learning_rate=0.1),
        ),
        (
            "a rare class that is never answered",
            "the network answers “0” for",
            points(2000, 5, 2, 4.0, rare, network__hidden=[8], optimizer__learning_rate=0.01),
        ),
        (
            "two hundred noisy points and a large network",
            "overfitting since epoch",
            points(500, 20, 4, 2.5, network__hidden=[256], training__epochs=40, data__validation=0.4, **ADAM),
        ),
        ("30 validation pictures", "validation pictures are too few to tell", plain(data__validation=0.0167)),
    )
)
