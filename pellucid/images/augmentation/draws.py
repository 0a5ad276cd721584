"""Chance: numbers that depend on (seed, purpose, epoch, picture) and on nothing else."""

import numpy as np

from pellucid.kernels.reference.hashing import scatter
from pellucid.seeding import key


class Draws:
    """The random numbers of some pictures in one epoch.

    Each purpose ("rotate", "crop", ...) has numbers of its own, so a change that is added or left out moves no other; they do
    not depend on the batch that a picture is in or on the number of threads.

    pictures: (N,) the number of each picture in its data set.
    """

    def __init__(self, pictures: np.ndarray, seed: int, epoch: int):
        self.pictures, self.seed, self.epoch = pictures.astype(np.uint32), seed, epoch

    def __len__(self) -> int:
        return len(self.pictures)

    def uniform(self, purpose: str, count: int) -> np.ndarray:
        """(count, N) float64 in (0, 1)."""
        counters = self.pictures * np.uint32(count) + np.arange(count, dtype=np.uint32)[:, None]
        return (scatter(counters, self._key(purpose)) + 0.5) / 2**32

    def around_zero(self, purpose: str, count: int) -> np.ndarray:
        """(count, N) float64 in (-1, 1)."""
        return 2 * self.uniform(purpose, count) - 1

    def keys(self, purpose: str) -> np.ndarray:
        """(N,) uint32: a key a picture, for kernels that draw a number for each of its pixels."""
        return scatter(self.pictures.copy(), self._key(purpose))

    def first_epoch(self) -> "Draws":
        """Those of epoch 0."""
        return Draws(self.pictures, self.seed, 0)

    def _key(self, purpose: str) -> int:
        return key(self.seed, f"augment {purpose}", self.epoch)
