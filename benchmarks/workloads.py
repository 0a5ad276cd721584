"""The networks whose training step is measured. One more is one line more."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Workload:
    """A multi-layer perceptron with ReLU and softmax cross-entropy: widths from input to output, and the batch size."""

    widths: tuple[int, ...]
    batch: int

    @property
    def name(self) -> str:
        return f"{'-'.join(map(str, self.widths))}, batch {self.batch}"

    def data(self, batches: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """x (batches * batch, widths[0]) float32 in [0, 1), and labels int64: the same for every contender."""
        rng = np.random.default_rng(0)
        n = batches * self.batch
        return rng.random((n, self.widths[0]), np.float32), rng.integers(0, self.widths[-1], n)


WORKLOADS = (
    Workload((64, 32, 10), 32),
    Workload((784, 100, 10), 64),
    Workload((784, 512, 512, 10), 128),
)
