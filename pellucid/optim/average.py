"""A running average of the weights, which is often better than the last weights."""

import contextlib
from collections.abc import Iterator

import numpy as np

from pellucid.nn.network import Network


class WeightAverage:
    """a <- a + (1 - d) (theta - a) after each step, with d = min(decay, (1 + t) / (10 + t)).

    The smaller d of the first steps forgets the random start (Polyak & Juditsky 1992; the warm-up is that of
    TensorFlow's moving averages). The running statistics are averaged in the same way: those of the last weights
    would not fit the averaged ones. In this form, what does not change (frozen parameters) keeps its bits.
    """

    def __init__(self, network: Network, decay: float):
        if not 0 < decay < 1:
            raise ValueError(f"the decay of the average lies between 0 and 1, got {decay}")
        self.network, self.decay = network, decay
        self.values = network.values.copy()
        self._scratch = np.empty_like(self.values)

    def update(self, steps: int) -> None:
        """Take in the weights after step number `steps`."""
        keep = min(self.decay, (1 + steps) / (10 + steps))
        self.network.kernels.average(self.values, self.network.values, keep, self._scratch)

    @contextlib.contextmanager
    def applied(self) -> Iterator[None]:
        """While the block runs, the network computes with the averaged weights and running statistics."""
        self._scratch[...] = self.network.values
        self.network.values[...] = self.values
        try:
            yield
        finally:
            self.network.values[...] = self._scratch
