"""Where a convolutional network finds what speaks for a class."""

from typing import NamedTuple

import numpy as np

from pellucid.classifier import Classifier
from pellucid.errors import RecipeError
from pellucid.explanation.subject import subject
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import (
    Activation,
    BatchNorm,
    Conv2D,
    DepthwiseConv2D,
    Dropout,
    Dropout2D,
    LayerNorm,
    Network,
    Scale,
    TransposedConv2D,
    Wrapper,
)

_CONVOLUTIONS = (Conv2D, DepthwiseConv2D, TransposedConv2D)
_IN_PLACE = (Activation, BatchNorm, LayerNorm, Dropout, Dropout2D, Scale)  # each number stays at its place


class GradCam(NamedTuple):
    """The map, and the layer whose output it weighs."""

    heat: np.ndarray  # (N, P, Q), 0 or more
    layer: int  # its position in the network


def grad_cam(model: Classifier | Network, x, target: int | str | None = None, *, layer: int | None = None) -> GradCam:
    """heat = max(0, sum_c a_c A_c)        a_c = mean_pq ds/dA[p, q, c]        A: what the layer gives, (N, P, Q, C).

    Selvaraju et al. 2017, "Grad-CAM: Visual Explanations from Deep Networks via Gradient-based Localization", equations 1
    and 2. layer: its position in the network; None takes the last convolution, with the normalisation and the activation
    after it. Other arguments as `subject`.

    Errors: RecipeError for a network without convolutions, or a layer that gives no picture; otherwise as `subject`.
    """
    asked = subject(model, x, target)
    network = asked.network
    chosen = last_convolution(network) if layer is None else layer
    if chosen is None:
        raise RecipeError("Grad-CAM needs a convolution whose output is larger than one pixel; take the integrated gradients")
    if not 0 <= chosen < len(network.layers) or len(network.shapes[chosen]) != 3:
        last = last_convolution(network)
        raise RecipeError(f"layer {chosen} gives no picture (H, W, C) that Grad-CAM could weigh; the last that does is {last}")
    with single_threaded_blas():
        return GradCam(np.concatenate([_heat(part, chosen) for part in asked.batches()]), chosen)


def last_convolution(network: Network) -> int | None:
    """The position of the last layer that Grad-CAM can weigh; None where the network has no convolution."""
    found = None
    for position, (each, shape) in enumerate(zip(network.layers, network.shapes)):
        larger_than_a_pixel = len(shape) == 3 and shape[0] * shape[1] > 1
        follows = found == position - 1 and isinstance(each, _IN_PLACE)
        if larger_than_a_pixel and (follows or has_convolution(each)):
            found = position
    return found


def has_convolution(layer) -> bool:
    """Whether the layer is a convolution, or wraps one."""
    if isinstance(layer, Wrapper):
        return any(has_convolution(each) for each in layer.children().values())
    return isinstance(layer, _CONVOLUTIONS)


def _heat(part, chosen: int) -> np.ndarray:
    layers, value = part.network.layers, part.x
    for layer in layers[: chosen + 1]:
        value = layer.forward(value, False, True)
    A = value.copy()
    for layer in layers[chosen + 1 :]:
        value = layer.forward(value, False, True)
    gradient = part.direction.copy()
    for layer in reversed(layers[chosen + 1 :]):
        gradient = layer.backward(gradient, True)
    a = gradient.mean(axis=(1, 2), keepdims=True)
    return np.maximum((a * A).sum(axis=3), 0)
