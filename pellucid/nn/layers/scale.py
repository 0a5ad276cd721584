"""Multiplication by a constant."""

import math

import numpy as np

from pellucid.nn.layer import Layer


class Scale(Layer):
    """y = factor x        dx = factor dy        for outputs that would be too large to begin with."""

    def __init__(self, factor: float):
        if not math.isfinite(factor) or not factor:
            raise ValueError(f"a scale is a finite number other than 0, got {factor}")
        self.factor = factor

    def build(self, in_shape):
        return in_shape, {}

    def forward(self, x, train, keep):
        return np.multiply(x, self.factor, out=self.buffer("y", *x.shape))

    def backward(self, dy, need_dx=True):
        return np.multiply(dy, self.factor, out=dy)

    def equation(self):
        return f"y = {self.factor:.4g} x"
