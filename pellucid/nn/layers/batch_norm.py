"""Batch normalisation."""

import numpy as np

from pellucid.nn.initialisers import ones, zeros
from pellucid.nn.layer import Layer
from pellucid.nn.parameter import Parameter


class BatchNorm(Layer):
    """u = (x - m) / sqrt(v + epsilon)        y = g u + b        m, v: mean and variance of each channel.

    x: (N, ..., C)  g, b, m, v: (C,) (Ioffe & Szegedy 2015). In training m and v are those of the batch, taken over
    its R pictures and pixels, and

    dg = sum dy u        db = sum dy        dx = g (dy - db / R - u dg / R) / sqrt(v + epsilon)

    and the running statistics, two arrays of the network's state, follow:

    mean <- momentum mean + (1 - momentum) m        variance <- momentum variance + (1 - momentum) v R / (R - 1)

    Outside training m and v are the running statistics, and dx = g dy / sqrt(v + epsilon).

    scale, shift: whether g and b are learned; else they are 1 and 0. A bias in the layer before has no effect:
    leave it out. A ReLU that is the next layer is computed together with it, which spares two passes over memory.
    """

    relu = False  # whether the network has put the ReLU that follows into this layer (see `nn.fusion`)

    def __init__(self, momentum: float = 0.9, epsilon: float = 1e-5, *, scale: bool = True, shift: bool = True):
        if not 0 <= momentum < 1:
            raise ValueError(f"the momentum of the running statistics lies in [0, 1), got {momentum}")
        if not epsilon > 0:
            raise ValueError(f"epsilon must be above 0, got {epsilon}")
        self.momentum, self.epsilon, self.scale, self.shift = momentum, epsilon, scale, shift

    def build(self, in_shape):
        self.channels = in_shape[-1]
        shape = (self.channels,)
        self.g = self.dg = self.b = self.db = None
        parameters = {"g": Parameter(shape, ones, decay=False)} if self.scale else {}
        parameters |= {"b": Parameter(shape, zeros, decay=False)} if self.shift else {}
        parameters["mean"] = Parameter(shape, zeros, decay=False, learned=False)
        parameters["variance"] = Parameter(shape, ones, decay=False, learned=False)
        return in_shape, parameters

    def forward(self, x, train, keep):
        rows = x.reshape(len(x), -1, self.channels)
        y = self.buffer("y", *rows.shape)
        if train:
            m, v = self.buffer("m", self.channels), self.buffer("v", self.channels)
            self.kernels.batch_norm_forward(rows, self.g, self.b, self.epsilon, self.relu, m, v, y)
            self._follow(m, v, rows.shape[0] * rows.shape[1])
        else:
            m, v = self.mean, self.variance
            self.kernels.normalise_forward(rows, self.g, self.b, self.epsilon, self.relu, m, v, y)
        if keep:
            self.x, self.m, self.v, self.of_batch = rows, m, v, train
        return y.reshape(x.shape)

    def _follow(self, m: np.ndarray, v: np.ndarray, count: int) -> None:
        """Move the running statistics, after a batch of `count` numbers a channel; one alone has no variance."""
        self.mean += (1 - self.momentum) * (m - self.mean)
        if count > 1:
            self.variance += (1 - self.momentum) * (v * (count / (count - 1)) - self.variance)

    def backward(self, dy, need_dx=True):
        dx = self.buffer("dx", *self.x.shape)
        backward = self.kernels.batch_norm_backward if self.of_batch else self.kernels.normalise_backward
        settings = self.g, self.b, self.epsilon, self.relu, self.m, self.v
        backward(self.x, *settings, dy.reshape(self.x.shape), self.dg, self.db, dx)
        return dx.reshape(dy.shape)

    def equation(self):
        stretched = "g (x − m) / √(v + ε)" if self.scale else "(x − m) / √(v + ε)"
        return f"y = {stretched}{' + b' if self.shift else ''},  over the batch"
