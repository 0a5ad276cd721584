"""The formulas of `kernels/reference`, fast: Numba for float32, one file for each of the reference's.

The functions take the same arguments; where the reference wants scratch memory, most of these do not touch it. Shapes, equations
and sources stand in the reference. What has no twin here is the reference's own function.
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
from pellucid.kernels.compiled.chain import chain_gradient, chain_plan
from pellucid.kernels.compiled.colour import colour, erase
from pellucid.kernels.compiled.convolution import (
    convolution_backward,
    convolution_forward,
    convolution_scratch,
)
from pellucid.kernels.compiled.crop import crop
from pellucid.kernels.compiled.dense import dense_backward, dense_forward
from pellucid.kernels.compiled.depthwise import (
    depthwise_backward,
    depthwise_forward,
    depthwise_scratch,
)
from pellucid.kernels.compiled.dropout import dropout_mask
from pellucid.kernels.compiled.gather import gather
from pellucid.kernels.compiled.loss import (
    binary_cross_entropy,
    count_hits,
    mean_squared_error,
    softmax_cross_entropy,
    softmax_cross_entropy_soft,
)
from pellucid.kernels.compiled.mix import mix
from pellucid.kernels.compiled.normalisation import (
    batch_norm_backward,
    batch_norm_forward,
    layer_norm_backward,
    layer_norm_forward,
    normalise_backward,
    normalise_forward,
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
from pellucid.kernels.compiled.pooling import (
    average_pool_backward,
    average_pool_forward,
    global_average_backward,
    global_average_forward,
    max_pool_backward,
    max_pool_forward,
    upsample_backward,
    upsample_forward,
)
from pellucid.kernels.compiled.random import gaussian_noise, uniform_noise
from pellucid.kernels.compiled.warp import warp

__all__ = [
    "adagrad",
    "adam",
    "average",
    "average_pool_backward",
    "average_pool_forward",
    "batch_norm_backward",
    "batch_norm_forward",
    "binary_cross_entropy",
    "chain_gradient",
    "chain_plan",
    "colour",
    "convolution_backward",
    "convolution_forward",
    "convolution_scratch",
    "count_hits",
    "crop",
    "dense_backward",
    "dense_forward",
    "depthwise_backward",
    "depthwise_forward",
    "depthwise_scratch",
    "dropout_mask",
    "elu",
    "elu_backward",
    "erase",
    "gather",
    "gaussian_noise",
    "gelu",
    "gelu_backward",
    "global_average_backward",
    "global_average_forward",
    "layer_norm_backward",
    "layer_norm_forward",
    "leaky_relu",
    "leaky_relu_backward",
    "max_pool_backward",
    "max_pool_forward",
    "mean_squared_error",
    "mix",
    "momentum",
    "nesterov",
    "norm",
    "normalise_backward",
    "normalise_forward",
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
    "uniform_noise",
    "upsample_backward",
    "upsample_forward",
    "warp",
]


def __getattr__(name: str):
    """What has no twin here is the reference's own function."""
    return getattr(reference, name)
