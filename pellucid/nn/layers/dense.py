"""The dense (fully connected) layer."""

from pellucid.nn.layers.affine import Affine
from pellucid.nn.layers.geometry import whole


class Dense(Affine):
    """z = x W + b        y = f(z)        x: (N, K)  W: (K, M)  b: (M,)  y: (N, M).

    dz = dy f'(z)        dW = x^T dz        db = sum_n dz_n        dx = dz W^T

    units: M. activation: a name of `nn.activations`. initialiser: a name of `nn.initialisers`; std is for "normal"
    alone.
    """

    def __init__(
        self, units: int, activation: str = "linear", *, initialiser: str = "he", std: float = 0.01, bias: bool = True
    ):
        self.units = whole(units, "the number of units of a Dense layer")
        self.activation, self.initialiser, self.std, self.bias = activation, initialiser, std, bias
        self.check()

    def build(self, in_shape):
        if len(in_shape) != 1:
            raise ValueError(f"Dense needs rows of features (K,), got {in_shape}; put Flatten() before it")
        (k,) = in_shape
        return self.declare((self.units,), (k, self.units), self.units, fan_in=k, fan_out=self.units)

    def map(self, x, relu, y):
        self.kernels.dense_forward(x, self.W, self.b, relu, y)

    def map_backward(self, x, y, dy, relu, dx):
        self.kernels.dense_backward(x, self.W, y, dy, relu, self.dW, self.db, dx)

    def equation(self):
        return self.applied_to("x W")

    def multiply_adds(self):
        return self.weights
