"""One update of the parameters: everything that happens between the gradient and the next batch."""

import contextlib
import math

import numpy as np

from pellucid.nn.network import Network
from pellucid.optim.average import WeightAverage
from pellucid.optim.optimizers import Optimizer
from pellucid.optim.penalty import Penalty


class Update:
    """g <- grad + penalty's gradient;  g <- g min(1, clip_norm / |g|);  optimiser step;  running average.

    clip_norm: 0 for no clipping (Pascanu et al. 2013, algorithm 1). average: 0 for none, else the decay of the average.
    """

    def __init__(
        self, optimizer: Optimizer, *, penalty: Penalty | None = None, clip_norm: float = 0.0, average: float = 0.0
    ):
        self.network: Network = optimizer.network
        self.optimizer, self.clip_norm = optimizer, clip_norm
        self.penalty = penalty if penalty and (penalty.l1 or penalty.l2) else None
        self.average = WeightAverage(self.network, average) if average else None

    def __call__(self, learning_rate: float) -> float:
        """Update the parameters; return the norm of the gradient, penalty included, before clipping.

        A norm that is not finite changes nothing: the parameters stay those before the failing step.
        """
        grad = self.network.grad
        if self.penalty:
            self.penalty.add_gradient(self.network, self.optimizer.scratch)
        norm = self.network.kernels.norm(grad)
        if not math.isfinite(norm):
            return norm
        if self.clip_norm and norm > self.clip_norm:
            grad *= self.clip_norm / norm
        self.optimizer.step(learning_rate)
        if self.average:
            self.average.update(self.optimizer.steps)
        return norm

    def final_weights(self) -> contextlib.AbstractContextManager:
        """While the block runs, the network has the weights to be judged and kept: the averaged ones, if there is an average."""
        return self.average.applied() if self.average else contextlib.nullcontext()

    def tensors(self) -> dict[str, np.ndarray]:
        """What a checkpoint must hold, besides the network's values and the number of steps, to go on in the same bits."""
        arrays = {"optimizer": self.optimizer.state}
        return arrays | {"average": self.average.values} if self.average else arrays

    def restore(self, tensors: dict[str, np.ndarray], steps: int) -> None:
        """Take over what `tensors` gave."""
        self.optimizer.state[...] = tensors["optimizer"]
        self.optimizer.steps = steps
        if self.average:
            self.average.values[...] = tensors["average"]
