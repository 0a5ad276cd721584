"""What a network is trained to make small.

A loss takes the network's outputs and targets and returns its value and the gradient for the outputs. The arithmetic, and with
it the division by the batch, stands in `kernels/reference/loss.py`. The link turns outputs into probabilities after training.
"""

from types import ModuleType

import numpy as np

from pellucid.kernels import reference
from pellucid.nn.buffers import Buffers


class Loss:
    """loss = sum_n w_n l_n / sum_n w_n.

    `loss(z, t, w, kernels)` -> (value, dz): z (N, K) the network's outputs, never written to; t (N,) integer labels or (N, K)
    float targets; w (N,) weights, or None for all 1; kernels: the set to compute with, `network.kernels`. dz (N, K) is valid
    until the next call.
    """

    name: str
    link: str  # "softmax", "sigmoid", "none": from outputs to probabilities; "exp": to expected counts; "picture": to pixels
    equation: str
    names_classes = True  # whether outputs stand for classes, so that answers are right or wrong

    def __init__(self):
        self._buffers = Buffers()

    def __call__(
        self, z: np.ndarray, t: np.ndarray, w: np.ndarray | None = None, kernels: ModuleType = reference
    ) -> tuple[float, np.ndarray]:
        raise NotImplementedError

    def outputs(self, classes: int) -> int:
        """How many outputs the network needs for that many classes."""
        return classes

    def targets(self, x: np.ndarray, t: np.ndarray) -> np.ndarray:
        """What the outputs for a batch (x, t) should be: t."""
        return t

    def decide(self, z: np.ndarray) -> np.ndarray:
        """The class each row of outputs stands for: (N,) int64; of several outputs, the largest."""
        return z.argmax(axis=1)

    def _buffer(self, name: str, like: np.ndarray) -> np.ndarray:
        """A reusable array of the shape and type of `like`."""
        return self._buffers.array(name, like.shape, like.dtype)

    def _targets(self, t: np.ndarray, z: np.ndarray) -> np.ndarray:
        """Targets (N, K): of labels, 0 and 1. With one output, label 1 is the positive class, and of two columns the second."""
        if t.ndim == 2:
            return _checked_targets(t[:, 1:] if z.shape[1] == 1 and t.shape[1] == 2 else t, z)
        q = self._buffer("targets", z)
        _check_labels(t, z, max(2, z.shape[1]))
        if z.shape[1] == 1:
            q[:, 0] = t
        else:
            q[...] = 0
            q[np.arange(len(t)), t] = 1
        return q


class SoftmaxCrossEntropy(Loss):
    """l = -sum_k q_k log softmax(z)_k, with q the target, a share `label_smoothing` of it spread over all classes."""

    name, link = "softmax_cross_entropy", "softmax"
    equation = "l = −Σₖ qₖ log pₖ,  p = softmax(z)"

    def __init__(self, label_smoothing: float = 0.0):
        super().__init__()
        if not 0 <= label_smoothing < 1:
            raise ValueError(f"label smoothing lies in [0, 1), got {label_smoothing}")
        self.label_smoothing = label_smoothing

    def __call__(self, z, t, w=None, kernels=reference):
        dz = self._buffer("dz", z)
        if t.ndim == 1:
            _check_labels(t, z, z.shape[1])  # the kernel finds z[n, t_n] in the flat array, where another label would be elsewhere
            return kernels.softmax_cross_entropy(z, t, w, self.label_smoothing, dz), dz
        q = _checked_targets(t, z) * (1 - self.label_smoothing) + self.label_smoothing / z.shape[1]
        return kernels.softmax_cross_entropy_soft(z, q, w, dz), dz


class BinaryCrossEntropy(Loss):
    """l = mean_k -(t_k log p_k + (1 - t_k) log(1 - p_k)), p = sigmoid(z): one output for two classes, or K yes-no questions."""

    name, link = "binary_cross_entropy", "sigmoid"
    equation = "l = −(t log p + (1 − t) log(1 − p)),  p = σ(z)"

    def __call__(self, z, t, w=None, kernels=reference):
        dz = self._buffer("dz", z)
        return kernels.binary_cross_entropy(z, self._targets(t, z), w, dz), dz

    def outputs(self, classes):
        if classes != 2:
            raise ValueError(f"binary cross-entropy tells two classes apart, got {classes}; use softmax_cross_entropy")
        return 1

    def decide(self, z):
        return (z[:, 0] > 0).astype(np.int64) if z.shape[1] == 1 else z.argmax(axis=1)


class MeanSquaredError(Loss):
    """l = mean_k (y_k - t_k)^2 with t the label as 0s and a 1."""

    name, link = "mean_squared_error", "none"
    equation = "l = (1/K) Σₖ (yₖ − tₖ)²"

    def __call__(self, y, t, w=None, kernels=reference):
        dy = self._buffer("dy", y)
        return kernels.mean_squared_error(y, self._targets(t, y), w, dy), dy

    def decide(self, y):
        return (y[:, 0] > 0.5).astype(np.int64) if y.shape[1] == 1 else y.argmax(axis=1)


class Poisson(Loss):
    """l = mean_k (m_k - t_k z_k + t_k log t_k - t_k), m = e^z: counts t >= 0 around their mean m, half the Poisson deviance."""

    name, link = "poisson", "exp"
    equation = "l = (1/K) Σₖ (mₖ − tₖ + tₖ log(tₖ / mₖ)),  m = exp(z)"

    def __call__(self, z, t, w=None, kernels=reference):
        dz = self._buffer("dz", z)
        return kernels.poisson(z, self._targets(t, z), w, dz), dz


class Reconstruction(Loss):
    """l = mean_k (y_k - x_k)^2: the outputs should be the input itself, in one row. Labels are not used."""

    name, link = "reconstruction", "picture"
    equation = "l = (1/K) Σₖ (yₖ − xₖ)²"
    names_classes = False

    def __call__(self, y, t, w=None, kernels=reference):
        dy = self._buffer("dy", y)
        return kernels.mean_squared_error(y, self._targets(t, y), w, dy), dy

    def targets(self, x, t):
        return x.reshape(len(x), -1)


LOSSES = {loss.name: loss for loss in (SoftmaxCrossEntropy, BinaryCrossEntropy, MeanSquaredError, Poisson, Reconstruction)}


def _checked_targets(t: np.ndarray, z: np.ndarray) -> np.ndarray:
    """Float targets of the shape of the outputs: NumPy would stretch a column (N, 1) over all outputs without a word."""
    if t.shape != z.shape:
        raise ValueError(f"targets of shape {t.shape} do not fit outputs of shape {z.shape}; labels are a row of integers (N,)")
    return t


def _check_labels(t: np.ndarray, z: np.ndarray, classes: int) -> None:
    """Labels are 0 .. classes - 1."""
    unsigned = t.view(np.uint64) if t.dtype == np.int64 else t.astype(np.uint64)  # negative labels are large numbers there
    if np.maximum.reduce(unsigned) >= classes:
        outputs = f"{z.shape[1]} output{'s'[z.shape[1] == 1 :]}"
        raise ValueError(f"labels from {t.min()} to {t.max()} do not fit {outputs}; expected 0 to {classes - 1}")
