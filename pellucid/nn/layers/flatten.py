"""Pictures to rows."""

import math

from pellucid.nn.layer import Layer


class Flatten(Layer):
    """y_n = the numbers of picture x_n in one row        x: (N, H, W, C)  y: (N, H W C)        dx = dy in the shape of x."""

    def build(self, in_shape):
        self.in_shape = in_shape
        return (math.prod(in_shape),), {}

    def forward(self, x, train, keep):
        return x.reshape(len(x), math.prod(self.in_shape))

    def backward(self, dy, need_dx=True):
        return dy.reshape(len(dy), *self.in_shape)

    def equation(self):
        return "y = x as one row"
