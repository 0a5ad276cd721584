"""The depthwise convolution layer."""

import math

from pellucid.nn.layers.affine import Affine
from pellucid.nn.layers.geometry import Padding, Size, checked_padding, pair, picture, whole, windows


class DepthwiseConv2D(Affine):
    """z[n, p, q, c] = sum_ij x[n, s p + i - t, s q + j - l, c] W[i, j, c] + b[c]        y = f(z)        x is 0 outside the picture.

    x: (N, H, W, C)  W: (h, w, C)  b: (C,)  y: (N, P, Q, C): each channel has a filter of its own. With x_ij the pixel at place
    (i, j) of every window,

    dz = dy f'(z)        dW[i, j] = sum_npq x_ij dz        db = sum_npq dz        dx_ij += dz W[i, j]

    Arguments as in Conv2D. A Conv2D of size 1 after it mixes the channels (Howard et al. 2017, MobileNets, section 3.1).
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

    def map(self, x, z):
        scratch = self.scratch(x, z)
        self.kernels.depthwise_forward(x, self.W, self.b, self.stride, self.before, z, scratch)

    def map_backward(self, x, dz, dx):
        scratch = self.scratch(x, dz)
        self.kernels.depthwise_backward(x, self.W, dz, self.stride, self.before, self.dW, self.db, dx, scratch)

    def scratch(self, x, z):
        """Memory for the kernels."""
        size = self.kernels.depthwise_scratch(x.shape, self.W.shape, self.stride, self.before, z.shape)
        return self.buffer("scratch", size)

    def equation(self):
        shape = f"{self.size[0]} × {self.size[1]} in each channel" + (f", stride {self.stride}" if self.stride > 1 else "")
        return f"{self.applied_to('W ⋆ x')},  {shape}"

    def multiply_adds(self):
        return self.weights * self.positions
