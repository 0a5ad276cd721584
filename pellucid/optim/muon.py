"""Muon: the step of each matrix is made orthogonal."""

import numpy as np

from pellucid.nn.network import Network
from pellucid.optim.optimizers import Optimizer

STEPS = 3  # of Newton-Schulz: enough for small networks (Jordan's CIFAR-10 record); 5 are usual for large ones


class Muon(Optimizer):
    """u <- beta u + g        d = g + beta u, made orthogonal        theta <- (1 - lr decay) theta - lr d.

    For a matrix (K, M), and for filters (h, w, C, M) as the matrix (h w C, M), d = U S V^T becomes about U V^T: all
    directions are learned at one rate, whatever their gradients' sizes. So lr is the size of a step whatever the
    loss is multiplied by; useful rates lie between 0.01 and 0.3. Biases, norms and depthwise filters take the step
    d of Nesterov's momentum. The weights decay, as in AdamW. (Jordan et al. 2024, "Muon: An optimizer for hidden
    layers in neural networks".)
    """

    name, moments = "muon", 1
    equation = "u ← β u + g,  d = g + β u = U S Vᵀ,  θ ← (1 − η λ) θ − η U Vᵀ"

    def __init__(self, network: Network, momentum: float = 0.95, weight_decay: float = 0.01):
        super().__init__(network)
        self.momentum, self.weight_decay = momentum, weight_decay

    def _prepare(self):
        super()._prepare()
        self._matrices = [slot for slot in self.network.slots if len(slot.shape) in (2, 4)]
        shapes = [_as_matrix(slot.view(self.scratch)).shape for slot in self._matrices]
        size = max(map(self.kernels.orthogonalise_scratch, shapes), default=0)
        self._workspace = np.empty(size, self.network.dtype)

    def _step(self, part, lr):
        self.kernels.nesterov_direction(part.grad, part.state[0], self.momentum, part.scratch)
        for slot in self._matrices:
            if part.group.span.start <= slot.span.start < part.group.span.stop:
                d = _as_matrix(slot.view(self.scratch))
                self.kernels.orthogonalise(d, STEPS, d, self._workspace)
        np.multiply(part.weights, 1 - lr * self.weight_decay, out=part.weights)
        self.kernels.sgd(part.theta, part.scratch, lr, part.scratch)


def _as_matrix(array: np.ndarray) -> np.ndarray:
    return array.reshape(-1, array.shape[-1])
