"""The depthwise convolution layer."""

import math

from pellucid.nn.layers.affine import Affine
from pellucid.nn.layers.geometry import Padding, Size, checked_padding, pair, picture, whole, windows


class DepthwiseConv2D(Affine):
    """z[n, p, q, c] = sum_ij x[n, s p + i - t, s q + j - l, c] W[i, j, c] + b[c]        y = f(z).

    x: (N, H, W, C), 0 outside the picture  W: (h, w, C)  b: (C,)  y: (N, P, Q, C): each channel has a filter of its
    own. With x_ij the pixel at place (i, j) of every window,

    dz = dy f'(z)        dW[i, j] = sum_npq x_ij dz        db = sum_npq dz        dx_ij += dz W[i, j]

    Arguments as in Conv2D. A Conv2D of size 1 after it mixes the channels (Howard et al. 2017, MobileNets, section
    3.1).
    """

    def __init__(
        self,
        size: Size = 3,
        *,
        stride: int = 1,
        padding: Padding = "same",
        activation: str = "linear",
        initialiser: str = "he",
        std: float = 0.01,
        bias: bool = True,
    ):
        self.size, self.stride = pair(size, "the size of a filter"), whole(stride, "a stride")
        self.padding = checked_padding(padding)
        self.activation, self.initialiser, self.std, self.bias = activation, initialiser, std, bias
        self.check()

    def build(self, in_shape):
        outputs, self.before = windows(self, in_shape, self.size, self.stride, self.padding)
        area, channels = math.prod(self.size), picture(self, in_shape)[2]
        self.positions = math.prod(outputs)
        return self.declare((*outputs, channels), (*self.size, channels), channels, fan_in=area, fan_out=area)

    def map(self, x, relu, y):
        geometry = self.stride, self.before
        self.kernels.depthwise_forward(x, self.W, self.b, *geometry, relu, y)

    def map_backward(self, x, y, dy, relu, dx):
        geometry = self.stride, self.before
        self.kernels.depthwise_backward(x, self.W, y, dy, *geometry, relu, self.dW, self.db, dx)

    def equation(self):
        stride = f", stride {self.stride}" if self.stride > 1 else ""
        return f"{self.applied_to('W ⋆ x')},  {self.size[0]} × {self.size[1]} in each channel{stride}"

    def multiply_adds(self):
        return self.weights * self.positions
