"""What the layers with weights, a bias and an activation have in common."""

import math

import numpy as np

from pellucid.nn import activations, initialisers
from pellucid.nn.layer import Layer
from pellucid.nn.parameter import Parameter


class Affine(Layer):
    """z = an affine map of x, by weights W and biases b        y = f(z)        dz = dy f'(z)        Abstract.

    A subclass stores its arguments and calls `check`; its `build` ends with `declare`; `map` computes z,
    `map_backward` the gradients from dz, both with a ReLU on the way, which so costs no pass over memory. Any other
    activation is applied after `map`, in place where its derivative can be told from y.
    """

    activation: str
    initialiser: str
    std: float
    bias: bool
    starts = initialisers.NAMES  # the initialisers that fit the layer's weights

    def check(self) -> None:
        """Refuse settings that make no sense, before the network is built. Errors: ValueError."""
        if self.initialiser not in self.starts:
            raise ValueError(f"unknown initialiser {self.initialiser!r}; expected one of {', '.join(self.starts)}")
        if not (self.std > 0 and math.isfinite(self.std)):
            raise ValueError(f"std must be a positive number, got {self.std}")
        self.f = activations.activation(self.activation)

    def declare(self, out_shape: tuple[int, ...], weights: tuple[int, ...], biases: int, fan_in: int, fan_out: int):
        """What `build` returns. fan_in, fan_out: how many inputs an output has, and outputs an input."""
        self.out_shape, self.weights = out_shape, math.prod(weights)
        parameters = {"W": Parameter(weights, initialisers.initialiser(self.initialiser, fan_in, fan_out, self.std))}
        if self.bias:
            parameters["b"] = Parameter((biases,), initialisers.zeros, decay=False)
        else:
            self.b = self.db = None
        self.relu, self.bent = self.f.name == "relu", self.f.name not in ("linear", "relu")
        if self.bent:
            self.f_forward = getattr(self.kernels, self.f.name)
            self.f_backward = getattr(self.kernels, f"{self.f.name}_backward")
        return out_shape, parameters

    def map(self, x: np.ndarray, relu: bool, y: np.ndarray) -> None:
        """Write z, or max(z, 0) where `relu`, into y (N, *out_shape) for x (N, *in_shape)."""
        raise NotImplementedError

    def map_backward(self, x: np.ndarray, y: np.ndarray, dy: np.ndarray, relu: bool, dx: np.ndarray | None) -> None:
        """Write dW, db and, unless it is None, dx (N, *in_shape) for dz = dy, or dy [y > 0] where `relu`.

        May destroy dy.
        """
        raise NotImplementedError

    def forward(self, x, train, keep):
        z = y = self.buffer("z", len(x), *self.out_shape)
        self.map(x, self.relu, z)
        if self.bent:
            y = self.buffer("y", *z.shape) if keep and self.f.from_input else z
            self.f_forward(z, y)
        if keep:
            self.x, self.z, self.y = x, z, y
        return y

    def backward(self, dy, need_dx=True):
        if self.bent:
            self.f_backward(dy, self.z if self.f.from_input else self.y, dy)
        dx = self.buffer("dx", *self.x.shape) if need_dx else None
        self.map_backward(self.x, self.y, dy, self.relu, dx)
        return dx

    def applied_to(self, product: str) -> str:
        """`y = relu(product + b)`, for the layer's equation."""
        affine = f"{product} + b" if self.bias else product
        return f"y = {affine}" if self.f.name == "linear" else f"y = {self.f.name}({affine})"
