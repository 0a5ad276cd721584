"""Pooling: pictures become smaller, or one number a channel."""

import math

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.nn.layers.geometry import Size, pair, picture, whole, windows


class Pool2D(Layer):
    """y[n, p, q, c] = some function of the window x[n, s p + (0 .. h-1), s q + (0 .. w-1), c]        Abstract.

    size: of the windows, h and w or one number for both. stride: s; None: as far as the windows are high and wide,
    which then must be the same. Pixels on the right and at the bottom that no whole window reaches are left out.
    """

    def __init__(self, size: Size, stride: int | None = None):
        self.size = pair(size, "the size of a window")
        if stride is None and self.size[0] != self.size[1]:
            raise ValueError(f"windows of {self.size[0]} × {self.size[1]} need a stride")
        self.stride = self.size[0] if stride is None else whole(stride, "a stride")

    def build(self, in_shape):
        outputs, _ = windows(self, in_shape, self.size, self.stride, "valid")
        self.out_shape = (*outputs, in_shape[2])
        return self.out_shape, {}

    def shape_text(self) -> str:
        """`2 × 2, stride 1`, for the layer's equation."""
        stride = f", stride {self.stride}" if self.size != (self.stride, self.stride) else ""
        return f"{self.size[0]} × {self.size[1]}{stride}"


class MaxPool2D(Pool2D):
    """y = the largest pixel of the window        dx = dy at that pixel (the first of equals), 0 elsewhere.

    x: (N, H, W, C)  y: (N, P, Q, C), P = floor((H - h) / s) + 1. Windows have at most 256 pixels. Arguments as in
    Pool2D.
    """

    def __init__(self, size: Size, stride: int | None = None):
        super().__init__(size, stride)
        if math.prod(self.size) > 256:
            raise ValueError(f"a window of MaxPool2D has at most 256 pixels, got {self.size[0]} × {self.size[1]}")

    def forward(self, x, train, keep):
        y = self.buffer("y", len(x), *self.out_shape)
        self.winner = self.buffer("winner", *y.shape, dtype=np.uint8) if keep else None
        self.kernels.max_pool_forward(x, self.size, self.stride, y, self.winner)
        self.x_shape = x.shape
        return y

    def backward(self, dy, need_dx=True):
        dx = self.buffer("dx", *self.x_shape)
        self.kernels.max_pool_backward(dy, self.winner, self.size, self.stride, dx)
        return dx

    def equation(self):
        return f"y = max x,  {self.shape_text()}"


class AvgPool2D(Pool2D):
    """y = the mean of the window        dx = dy / (h w), added up where windows overlap.

    x: (N, H, W, C)  y: (N, P, Q, C), P = floor((H - h) / s) + 1. Arguments as in Pool2D.
    """

    def forward(self, x, train, keep):
        y = self.buffer("y", len(x), *self.out_shape)
        self.kernels.average_pool_forward(x, self.size, self.stride, y)
        self.x_shape = x.shape
        return y

    def backward(self, dy, need_dx=True):
        dx = self.buffer("dx", *self.x_shape)
        self.kernels.average_pool_backward(dy, self.size, self.stride, dx)
        return dx

    def equation(self):
        return f"y = mean x,  {self.shape_text()}"


class GlobalAvgPool(Layer):
    """y[n, c] = the mean of channel c of picture n        dx = dy / (H W)        x: (N, H, W, C)  y: (N, C)."""

    def build(self, in_shape):
        self.in_shape = picture(self, in_shape)
        return (in_shape[2],), {}

    def forward(self, x, train, keep):
        y = self.buffer("y", len(x), x.shape[3])
        self.kernels.global_average_forward(x, y)
        return y

    def backward(self, dy, need_dx=True):
        dx = self.buffer("dx", len(dy), *self.in_shape)
        self.kernels.global_average_backward(dy, dx)
        return dx

    def equation(self):
        return "y = mean x,  whole picture"
