"""The optimisers: each holds its moments and calls its kernel (see `kernels/reference/optimizer.py`) on the whole vector."""

from typing import NamedTuple

import numpy as np

from pellucid.nn.network import Network
from pellucid.nn.parameter import Group


class Part(NamedTuple):
    """What one kernel call works on: a contiguous part of all the vectors, learning at one rate."""

    theta: np.ndarray
    grad: np.ndarray
    state: tuple[np.ndarray, ...]  # one moment each
    scratch: np.ndarray
    weights: np.ndarray  # the numbers of theta that decay
    group: Group


class Optimizer:
    """Changes `network.theta` along `network.grad`: all of it in one kernel call, unless factors part it into groups.

    state: (moments, P), zeros at the start. steps: how many steps were taken. Both belong into a checkpoint. Frozen
    parameters keep their bits and their moments. An optimiser pickles and copies together with its network.
    """

    name: str
    equation: str
    moments = 0

    def __init__(self, network: Network):
        self.network = network
        self.state = np.zeros((self.moments, network.theta.size), network.dtype)
        self.steps = 0
        self._prepare()

    def _prepare(self) -> None:
        """Make what follows from the network alone."""
        self.kernels = self.network.kernels
        self.scratch = np.empty_like(self.network.theta)
        self._groups, self._parts = None, []

    def __getstate__(self) -> dict:
        derived = ("kernels", "scratch")  # modules do not pickle, and views (the private names) would come back as copies
        return {name: value for name, value in vars(self).items() if not (name in derived or name.startswith("_"))}

    def __setstate__(self, state: dict) -> None:
        vars(self).update(state)
        self._prepare()

    def step(self, learning_rate: float) -> None:
        """One step with the gradient as it stands in `network.grad`."""
        self.steps += 1
        if self._groups is not self.network.groups:  # another list after each `set_factor`
            self._groups = self.network.groups
            self._parts = [self._part(group) for group in self._groups]
        for part in self._parts:
            self._step(part, learning_rate * part.group.factor)

    def _part(self, group: Group) -> Part:
        theta, grad = self.network.theta[group.span], self.network.grad[group.span]
        state, scratch = tuple(self.state[:, group.span]), self.scratch[group.span]
        return Part(theta, grad, state, scratch, theta[: group.decaying], group)

    def _step(self, part: Part, lr: float) -> None:
        raise NotImplementedError


class SGD(Optimizer):
    """theta <- theta - lr g."""

    name, equation = "sgd", "θ ← θ − η g"

    def _step(self, part, lr):
        self.kernels.sgd(part.theta, part.grad, lr, part.scratch)


class Momentum(Optimizer):
    """u <- beta u + g        theta <- theta - lr u."""

    name, equation, moments = "momentum", "u ← β u + g,  θ ← θ − η u", 1

    def __init__(self, network: Network, momentum: float = 0.9):
        super().__init__(network)
        self.momentum = momentum

    def _step(self, part, lr):
        self.kernels.momentum(part.theta, part.grad, part.state[0], lr, self.momentum, part.scratch)


class Nesterov(Momentum):
    """u <- beta u + g        theta <- theta - lr (g + beta u)."""

    name, equation = "nesterov", "u ← β u + g,  θ ← θ − η (g + β u)"

    def _step(self, part, lr):
        self.kernels.nesterov(part.theta, part.grad, part.state[0], lr, self.momentum, part.scratch)


class RMSProp(Optimizer):
    """v <- rho v + (1 - rho) g^2        theta <- theta - lr g / (sqrt(v) + epsilon)."""

    name, equation, moments = "rmsprop", "v ← ρ v + (1 − ρ) g²,  θ ← θ − η g / (√v + ε)", 1

    def __init__(self, network: Network, rho: float = 0.9, epsilon: float = 1e-8):
        super().__init__(network)
        self.rho, self.epsilon = rho, epsilon

    def _step(self, part, lr):
        self.kernels.rmsprop(part.theta, part.grad, part.state[0], lr, self.rho, self.epsilon, part.scratch)


class Adagrad(Optimizer):
    """v <- v + g^2        theta <- theta - lr g / (sqrt(v) + epsilon)."""

    name, equation, moments = "adagrad", "v ← v + g²,  θ ← θ − η g / (√v + ε)", 1

    def __init__(self, network: Network, epsilon: float = 1e-8):
        super().__init__(network)
        self.epsilon = epsilon

    def _step(self, part, lr):
        self.kernels.adagrad(part.theta, part.grad, part.state[0], lr, self.epsilon, part.scratch)


class Adam(Optimizer):
    """m <- b1 m + (1 - b1) g    v <- b2 v + (1 - b2) g^2    theta <- theta - lr m^ / (sqrt(v^) + epsilon)."""

    name, moments = "adam", 2
    equation = "m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  θ ← θ − η m̂ / (√v̂ + ε)"

    def __init__(self, network: Network, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8):
        super().__init__(network)
        self.beta1, self.beta2, self.epsilon = beta1, beta2, epsilon

    def _step(self, part, lr):
        m, v = part.state
        betas = self.beta1, self.beta2
        self.kernels.adam(part.theta, part.grad, m, v, self.steps, lr, *betas, self.epsilon, part.scratch)


class AdamW(Adam):
    """Adam, after theta <- (1 - lr decay) theta on the weights, biases excepted (Loshchilov & Hutter 2019, algorithm 2)."""

    name = "adamw"
    equation = "θ ← (1 − η λ) θ, then Adam: θ ← θ − η m̂ / (√v̂ + ε)"

    def __init__(
        self,
        network: Network,
        beta1: float = 0.9,
        beta2: float = 0.999,
        epsilon: float = 1e-8,
        weight_decay: float = 0.01,
    ):
        super().__init__(network, beta1, beta2, epsilon)
        self.weight_decay = weight_decay

    def _step(self, part, lr):
        np.multiply(part.weights, 1 - lr * self.weight_decay, out=part.weights)
        super()._step(part, lr)
