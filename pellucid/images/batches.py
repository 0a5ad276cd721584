"""Pictures in batches: gathered, normalised and yielded in buffers that are made once."""

import math
from collections.abc import Iterator
from types import ModuleType

import numpy as np

from pellucid.images.augmentation import Augmentation, Draws, mixed_targets
from pellucid.images.input_spec import InputSpec
from pellucid.kernels import reference
from pellucid.seeding import generator

Batch = tuple[np.ndarray, np.ndarray, np.ndarray | None]

_SMALL_BYTES = 64 << 20  # sets of at most 64 MiB as float32 are normalised once, not again in every epoch


class Batches:
    """Batches (x, t, w) of the pictures at `indices`.

    x: (n, *spec.shape) float32, normalised  t: (n,) int64 labels, or (n, classes) float32 where pictures are mixed
    w: (n,) float32 weights, None where all are equal.
    The arrays are views of buffers that the next batch overwrites, and not to be written to. The last batch may be
    smaller.

    images   (N, *spec.shape) uint8 or float32, perhaps a memmap; labels (N,) int64; weights (N,) or None
    size     pictures in a batch; 0: all of them at once, in order
    seed     None: in the order of `indices`; else shuffled anew in each epoch, by (seed, "shuffle", epoch) alone
    augmentation  None, or how pictures are changed anew in each epoch, by (seed, epoch, picture) alone
    classes  how many there are; needed where the augmentation mixes pictures that have labels
    kernels  the set that gathers, changes and normalises: `network.kernels`
    """

    def __init__(
        self,
        images: np.ndarray,
        labels: np.ndarray,
        indices: np.ndarray,
        spec: InputSpec,
        size: int,
        *,
        seed: int | None = None,
        weights: np.ndarray | None = None,
        augmentation: Augmentation | None = None,
        classes: int = 0,
        kernels: ModuleType = reference,
    ):
        assert images.shape == (len(labels), *spec.shape), f"images {images.shape}, {len(labels)} labels, {spec.shape}"
        self._indices = np.asarray(indices, dtype=np.int64)
        assert np.all((self._indices >= 0) & (self._indices < len(images))), "indices beyond the images"
        self._images, self._labels, self._spec, self._kernels = np.asarray(images), labels, spec, kernels
        self._weights = None if weights is None or np.all(weights == weights[:1]) else weights.astype(np.float32)
        self._seed, self._augmentation, self._augmentation_seed = seed if size else None, augmentation or None, seed or 0
        assert classes or labels.ndim == 2 or not (augmentation and augmentation.mixes), "mixed labels need the number of classes"
        self._classes = classes
        self.count = len(self._indices) * (2 if augmentation and augmentation.originals else 1)
        self.size = max(1, min(size or self.count, self.count))
        self._normalised = None
        if not augmentation and 0 < 4 * self.count * math.prod(spec.shape) <= _SMALL_BYTES:
            self._normalised = np.empty((self.count, *spec.shape), np.float32)
            spec.normalise(images[self._indices], out=self._normalised)
        self._x = np.empty((self.size, *spec.shape), np.float32)

    def __len__(self) -> int:
        return math.ceil(self.count / self.size)

    def epoch(self, number: int) -> Iterator[Batch]:
        """The batches of epoch `number` = 0, 1, 2, ..."""
        order = None if self._seed is None else generator(self._seed, "shuffle", number).permutation(self.count)
        if self._augmentation:
            order = np.arange(self.count) if order is None else order
            for part in self._parts():
                yield self._changed(order[part], number)
            return
        indices = self._indices if order is None else self._indices[order]
        t = self._labels[indices]
        w = None if self._weights is None else self._weights[indices]
        for part in self._parts():
            if self._normalised is None:
                x = self._x[: part.stop - part.start]
                self._gather(indices[part], x)
            elif order is None:
                x = self._normalised[part]
            else:
                x = self._x[: part.stop - part.start]
                self._normalised.take(order[part], axis=0, out=x, mode="clip")  # "raise" would buffer `out`
            yield x, t[part], None if w is None else w[part]

    def _parts(self) -> list[slice]:
        return [slice(start, min(start + self.size, self.count)) for start in range(0, self.count, self.size)]

    def _gather(self, indices: np.ndarray, x: np.ndarray) -> None:
        """Write the pictures at `indices`, normalised, to x."""
        rows = self._images.reshape(len(self._images), -1)
        self._kernels.gather(rows, indices, *self._spec.line, x.reshape(len(x), math.prod(self._spec.shape)))

    def _changed(self, places: np.ndarray, epoch: int) -> Batch:
        """A batch of changed pictures. places: in `indices`; those beyond its end, which go first, are originals."""
        original = places >= len(self._indices)
        first = np.count_nonzero(original)
        places = np.concatenate([places[original] - len(self._indices), places[~original]])
        indices, x = self._indices[places], self._x[: len(places)]
        t, w = self._labels[indices], None if self._weights is None else self._weights[indices]
        self._gather(indices[:first], x[:first])
        partners, shares = np.arange(len(x)), np.zeros(len(x))
        if first < len(x):
            found = self._change(indices[first:], x[first:], epoch)
            partners[first:], shares[first:] = found[0] + first, found[1]
        if self._augmentation.mixes:
            t, w = mixed_targets(t, w, partners, shares, self._classes)
        return x, t, w

    def _change(self, indices: np.ndarray, x: np.ndarray, epoch: int) -> tuple[np.ndarray, np.ndarray]:
        """Write the pictures at `indices`, changed and normalised, to x; returns partners (n,) within x, and their shares (n,)."""
        draws = Draws(indices, self._augmentation_seed, epoch)
        self._augmentation.apply(self._images[indices], x, draws, self._spec.value_range, self._kernels)
        self._spec.normalise(x, out=x)
        mixed = self._augmentation.mix(x, draws, self._kernels)
        self._augmentation.add_noise(x, draws, self._kernels)
        return mixed
