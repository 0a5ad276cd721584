"""L1 and L2: a price on large weights, added to the gradient and reported apart from the loss."""

import numpy as np

from pellucid.nn.network import Network


class Penalty:
    """l1 |W|_1 + l2/2 |W|^2        added to the gradient: l1 sign(W) + l2 W        over all weights, biases excepted."""

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        if l1 < 0 or l2 < 0:
            raise ValueError(f"l1 and l2 cannot be negative, got {l1} and {l2}")
        self.l1, self.l2 = l1, l2

    def value(self, network: Network) -> float:
        """What is added to the loss."""
        W = network.theta[: network.decaying]
        return self.l1 * float(np.abs(W).sum()) + self.l2 / 2 * float(W @ W)

    def add_gradient(self, network: Network, scratch: np.ndarray) -> None:
        """grad <- grad + l1 sign(W) + l2 W."""
        W, dW, scratch = (a[: network.decaying] for a in (network.theta, network.grad, scratch))
        if self.l2:
            dW += np.multiply(W, self.l2, out=scratch)
        if self.l1:
            dW += np.multiply(np.sign(W, out=scratch), self.l1, out=scratch)
