"""Faults of published programs, planted on purpose: what they cost is measured, and the doctor is seen to find them."""

from dataclasses import dataclass

import numpy as np

from pellucid.nn.network import Network


@dataclass(frozen=True)
class Faults:
    """How a backward pass goes wrong.

    share: the gradient is multiplied by it; 1: it is right. A mean taken over too many pictures is too small a gradient.
    summed_biases: the gradient of every bias of a layer is the sum over all of them: db = sum_n sum_k dz_nk. Behind a softmax
    that is exactly 0, for there sum_k dz_nk = sum_k p_nk - 1 = 0.
    """

    share: float = 1.0
    summed_biases: bool = False


class FaultyNetwork(Network):
    """A network whose backward has faults, and so have its copies. A model file knows nothing of them: answers are not touched."""

    faults = Faults()

    @classmethod
    def of(cls, network: Network, faults: Faults) -> "FaultyNetwork":
        """The same network over the same parameters, with faults."""
        twin = object.__new__(cls)
        twin._restore(network.__getstate__() | {"faults": faults}, network.kernels)
        return twin

    def backward(self, dy, need_dx=False) -> np.ndarray | None:
        """What `Network.backward` gives, with the faults."""
        dx = super().backward(dy * self.dtype.type(self.faults.share), need_dx)
        if self.faults.summed_biases:
            for slot in self.slots:
                if slot.name.rpartition(".")[2] == "b":
                    biases = slot.view(self.grad)
                    biases[...] = biases.sum()
        return dx

    def __getstate__(self) -> dict:
        return super().__getstate__() | {"faults": self.faults}

    def _restore(self, state, kernels) -> None:
        self.faults = state["faults"]
        super()._restore(state, kernels)
