"""Dropout of whole channels."""

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.nn.layers.dropout import checked_rate
from pellucid.nn.layers.geometry import picture
from pellucid.seeding import key


class Dropout2D(Layer):
    """y = m x / (1 - rate)        dx = m dy / (1 - rate)        m: (N, 1, 1, C), 0 with probability `rate`, else 1.

    Neighbouring pixels tell the same, so that silencing single ones leaves most in place (Tompson et al. 2015,
    section 3.2). Outside training y = x. Which channels are silenced depends on (seed, position of the layer, step,
    picture in the batch, channel) alone.
    """

    def __init__(self, rate: float):
        self.rate = checked_rate(rate)

    def build(self, in_shape):
        picture(self, in_shape)
        return in_shape, {}

    def forward(self, x, train, keep):
        self.m = None
        if not train or not self.rate:
            return x
        m = self.buffer("m", len(x), x.shape[3])  # m / (1 - rate)
        self.kernels.dropout_mask(self.rate, key(self.clock.seed, "dropout", *self.position, self.clock.step), m)
        self.m = m[:, None, None]
        return np.multiply(x, self.m, out=self.buffer("y", *x.shape))

    def backward(self, dy, need_dx=True):
        return dy if self.m is None else np.multiply(dy, self.m, out=dy)

    def equation(self):
        return f"y = m x / {1 - self.rate:.4g},  P(m = 0) = {self.rate:g} for each channel in training"
