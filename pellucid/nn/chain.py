"""Dense layers in a row are one kernel call in training, where each layer's way through Python takes longer than its arithmetic."""

from collections.abc import Sequence
from types import ModuleType

import numpy as np

from pellucid.nn.layer import Layer
from pellucid.nn.layers.dense import Dense
from pellucid.nn.layers.flatten import Flatten

MOST_PLANS = 4  # sizes of batches: the usual one, the last of an epoch, and those of another loop


class Chain:
    """The gradient of softmax cross-entropy for dense layers, linear or ReLU, alone or behind a Flatten.

    The numbers are those of forward, loss and backward one after the other, to rounding; the layers keep nothing of it.
    """

    def __init__(self, layers: Sequence[Dense], kernels: ModuleType):
        self.layers, self.kernels, self._plans = layers, kernels, {}

    @classmethod
    def of(cls, layers: Sequence[Layer], kernels: ModuleType) -> "Chain | None":
        """The chain that these layers are, or None."""
        dense = [layer for layer in layers if type(layer) is not Flatten]
        if not dense or any(type(layer) is not Dense or layer.bent for layer in dense) or dense[-1].units == 1:
            return None
        return cls(dense, kernels)

    def gradient(self, x: np.ndarray, t: np.ndarray, w: np.ndarray | None, smoothing: float) -> tuple[float, int]:
        """Write the gradient of every parameter for a batch (x, t, w) with labels t (N,); loss and hits.

        Errors: ValueError for a label that is none of the outputs, for examples of another size, and for too few labels.
        """
        dtype, n = self.layers[0].dtype, len(x)
        x = np.ascontiguousarray(x, dtype).reshape(n, len(self.layers[0].W))
        t = np.ascontiguousarray(t, np.int64)
        w = None if w is None else np.ascontiguousarray(w, dtype)
        if len(t) != n or (w is not None and len(w) != n):
            raise ValueError(f"{n} examples have {len(t)} labels and {n if w is None else len(w)} weights")
        loss, hits = self.kernels.chain_gradient(self._plan(n), x, t, w, smoothing)
        if hits < 0:
            last = self.layers[-1].units - 1
            raise ValueError(f"labels from {t.min()} to {t.max()} do not fit {last + 1} outputs; expected 0 to {last}")
        return loss, hits

    def _plan(self, n: int):
        """What the kernel knows of the layers, with buffers for n examples."""
        if n not in self._plans:
            if len(self._plans) == MOST_PLANS:
                self._plans.clear()
            self._plans[n] = self.kernels.chain_plan([self._line(layer, n) for layer in self.layers], n)
        return self._plans[n]

    @staticmethod
    def _line(layer: Dense, n: int) -> tuple:
        y, dy = np.empty((2, n, layer.units), layer.dtype)
        return layer.W, layer.b, layer.relu, layer.dW, layer.db, y, dy
