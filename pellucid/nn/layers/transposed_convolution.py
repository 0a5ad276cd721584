"""The transposed convolution layer."""

import math

import numpy as np

from pellucid.nn.layers.affine import Affine
from pellucid.nn.layers.geometry import Size, pair, picture, whole


class TransposedConv2D(Affine):
    """z[n, s p + i - t, s q + j - l] += x[n, p, q] W[i, j]^T, + b        y = f(z)        nothing is put outside of z.

    x: (N, H, W, C)  W: (h, w, M, C)  b: (M,)  y: (N, s H, s W, M). Every input pixel puts a window on the larger
    output: this is the backward pass of the Conv2D with the same W, from s H by s W pixels to H by W. So its own
    backward pass is that convolution forward:

    dz = dy f'(z)        dx[n, p, q] = sum_ij dz[n, s p + i - t, s q + j - l] W[i, j]        db = sum dz
    dW[i, j] = sum_npq dz[n, s p + i - t, s q + j - l]^T x[n, p, q]

    filters: M. size: of the windows, at least the stride, or pixels between them would stay empty. stride: s. The
    rest as in Dense.
    """

    def __init__(
        self,
        filters: int,
        size: Size = 4,
        *,
        stride: int = 2,
        activation: str = "linear",
        initialiser: str = "he",
        std: float = 0.01,
        bias: bool = True,
    ):
        self.filters, self.size = whole(filters, "the number of filters"), pair(size, "the size of a filter")
        self.stride = whole(stride, "a stride")
        if min(self.size) < stride:
            height, width = self.size
            raise ValueError(f"filters of {height} × {width} leave gaps at stride {stride}; take larger ones")
        self.activation, self.initialiser, self.std, self.bias = activation, initialiser, std, bias
        self.check()

    def build(self, in_shape):
        height, width, channels = picture(self, in_shape)
        self.before = tuple((length - self.stride) // 2 for length in self.size)
        self.positions, area = height * width, math.prod(self.size)
        return self.declare(
            (height * self.stride, width * self.stride, self.filters),
            (*self.size, self.filters, channels),
            self.filters,
            fan_in=-(-area // self.stride**2) * channels,  # so many windows overlap in an output pixel
            fan_out=area * self.filters,
        )

    def map(self, x, relu, y):
        geometry = self.stride, self.before
        # The convolution's output has the shape of x; without its ReLU, what it was does not matter.
        self.kernels.convolution_backward(None, self.W, x, x, *geometry, False, None, None, y)
        if self.b is not None:
            np.add(y, self.b, out=y)
        if relu:
            np.maximum(y, 0, out=y)

    def map_backward(self, x, y, dy, relu, dx):
        geometry = self.stride, self.before
        dz = np.multiply(dy, y > 0, out=dy) if relu else dy
        self.kernels.convolution_backward(dz, self.W, x, x, *geometry, False, self.dW, None, None)
        if self.db is not None:
            np.add.reduce(dz, axis=(0, 1, 2), out=self.db)
        if dx is not None:
            self.kernels.convolution_forward(dz, self.W, None, *geometry, False, dx)

    def equation(self):
        return f"{self.applied_to('Wᵀ ⋆ x')},  {self.size[0]} × {self.size[1]}, stride {self.stride}"

    def multiply_adds(self):
        return self.weights * self.positions
