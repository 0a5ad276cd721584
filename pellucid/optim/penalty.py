"""L1 and L2: a price on large weights, added to the gradient and reported apart from the loss."""

import numpy as np

from pellucid.nn.network import Network


class Penalty:
    """l1 |W|_1 + l2/2 |W|^2        added to the gradient: l1 sign(W) + l2 W        over all weights that learn.

    Biases and what is frozen are excepted.
    """

    def __init__(self, l1: float = 0.0, l2: float = 0.0):
        if l1 < 0 or l2 < 0:
            raise ValueError(f"l1 and l2 cannot be negative, got {l1} and {l2}")
        self.l1, self.l2 = l1, l2
        self._groups, self._parts = None, []

    def value(self, network: Network) -> float:
        """What is added to the loss."""
        weights = [network.theta[span] for span in _spans(network)]
        return sum(self.l1 * float(np.abs(W).sum()) + self.l2 / 2 * float(W @ W) for W in weights)

    def add_gradient(self, network: Network, scratch: np.ndarray) -> None:
        """grad <- grad + l1 sign(W) + l2 W."""
        if self._groups is not network.groups:  # another list for each network, and after each `set_factor`
            self._groups = network.groups
            self._parts = [(network.theta[span], network.grad[span], span) for span in _spans(network)]
        for W, dW, span in self._parts:
            network.kernels.penalty_gradient(W, dW, self.l1, self.l2, scratch[span])


def _spans(network: Network) -> list[slice]:
    """Where the weights that learn lie in theta: one span, unless some are frozen or learn at a rate of their own."""
    return [slice(group.span.start, group.span.start + group.decaying) for group in network.groups]
