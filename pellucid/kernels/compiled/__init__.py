"""The formulas of `kernels/reference`, fast: Numba for float32, one file for each of the reference's.

The functions take the same arguments; where the reference wants scratch memory, most of these do not touch it. Shapes, equations and
sources stand in the reference. What has no twin here is the reference's own function.
"""

from pellucid.kernels import reference
from pellucid.kernels.compiled.activation import (
    elu,
    elu_backward,
    gelu,
    gelu_backward,
    leaky_relu,
    leaky_relu_backward,
    relu,
    relu_backward,
    sigmoid,
    sigmoid_backward,
    silu,
    silu_backward,
    tanh,
    tanh_backward,
)
from pellucid.kernels.compiled.dense import dense_backward, dense_forward
from pellucid.kernels.compiled.dropout import dropout_mask
from pellucid.kernels.compiled.gather import gather
from pellucid.kernels.compiled.loss import (
    binary_cross_entropy,
    count_hits,
    mean_squared_error,
    softmax_cross_entropy,
    softmax_cross_entropy_soft,
)
from pellucid.kernels.compiled.optimizer import (
    adagrad,
    adam,
    average,
    momentum,
    nesterov,
    norm,
    penalty_gradient,
    rmsprop,
    sgd,
)

__all__ = [
    "adagrad",
    "adam",
    "average",
    "binary_cross_entropy",
    "count_hits",
    "dense_backward",
    "dense_forward",
    "dropout_mask",
    "elu",
    "elu_backward",
    "gather",
    "gelu",
    "gelu_backward",
    "leaky_relu",
    "leaky_relu_backward",
    "mean_squared_error",
    "momentum",
    "nesterov",
    "norm",
    "penalty_gradient",
    "relu",
    "relu_backward",
    "rmsprop",
    "sgd",
    "sigmoid",
    "sigmoid_backward",
    "silu",
    "silu_backward",
    "softmax_cross_entropy",
    "softmax_cross_entropy_soft",
    "tanh",
    "tanh_backward",
]


def __getattr__(name: str):
    """What has no twin here is the reference's own function."""
    return getattr(reference, name)
