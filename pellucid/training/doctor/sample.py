"""Some training pictures, always the same, to look at the network with."""

import math
from dataclasses import dataclass

import numpy as np

from pellucid.nn.losses import Loss

PICTURES = 128  # a unit that fires for one picture in 30 is silent on all of them once in 75 times
NUMBERS = 1 << 22  # of large pictures no more than so many pixel values, or a batch: a look should fit where training does


@dataclass(frozen=True, eq=False)
class Sample:
    """x (n, *in_shape), t (n,) labels or (n, K) targets, w (n,) or None."""

    x: np.ndarray
    t: np.ndarray
    w: np.ndarray | None

    @classmethod
    def take(cls, batches, loss: Loss) -> "Sample":
        """Evenly spread over the first batches of epoch 0, with the targets of `loss`: they may hold all pictures, sorted by class."""
        taken, count, wanted = [], 0, PICTURES
        for x, t, w in batches.epoch(0):
            wanted = min(PICTURES, max(len(t), NUMBERS // math.prod(x.shape[1:])))
            taken.append((x if len(t) >= wanted else x.copy(), t, w))  # else the next batch overwrites it
            count += len(t)
            if count >= wanted:
                break
        x, t, w = (None if part[0] is None else np.concatenate(part) for part in zip(*taken, strict=True))
        rows = np.linspace(0, count - 1, min(wanted, count)).round().astype(np.int64)
        x, t = x[rows], t[rows]
        return cls(x, loss.targets(x, t), None if w is None else w[rows])

    def __len__(self):
        return len(self.t)

    @property
    def has_labels(self) -> bool:
        """Classes to tell apart; False for an autoencoder and for soft targets."""
        return self.t.ndim == 1
