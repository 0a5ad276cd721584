"""Early stopping that keeps the best weights."""

import math

import numpy as np

from pellucid.nn.network import Network


class Best:
    """Remembers the parameters of the epoch with the lowest loss, and the running statistics that belong to them.

    It also says when to stop waiting for a lower loss.

    patience: how many epochs without a new low are waited for; 0 waits for ever.
    """

    def __init__(self, network: Network, patience: int = 0):
        self.network, self.patience = network, patience
        self.values = network.values.copy()
        self.loss, self.epoch, self.waited = math.inf, -1, 0

    def update(self, epoch: int, loss: float) -> bool:
        """Show the loss of an epoch, with the network holding its weights; True for a new low, which is then copied."""
        self.waited += 1
        if not loss < self.loss:
            return False
        self.loss, self.epoch, self.waited = loss, epoch, 0
        self.values[...] = self.network.values
        return True

    @property
    def exhausted(self) -> bool:
        """No new low for `patience` epochs."""
        return bool(self.patience) and self.waited >= self.patience

    def restore(self) -> None:
        """Give the network the best parameters seen; it keeps its own where losses were seen and none was a number."""
        if self.epoch >= 0 or not self.waited:
            self.network.values[...] = self.values

    def state(self) -> dict:
        """For a checkpoint, beside the array `values`."""
        return {"loss": self.loss, "epoch": self.epoch, "waited": self.waited}

    def load(self, state: dict, values: np.ndarray) -> None:
        """Take over what `state` and `values` held."""
        self.loss, self.epoch, self.waited = state["loss"], state["epoch"], state["waited"]
        self.values[...] = values
