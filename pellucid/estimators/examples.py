"""Examples as the network takes them: tables, dense or sparse, and pictures, whole or in batches."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import scipy.sparse

from pellucid.images import Augmentation, Batches, InputSpec
from pellucid.seeding import generator

ROWS_WITHOUT_GRADIENT = 1024  # a batch when nothing is learned
SMALL_BYTES = 16 << 20  # a table of at most 16 MiB is put in the order of an epoch at once: 3 to 5 us less a step


@dataclass(frozen=True, eq=False)
class Examples:
    """Checked examples.

    x  (N, K) float32, float64 or CSR; or pictures (N, H, W, C) uint8, float32 or float64
    t  (N,) int64 labels, (N, M) float targets; None: the inputs themselves, as rows
    w  (N,) float64 weights, or None for all 1
    """

    x: np.ndarray
    t: np.ndarray | None
    w: np.ndarray | None

    def __len__(self) -> int:
        return self.x.shape[0]

    def at(self, indices: np.ndarray) -> "Examples":
        """Those at `indices`."""
        return Examples(*(part if part is None else part[indices] for part in (self.x, self.t, self.w)))


class Rows:
    """Batches (x, t, w) of rows of a table, in `dtype`; sparse rows become dense when their batch does.

    seed: None for the order of the table; else shuffled anew in each epoch, by (seed, "shuffle", epoch) alone.
    The arrays are views of buffers that the next batch overwrites.
    """

    def __init__(self, examples: Examples, size: int, dtype, seed: int | None = None):
        sparse = scipy.sparse.issparse(examples.x)
        with np.errstate(over="ignore"):  # too large for float32: infinite, which training finds
            self._x = examples.x.astype(dtype) if sparse else np.ascontiguousarray(examples.x, dtype)
        self._t, self._seed, self.count = examples.t, seed, len(examples)
        self._w = None if examples.w is None else examples.w.astype(dtype)
        self.size = min(size, self.count)
        self._sparse, self._at_once = sparse, not sparse and self._x.nbytes <= SMALL_BYTES
        if seed is not None and not sparse:
            self._buffer = np.empty((self.count if self._at_once else self.size, self._x.shape[1]), dtype)

    def __len__(self) -> int:
        return math.ceil(self.count / self.size)

    def epoch(self, number: int) -> Iterator[tuple]:
        """The batches of epoch `number` = 0, 1, 2, ..."""
        order = None if self._seed is None else generator(self._seed, "shuffle", number).permutation(self.count)
        t, w = (part if part is None or order is None else part[order] for part in (self._t, self._w))
        ordered = self._in(order)
        for start in range(0, self.count, self.size):
            part = slice(start, start + self.size)
            x = self._gathered(order[part]) if ordered is None else ordered[part]
            yield x.toarray() if self._sparse else x, None if t is None else t[part], None if w is None else w[part]

    def _in(self, order: np.ndarray | None):
        """The whole table in this order; None if that would take too much memory."""
        if order is None:
            return self._x
        if self._sparse:
            return self._x[order]
        return self._gathered(order) if self._at_once else None

    def _gathered(self, order: np.ndarray) -> np.ndarray:
        """These rows of the table, in the buffer."""
        return self._x.take(order, axis=0, out=self._buffer[: len(order)], mode="clip")  # "raise" would buffer `out`


class OntoThemselves:
    """Batches whose targets are their inputs, as rows: for autoencoders."""

    def __init__(self, batches):
        self._batches, self.count = batches, batches.count

    def __len__(self) -> int:
        return len(self._batches)

    def epoch(self, number: int) -> Iterator[tuple]:
        for x, _, w in self._batches.epoch(number):
            yield x, x.reshape(len(x), -1), w


def batches(
    examples: Examples,
    spec: InputSpec,
    network,
    *,
    size: int = ROWS_WITHOUT_GRADIENT,
    seed: int | None = None,
    augmentation: Augmentation | None = None,
):
    """The examples in batches for `network`; seed: None for their own order."""
    if examples.t is not None and examples.t.ndim == 2:
        examples = replace(examples, t=examples.t.astype(network.dtype))
    if spec.is_pictures:
        count = len(examples)
        found = Batches(
            examples.x,
            np.zeros(count, np.int64) if examples.t is None else examples.t,
            np.arange(count),
            spec,
            size,
            seed=seed,
            weights=examples.w,
            augmentation=augmentation,
            classes=max(2, network.out_shape[-1]),
            kernels=network.kernels,
        )
    else:
        found = Rows(examples, size, network.dtype, seed)
    return OntoThemselves(found) if examples.t is None else found
