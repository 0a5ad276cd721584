"""An activation as a layer of its own: after batch norm or a residual, which have none."""

from pellucid.nn import activations
from pellucid.nn.layer import Layer


class Activation(Layer):
    """y = f(x), element by element        dx = dy f'(x)        name: one of `nn.activations`."""

    done = False  # whether the layer before computes it (see `nn.fusion`)

    def __init__(self, name: str):
        self.f = activations.activation(name)
        self.name = name

    def build(self, in_shape):
        if self.name != "linear":
            self.f_forward = getattr(self.kernels, self.name)
            self.f_backward = getattr(self.kernels, f"{self.name}_backward")
        return in_shape, {}

    def forward(self, x, train, keep):
        y = x
        if not self.done and self.name != "linear":
            y = self.buffer("y", *x.shape)
            self.f_forward(x, y)
        if keep:
            self.kept = x if self.f.from_input else y
        return y

    def backward(self, dy, need_dx=True):
        if not self.done and self.name != "linear":
            self.f_backward(dy, self.kept, dy)
        return dy

    def equation(self):
        return "y = x" if self.name == "linear" else f"y = {self.name}(x)"
