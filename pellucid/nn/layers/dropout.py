"""Dropout."""

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.seeding import key


class Dropout(Layer):
    """y = m x / (1 - rate)        dx = m dy / (1 - rate)        m: 0 with probability `rate`, else 1; outside training y = x.

    Which elements are silenced depends on (seed, position of the layer, step, element) alone, so a resumed run
    drops the same.
    """

    def __init__(self, rate: float):
        self.rate = checked_rate(rate)

    def build(self, in_shape):
        return in_shape, {}

    def forward(self, x, train, keep):
        self.m = None
        if not train or not self.rate:
            return x
        self.m = self.buffer("m", *x.shape)  # m / (1 - rate)
        self.kernels.dropout_mask(self.rate, key(self.clock.seed, "dropout", *self.position, self.clock.step), self.m)
        return np.multiply(x, self.m, out=self.buffer("y", *x.shape))

    def backward(self, dy, need_dx=True):
        return dy if self.m is None else np.multiply(dy, self.m, out=dy)

    def equation(self):
        return f"y = m x / {1 - self.rate:.4g},  P(m = 0) = {self.rate:g} in training"


def checked_rate(rate: float) -> float:
    """`rate`, if it is a share below 1. Errors: ValueError."""
    if not 0 <= rate < 1:
        raise ValueError(f"a dropout rate lies in [0, 1), got {rate}")
    return rate
