"""Early stopping that keeps the best weights."""

import math

import numpy as np

from pellucid.nn.network import Network


class Best:
    """Remembers the parameters of the epoch with the lowest loss, and says when to stop waiting for a lower one.

    patience: how many epochs without a new low are waited for; 0 waits for ever.
    """

    def __init__(self, network: Network, patience: int = 0):
        self.network, self.patience = network, patience
        self.theta = network.theta.copy()
        self.loss, self.epoch, self.waited = math.inf, -1, 0

    def update(self, epoch: int, loss: float) -> bool:
        """Show the loss of an epoch, with the network holding its weights; True for a new low, which is then copied."""
        self.waited += 1
        if not loss < self.loss:
            return False
        self.loss, self.epoch, self.waited = loss, epoch, 0
        self.theta[...] = self.network.theta
        return True

    @property
    def exhausted(self) -> bool:
        """No new low for `patience` epochs."""
        return bool(self.patience) and self.waited >= self.patience

    def restore(self) -> None:
        """Give the network the best parameters seen."""
        self.network.theta[...] = self.theta

    def state(self) -> dict:
        """For a checkpoint, beside the array `theta`. A loss not yet seen is None."""
        return {"loss": self.loss if math.isfinite(self.loss) else None, "epoch": self.epoch, "waited": self.waited}

    def load(self, state: dict, theta: np.ndarray) -> None:
        """Take over what `state` and `theta` held."""
        self.loss = math.inf if state["loss"] is None else state["loss"]
        self.epoch, self.waited = state["epoch"], state["waited"]
        self.theta[...] = theta
