"""The dense (fully connected) layer."""

import math

from pellucid.nn.activations import activation
from pellucid.nn.initialisers import initialiser, zeros
from pellucid.nn.layer import Layer
from pellucid.nn.parameter import Parameter


class Dense(Layer):
    """z = x W + b        y = f(z)        x: (N, K)  W: (K, M)  b: (M,)  y: (N, M).

    dz = dy f'(z)        dW = x^T dz        db = sum_n dz_n        dx = dz W^T

    units: M. activation: a name of `nn.activations`. initialiser: a name of `nn.initialisers`; std is for "normal" alone.
    """

    def __init__(
        self, units: int, activation: str = "linear", *, initialiser: str = "he", std: float = 0.01, bias: bool = True
    ):
        self.units, self.activation, self.initialiser, self.std, self.bias = units, activation, initialiser, std, bias
        self.f = _checked(self)

    def build(self, in_shape):
        if len(in_shape) != 1:
            raise ValueError(f"Dense needs rows of features (K,), got {in_shape}; put Flatten() before it")
        (k,) = in_shape
        self.fan_in = k
        parameters = {"W": Parameter((k, self.units), initialiser(self.initialiser, k, self.units, self.std))}
        if self.bias:
            parameters["b"] = Parameter((self.units,), zeros, decay=False)
        else:
            self.b = self.db = None
        if self.f.name != "linear":
            self.f_forward = getattr(self.kernels, self.f.name)
            self.f_backward = getattr(self.kernels, f"{self.f.name}_backward")
        return (self.units,), parameters

    def forward(self, x, train, keep):
        z = self.buffer("z", len(x), self.units)
        self.kernels.dense_forward(x, self.W, self.b, z)
        y = z
        if self.f.name != "linear":
            y = self.buffer("y", *z.shape) if keep and self.f.from_input else z
            self.f_forward(z, y)
        if keep:
            self.x, self.z, self.y = x, z, y
        return y

    def backward(self, dy, need_dx=True):
        dz = dy
        if self.f.name != "linear":
            self.f_backward(dy, self.z if self.f.from_input else self.y, dz)
        dx = self.buffer("dx", *self.x.shape) if need_dx else None
        self.kernels.dense_backward(self.x, self.W, dz, self.dW, self.db, dx)
        return dx

    def equation(self):
        affine = "x W + b" if self.bias else "x W"
        return f"y = {affine}" if self.f.name == "linear" else f"y = {self.f.name}({affine})"

    def multiply_adds(self):
        return self.fan_in * self.units


def _checked(layer):
    """The activation of a layer whose settings make sense; ValueError otherwise."""
    if layer.units < 1:
        raise ValueError(f"a Dense layer needs at least 1 unit, got {layer.units}")
    initialiser(layer.initialiser, 1, layer.units)  # an unknown name is an error now, not when the network is built
    if not (layer.std > 0 and math.isfinite(layer.std)):
        raise ValueError(f"std must be a positive number, got {layer.std}")
    return activation(layer.activation)
