"""The convolution layer."""

import math

from pellucid.nn import initialisers
from pellucid.nn.layers.affine import Affine
from pellucid.nn.layers.geometry import Padding, Size, checked_padding, pair, picture, whole, windows


class Conv2D(Affine):
    """z[n, p, q] = sum_ij x[n, s p + i - t, s q + j - l] W[i, j] + b        y = f(z)        x is 0 outside the picture.

    x: (N, H, W, C)  W: (h, w, C, M)  b: (M,)  y: (N, P, Q, M). With X the matrix whose row (n, p, q) is that window
    of x, this is z = X W + b, and

    dz = dy f'(z)        dW = X^T dz        db = sum_npq dz        dX = dz W^T, whose windows are added up to give dx

    filters: M. size: of the windows, h and w or one number for both. stride: s. padding: "same" (P = H / s, rounded
    up), "valid" (none) or a number of pixels on each side. The rest as in Dense; the initialiser may also be
    "dirac" or "whitening".
    """

    starts = initialisers.NAMES + initialisers.FOR_FILTERS

    def __init__(
        self,
        filters: int,
        size: Size = 3,
        *,
        stride: int = 1,
        padding: Padding = "same",
        activation: str = "linear",
        initialiser: str = "he",
        std: float = 0.01,
        bias: bool = True,
    ):
        self.filters, self.size = whole(filters, "the number of filters"), pair(size, "the size of a filter")
        self.stride, self.padding = whole(stride, "a stride"), checked_padding(padding)
        self.activation, self.initialiser, self.std, self.bias = activation, initialiser, std, bias
        self.check()

    def build(self, in_shape):
        outputs, self.before = windows(self, in_shape, self.size, self.stride, self.padding)
        area, channels = math.prod(self.size), picture(self, in_shape)[2]
        self.positions = math.prod(outputs)
        return self.declare(
            (*outputs, self.filters),
            (*self.size, channels, self.filters),
            self.filters,
            fan_in=area * channels,
            fan_out=area * self.filters,
        )

    def map(self, x, relu, y):
        geometry = self.stride, self.before
        self.kernels.convolution_forward(x, self.W, self.b, *geometry, relu, y)

    def map_backward(self, x, y, dy, relu, dx):
        geometry = self.stride, self.before
        self.kernels.convolution_backward(x, self.W, y, dy, *geometry, relu, self.dW, self.db, dx)

    def equation(self):
        stride = f", stride {self.stride}" if self.stride > 1 else ""
        return f"{self.applied_to('W ⋆ x')},  {self.size[0]} × {self.size[1]}{stride}"

    def multiply_adds(self):
        return self.weights * self.positions
