"""Are the gradients right? One random direction decides.

For f(theta) = sum(u * network(x)) with a random u, the backward pass claims df = <grad, v> along any direction v. The central
difference (f(theta + h v) - f(theta - h v)) / 2h gives the same number without it, to about 1e-9 in float64. Two forward passes
check an array of any size (as in autograd's `test_util`). Each array has a direction of its own: in a common one, a wrong bias
would drown among the weights.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network

STEP = 1e-6
TOLERANCE = 3e-8


class GradientCheck(NamedTuple):
    """One comparison: what backward says and what the difference says, along one direction."""

    what: str  # "x", "z", or the name of a parameter: "0.W"
    backward: float
    difference: float
    scale: float  # |gradient|: an error is judged against it, since gradient and direction may nearly be at right angles

    @property
    def error(self) -> float:
        return abs(self.backward - self.difference) / (1 + self.scale)

    @property
    def passed(self) -> bool:
        return self.error <= TOLERANCE

    def __str__(self):
        verdict = "ok" if self.passed else "WRONG"
        return f"d{self.what}: backward {self.backward:.9g}, difference {self.difference:.9g}, error {self.error:.1e} {verdict}"


def check_gradients(
    layers: Sequence[Layer], in_shape: tuple[int, ...], *, batch: int = 3, train: bool = True, seed: int = 0
) -> list[GradientCheck]:
    """Check dx and the gradient of each parameter of a chain of layers, in float64, with a random upstream gradient.

    Random parameters, biases too: at zero biases a unit may sit exactly on the kink of ReLU, where the difference is wrong.
    """
    rng = np.random.default_rng(seed)
    network = Network(layers, in_shape, seed=seed, dtype=np.float64)
    for slot in network.slots:
        fan_in = math.prod(slot.shape[:-1])  # 1 for a bias: whatever the widths, numbers of size 1 come out of each layer
        network.theta[slot.span] = rng.standard_normal(math.prod(slot.shape)) / math.sqrt(fan_in)
    network.state[...] = rng.uniform(0.5, 1.5, network.state.size)  # running statistics: a variance is positive
    x = rng.standard_normal((batch, *in_shape))
    u = rng.standard_normal((batch, *network.out_shape))

    def value() -> float:
        return float(np.sum(u * network.forward(x, train=train, keep=True)))

    value()
    network.grad[...] = np.nan  # backward overwrites: what it adds to, or leaves out, fails
    dx = network.backward(u.copy(), need_dx=True).copy()
    grad = network.grad.copy()
    arrays = {"x": (x, dx)} | {slot.name: (network.theta[slot.span], grad[slot.span]) for slot in network.slots}
    return [_compare(name, value, array, gradient, rng) for name, (array, gradient) in arrays.items()]


def check_loss_gradient(
    loss: Loss, z: np.ndarray, t: np.ndarray, w: np.ndarray | None = None, *, seed: int = 0
) -> GradientCheck:
    """Check dz of a loss at z (N, K) float64, for targets t and weights w."""
    z = np.array(z, dtype=np.float64)
    dz = loss(z, t, w)[1].copy()
    return _compare("z", lambda: loss(z, t, w)[0], z, dz, np.random.default_rng(seed))


def _compare(what: str, value: Callable[[], float], array: np.ndarray, grad: np.ndarray, rng) -> GradientCheck:
    """Move `array` along a random direction of length 1, there and back."""
    v = rng.standard_normal(array.shape)
    v /= math.sqrt(float(np.sum(v * v)))
    start = array.copy()
    array[...] = start + STEP * v
    up = value()
    array[...] = start - STEP * v
    down = value()
    array[...] = start
    scale = math.sqrt(float(np.sum(grad * grad)))
    return GradientCheck(what, float(np.sum(grad * v)), (up - down) / (2 * STEP), scale)
