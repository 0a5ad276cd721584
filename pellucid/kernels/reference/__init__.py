"""The formulas, in NumPy: each function reads like its line in a textbook.

Outputs are passed in (`y`, `dx`, ...) and written whole. Where a docstring allows it, an output may be the same
array as an input. A kernel that needs memory for its work takes a flat array, `scratch`, as large as its
`..._scratch` function says. N pictures of H rows, W columns and C channels; K features in, M features out; the
gradient of `a` is `da`.
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
from pellucid.kernels.reference.chain import chain_gradient, chain_plan
from pellucid.kernels.reference.colour import colour, erase
from pellucid.kernels.reference.convolution import convolution_backward, convolution_forward, convolution_scratch
from pellucid.kernels.reference.crop import crop
from pellucid.kernels.reference.dense import dense_backward, dense_forward
from pellucid.kernels.reference.depthwise import depthwise_backward, depthwise_forward, depthwise_scratch
from pellucid.kernels.reference.dropout import dropout_mask
from pellucid.kernels.reference.gather import gather
from pellucid.kernels.reference.loss import (
    binary_cross_entropy,
    count_hits,
    mean_squared_error,
    poisson,
    softmax_cross_entropy,
    softmax_cross_entropy_soft,
)
from pellucid.kernels.reference.mix import mix
from pellucid.kernels.reference.normalisation import (
    batch_norm_backward,
    batch_norm_forward,
    layer_norm_backward,
    layer_norm_forward,
    normalise_backward,
    normalise_forward,
)
from pellucid.kernels.reference.optimizer import (
    adagrad,
    adam,
    average,
    momentum,
    nesterov,
    nesterov_direction,
    norm,
    orthogonalise,
    orthogonalise_scratch,
    penalty_gradient,
    rmsprop,
    sgd,
)
from pellucid.kernels.reference.pooling import (
    average_pool_backward,
    average_pool_forward,
    global_average_backward,
    global_average_forward,
    max_pool_backward,
    max_pool_forward,
    upsample_backward,
    upsample_forward,
)
from pellucid.kernels.reference.random import gaussian_noise, hash_uint32, uniform_noise
from pellucid.kernels.reference.warp import warp

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
    "hash_uint32",
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
    "nesterov_direction",
    "norm",
    "normalise_backward",
    "normalise_forward",
    "orthogonalise",
    "orthogonalise_scratch",
    "penalty_gradient",
    "poisson",
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
