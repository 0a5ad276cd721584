"""Are the gradients right? One random direction decides.

For f(theta) = sum(u * network(x)) with a random u, the backward pass claims df = <grad, v> along any direction v. The central
difference (f(theta + h v) - f(theta - h v)) / 2h gives the same number without it, to about 1e-9 in float64. Two forward passes
check any number of parameters (as in autograd's `test_util`).
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network

STEP = 1e-6
TOLERANCE = 1e-7


class GradientCheck(NamedTuple):
    """One comparison: what backward says and what the difference says, along one direction."""

    what: str  # "theta", "x" or "z"
    backward: float
    difference: float
    scale: float  # |gradient| |direction|: an error is judged against it, since the two may nearly be at right angles

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
    """Check dtheta and dx of a chain of layers, in float64, with random parameters and a random upstream gradient.

    Random parameters, biases too: at zero biases a unit may sit exactly on the kink of ReLU, where the difference is wrong.
    """
    rng = np.random.default_rng(seed)
    network = Network(layers, in_shape, seed=seed, dtype=np.float64)
    network.theta[...] = rng.standard_normal(network.theta.size)
    x = rng.standard_normal((batch, *in_shape))
    u = rng.standard_normal((batch, *network.out_shape))

    def value() -> float:
        return float(np.sum(u * network.forward(x, train=train, keep=True)))

    value()
    dx = network.backward(u.copy(), need_dx=True).copy()
    checks = [_compare("x", value, x, dx, rng)]
    if network.theta.size:
        checks.append(_compare("theta", value, network.theta, network.grad.copy(), rng))
    return checks


def check_loss_gradient(
    loss: Loss, z: np.ndarray, t: np.ndarray, w: np.ndarray | None = None, *, seed: int = 0
) -> GradientCheck:
    """Check dz of a loss at z (N, K) float64, for targets t and weights w."""
    z = np.array(z, dtype=np.float64)
    dz = loss(z, t, w)[1].copy()
    return _compare("z", lambda: loss(z, t, w)[0], z, dz, np.random.default_rng(seed))


def _compare(what: str, value: Callable[[], float], array: np.ndarray, grad: np.ndarray, rng) -> GradientCheck:
    """Move `array` along a random direction, there and back."""
    v = rng.standard_normal(array.shape)
    start = array.copy()
    array[...] = start + STEP * v
    up = value()
    array[...] = start - STEP * v
    down = value()
    array[...] = start
    scale = math.sqrt(float(np.sum(grad * grad)) * float(np.sum(v * v)))
    return GradientCheck(what, float(np.sum(grad * v)), (up - down) / (2 * STEP), scale)
