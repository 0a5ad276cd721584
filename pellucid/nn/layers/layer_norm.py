"""Layer normalisation."""

from pellucid.nn.initialisers import ones, zeros
from pellucid.nn.layer import Layer
from pellucid.nn.parameter import Parameter


class LayerNorm(Layer):
    """u = (x - m) / sqrt(v + epsilon)        y = g u + b        m, v: mean and variance over the last axis.

    x: (N, ..., C)  g, b: (C,)  m, v: one number a picture and pixel, in training and outside alike (Ba et al. 2016).

    dg = sum dy u        db = sum dy        dx = (du - mean(du) - u mean(du u)) / sqrt(v + epsilon)        du = dy g
    """

    def __init__(self, epsilon: float = 1e-5):
        if not epsilon > 0:
            raise ValueError(f"epsilon must be above 0, got {epsilon}")
        self.epsilon = epsilon

    def build(self, in_shape):
        self.channels = in_shape[-1]
        shape = (self.channels,)
        return in_shape, {"g": Parameter(shape, ones, decay=False), "b": Parameter(shape, zeros, decay=False)}

    def forward(self, x, train, keep):
        rows = x.reshape(-1, self.channels)
        y, m, v = self.buffer("y", *rows.shape), self.buffer("m", len(rows)), self.buffer("v", len(rows))
        self.kernels.layer_norm_forward(rows, self.g, self.b, self.epsilon, m, v, y)
        if keep:
            self.x, self.m, self.v = rows, m, v
        return y.reshape(x.shape)

    def backward(self, dy, need_dx=True):
        dx = self.buffer("dx", *self.x.shape)
        rows = dy.reshape(self.x.shape)
        self.kernels.layer_norm_backward(self.x, self.g, self.epsilon, self.m, self.v, rows, self.dg, self.db, dx)
        return dx.reshape(dy.shape)

    def equation(self):
        return "y = g (x − m) / √(v + ε) + b,  over the channels"
