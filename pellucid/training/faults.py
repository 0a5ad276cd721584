"""Faults of published programs, planted on purpose: what they cost is measured, and the doctor is seen to find them."""

from dataclasses import dataclass

import numpy as np

from pellucid.nn.layers.affine import Affine
from pellucid.nn.network import Network


@dataclass(frozen=True)
class Faults:
    """How a backward pass goes wrong.

    share: the gradient is multiplied by it; 1: it is right. A mean taken over too many pictures is too small a gradient; -1 is
        the derivative of (y - t)^2 taken for 2 (t - y), which climbs.
    summed_biases: the gradient of every bias of a layer is the sum over all of them: db = sum_n sum_k dz_nk. Behind a softmax
        that is exactly 0, for there sum_k dz_nk = sum_k p_nk - 1 = 0.
    stepped: dense and convolution layers take their step of gradient descent, with this learning rate, before they hand the
        gradient on: dx = dz (W - stepped dW)^T. 0: they hand it on through the weights that gave y, as they should.
    """

    share: float = 1.0
    summed_biases: bool = False
    stepped: float = 0.0


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
        dy = dy * self.dtype.type(self.faults.share)
        dx = self._stepping(dy, need_dx) if self.faults.stepped else super().backward(dy, need_dx)
        if self.faults.summed_biases:
            for slot in self.slots:
                if slot.name.rpartition(".")[2] == "b":
                    biases = slot.view(self.grad)
                    biases[...] = biases.sum()
        return dx

    def _stepping(self, dy: np.ndarray, need_dx: bool) -> np.ndarray | None:
        """Backward layer by layer, each handing on the gradient through the weights that its step would leave.

        A layer's own gradients do not depend on its weights, so going back twice gives them twice, and dx the second time.
        """
        first = 0 if need_dx else self._first_learning
        for position in range(len(self.layers) - 1, first - 1, -1):
            layer, wanted = self.layers[position], need_dx or position > first
            if not (wanted and isinstance(layer, Affine)):
                dy = layer.backward(dy, wanted)
                continue
            layer.backward(dy.copy(), need_dx=False)
            W = layer.W.copy()
            layer.W -= self.faults.stepped * layer.dW
            dy = layer.backward(dy)
            layer.W[...] = W
        return dy if need_dx else None

    def __getstate__(self) -> dict:
        return super().__getstate__() | {"faults": self.faults}

    def _restore(self, state, kernels) -> None:
        self.faults = state["faults"]
        super()._restore(state, kernels)
