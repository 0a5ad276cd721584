"""Some training pictures, always the same, to look at the network with."""

import math
from dataclasses import dataclass

import numpy as np

from pellucid.nn.losses import Loss

PICTURES = 64  # a unit that fires for one picture in 20 is silent on all of them once in 27 times
NUMBERS = 1 << 22  # of large pictures no more than so many pixel values, or a batch: a look should fit where training does


@dataclass(frozen=True, eq=False)
class Sample:
    """x (n, *in_shape), t (n,) labels or (n, K) targets, w (n,) or None. has_labels: t are classes to tell apart."""

    x: np.ndarray
    t: np.ndarray
    w: np.ndarray | None
    has_labels: bool  # False for an autoencoder and for mixed pictures

    @classmethod
    def take(cls, batches, loss: Loss) -> "Sample":
        """Evenly spread over the first batches of epoch 0: they may hold all pictures, sorted by class."""
        taken, count, wanted = [], 0, PICTURES
        for x, t, w in batches.epoch(0):
            wanted = min(PICTURES, max(len(t), NUMBERS // math.prod(x.shape[1:])))
            kept = x if len(t) >= wanted else x.copy()  # the next batch overwrites it
            taken.append((kept, loss.targets(kept, t), w))
            count += len(t)
            if count >= wanted:
                break
        x, t, w = (None if part[0] is None else np.concatenate(part) for part in zip(*taken, strict=True))
        rows = np.linspace(0, count - 1, min(wanted, count)).round().astype(np.int64)
        return cls(x[rows], t[rows], None if w is None else w[rows], has_labels=loss.names_classes and t.ndim == 1)

    def __len__(self):
        return len(self.t)
