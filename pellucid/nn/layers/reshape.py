"""Rows to pictures, or any shape to another."""

import math
from collections.abc import Sequence

from pellucid.nn.layer import Layer
from pellucid.nn.layers.geometry import whole


class Reshape(Layer):
    """y_n = the numbers of x_n in another shape        dx = dy in the shape of x        shape: of y_n, as (4, 4, 8)."""

    def __init__(self, shape: Sequence[int]):
        self.shape = tuple(whole(length, "a length of the shape") for length in shape)

    def build(self, in_shape):
        if math.prod(in_shape) != math.prod(self.shape):
            raise ValueError(f"{math.prod(in_shape)} numbers {tuple(in_shape)} do not fit into the shape {self.shape}")
        self.in_shape = in_shape
        return self.shape, {}

    def forward(self, x, train, keep):
        return x.reshape(len(x), *self.shape)

    def backward(self, dy, need_dx=True):
        return dy.reshape(len(dy), *self.in_shape)

    def equation(self):
        return f"y = x as {' × '.join(map(str, self.shape))}"
