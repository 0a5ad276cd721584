"""A running average of the weights, which is often better than the last weights."""

import contextlib
from collections.abc import Iterator

import numpy as np

from pellucid.nn.network import Network


class WeightAverage:
    """a <- d a + (1 - d) theta after each step, with d = min(decay, (1 + t) / (10 + t)).

    The smaller d of the first steps forgets the random start (Polyak & Juditsky 1992; the warm-up is that of TensorFlow's
    moving averages).
    """

    def __init__(self, network: Network, decay: float):
        if not 0 < decay < 1:
            raise ValueError(f"the decay of the average lies between 0 and 1, got {decay}")
        self.network, self.decay = network, decay
        self.theta = network.theta.copy()
        self._scratch = np.empty_like(self.theta)

    def update(self, steps: int) -> None:
        """Take in the weights after step number `steps`."""
        keep = min(self.decay, (1 + steps) / (10 + steps))
        self.theta *= keep
        self.theta += np.multiply(self.network.theta, 1 - keep, out=self._scratch)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """While the block runs, the network computes with the averaged weights."""
        self._scratch[...] = self.network.theta
        self.network.theta[...] = self.theta
        try:
            yield
        finally:
            self.network.theta[...] = self._scratch
