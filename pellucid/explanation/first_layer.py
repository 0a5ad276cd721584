"""What the first layer looks for."""

import math

import numpy as np

from pellucid.nn import Conv2D, Dense, DepthwiseConv2D, Flatten, Network


def first_layer(network: Network) -> np.ndarray | None:
    """The weights of the first layer as pictures (h, w, C, units): its filters, or a dense layer's in the input's shape.

    None where the network takes no pictures, and where its first layer with weights is neither.
    """
    if len(network.in_shape) != 3:
        return None
    layer = next((each for each in network.layers if not isinstance(each, Flatten)), None)
    if isinstance(layer, Dense) and layer.W.shape[0] == math.prod(network.in_shape):
        return layer.W.reshape(*network.in_shape, layer.units)
    if isinstance(layer, Conv2D):
        return layer.W
    if isinstance(layer, DepthwiseConv2D):
        return layer.W[:, :, np.newaxis]
    return None
