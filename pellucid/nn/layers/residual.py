"""The residual layer."""

from collections.abc import Sequence

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.nn.layers.convolution import Conv2D
from pellucid.nn.layers.dense import Dense
from pellucid.nn.wrapper import Wrapper, prefixed


class Residual(Wrapper):
    """y = x + f(x)        dx = dy + what f's backward makes of dy        f: the layers inside, one after another.

    He et al. 2016, equation 1. projection: y = x P + f(x), equation 2, with a learned P, for an f whose output has
    another shape than x: a convolution of size 1 without bias and with the stride that makes x as small as f(x);
    for rows, a matrix.
    """

    def __init__(self, layers: Sequence[Layer], projection: bool = False):
        if not layers:
            raise ValueError("Residual needs at least one layer inside")
        self.layers, self.projection = tuple(layer.unbuilt() for layer in layers), projection
        self.shortcut: Layer | None = None

    def children(self):
        return super().children() | ({"projection": self.shortcut} if self.shortcut else {})

    def build(self, in_shape):
        out_shape, declared = self.build_chain(in_shape)
        shape = in_shape
        if self.projection:
            self.shortcut = _projection(in_shape, out_shape)
            self.shortcut.settle(self.dtype, self.kernels, self.clock, (*self.position, len(self.layers)))
            shape, parameters = self.shortcut.build(in_shape)
            declared |= prefixed("projection", parameters)
        if tuple(shape) != tuple(out_shape):
            hint = "" if self.projection else "; give it projection=True"
            raise ValueError(f"Residual cannot add {tuple(shape)} to the {tuple(out_shape)} of the layers inside{hint}")
        return out_shape, declared

    def forward(self, x, train, keep):
        straight = self.shortcut.forward(x, train, keep) if self.shortcut else x
        bent = self.forward_chain(x, train, keep)
        return np.add(straight, bent, out=self.buffer("y", *bent.shape))

    def backward(self, dy, need_dx=True):
        straight = self.buffer("dy", *dy.shape)
        straight[...] = dy  # the layers inside may destroy dy
        dx = self.backward_chain(dy, need_dx)
        if self.shortcut:
            straight = self.shortcut.backward(straight, need_dx)
        return np.add(dx, straight, out=dx) if need_dx else None

    def equation(self):
        inside = "1 layer" if len(self.layers) == 1 else f"{len(self.layers)} layers"
        return f"y = {'x P' if self.projection else 'x'} + f(x),  f: {inside}"


def _projection(in_shape: tuple[int, ...], out_shape: tuple[int, ...]) -> Layer:
    """The layer that brings x to the shape of f(x), as near as it can."""
    if len(in_shape) == len(out_shape) == 3:
        stride = max(-(-before // after) for before, after in zip(in_shape[:2], out_shape[:2], strict=True))
        return Conv2D(out_shape[2], 1, stride=stride, initialiser="lecun", bias=False)
    return Dense(out_shape[-1], initialiser="lecun", bias=False)
