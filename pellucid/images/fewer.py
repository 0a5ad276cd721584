"""Training on some of the pictures."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from pellucid.images.split import Split, make_split
from pellucid.seeding import key


def fewer(
    split: Split,
    pictures: int,
    labels: np.ndarray,
    *,
    seed: int = 0,
    groups: np.ndarray | None = None,
    classes: Sequence[str] = (),
) -> Split:
    """The split with about `pictures` of its training pictures, drawn by the seed; the other parts stay.

    Classes in proportion, groups whole; the split itself where it has no more. labels, groups: (N,) of the whole data set.
    Errors: as `make_split`.
    """
    train = split.train
    if pictures >= len(train):
        return split
    taken = make_split(
        labels[train],
        validation=0.0,
        test=1 - pictures / len(train),
        seed=key(seed, "fewer", pictures),
        groups=None if groups is None else groups[train],
        classes=classes,
    ).train
    return replace(split, train=train[taken])
