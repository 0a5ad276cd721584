"""Larger pictures, by repeating pixels."""

from pellucid.nn.layer import Layer
from pellucid.nn.layers.geometry import picture, whole


class Upsample(Layer):
    """y[n, f h + i, f w + j] = x[n, h, w] for i, j < f        dx[n, h, w] = sum_ij dy[n, f h + i, f w + j].

    x: (N, H, W, C)  y: (N, f H, f W, C)  factor: f.
    """

    def __init__(self, factor: int = 2):
        self.factor = whole(factor, "the factor of Upsample")

    def build(self, in_shape):
        height, width, channels = self.in_shape = picture(self, in_shape)
        self.out_shape = (height * self.factor, width * self.factor, channels)
        return self.out_shape, {}

    def forward(self, x, train, keep):
        y = self.buffer("y", len(x), *self.out_shape)
        self.kernels.upsample_forward(x, self.factor, y)
        return y

    def backward(self, dy, need_dx=True):
        dx = self.buffer("dx", len(dy), *self.in_shape)
        self.kernels.upsample_backward(dy, self.factor, dx)
        return dx

    def equation(self):
        return f"y = each pixel {self.factor} × {self.factor} times"
