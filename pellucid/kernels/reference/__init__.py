"""The formulas, in NumPy: each function reads like its line in a textbook.

Outputs are passed in (`y`, `dx`, ...) and written whole. Where a docstring allows it, an output may be the same array as an
input. N pictures, K features in, M features out; the gradient of `a` is `da`.
"""

from pellucid.kernels.reference.activation import (
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
from pellucid.kernels.reference.dense import dense_backward, dense_forward
from pellucid.kernels.reference.dropout import dropout_mask
from pellucid.kernels.reference.loss import (
    binary_cross_entropy,
    mean_squared_error,
    softmax_cross_entropy,
    softmax_cross_entropy_soft,
)
from pellucid.kernels.reference.optimizer import adagrad, adam, momentum, nesterov, rmsprop, sgd
from pellucid.kernels.reference.random import hash_uint32

__all__ = [
    "adagrad",
    "adam",
    "binary_cross_entropy",
    "dense_backward",
    "dense_forward",
    "dropout_mask",
    "elu",
    "elu_backward",
    "gelu",
    "gelu_backward",
    "hash_uint32",
    "leaky_relu",
    "leaky_relu_backward",
    "mean_squared_error",
    "momentum",
    "nesterov",
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
