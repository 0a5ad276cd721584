"""Which pictures may be copies of each other, without comparing every one with every other.

Up to 8,192 pictures all pairs are compared. Of more, 2 sqrt(N) pictures are taken as pivots, each picture goes into the cells
of the pivots that it is most like, and pairs are compared within a cell: N^1.5 comparisons in place of N^2. Copies lie close
together and far from most pivots, so they choose the same pivots, all or some; how many are lost is measured in decision 22.

Cells around pivots: Chavez and Navarro, "A compact space decomposition for effective metric indexing" (2005), section 4.
"""

import math
from collections.abc import Iterator

import numpy as np

from pellucid.checks.fingerprint import Fingerprints
from pellucid.parallel import on_all_cores

ALL_PAIRS = 8192  # pictures: 0.6 s of one core
CELLS = 6  # of each picture
_BLOCK = 512  # two tables of 1 MiB, which a core keeps near
_ROWS = 2048


def candidates(prints: Fingerprints, limits: np.ndarray) -> np.ndarray:
    """Pairs (P, 2) int64, first < second, sorted, of which both are closer to each other than their limits (N,)."""
    least = (1 - limits).astype(np.float32)
    tasks = [(rows, start) for rows in _cells(prints) for start in range(0, len(rows), _BLOCK)]
    found = on_all_cores(lambda task: _pairs_of(prints, least, *task), tasks)
    pairs = np.concatenate([np.empty((0, 2), np.int64), *found])
    numbers = np.unique(pairs[:, 0] * len(least) + pairs[:, 1])  # pairs that share two cells are found twice
    return np.stack([numbers // max(1, len(least)), numbers % max(1, len(least))], axis=1)


def _cells(prints: Fingerprints) -> list[np.ndarray]:
    """Rows in ascending order, those of each cell; pictures that show nothing are in none."""
    rows = np.flatnonzero(prints.even.any(axis=1) | prints.odd.any(axis=1))
    if len(rows) <= ALL_PAIRS:
        return [rows]
    pivots = prints[rows[:: len(rows) // (2 * math.isqrt(len(rows)))]]
    starts = range(0, len(rows), _ROWS)
    nearest = on_all_cores(lambda start: _nearest(prints[rows[start : start + _ROWS]], pivots), starts)
    cell, member = np.concatenate(list(nearest)).ravel(), np.repeat(rows, CELLS)
    order = np.argsort(cell, kind="stable")
    return np.split(member[order], np.cumsum(np.bincount(cell))[:-1])


def _nearest(prints: Fingerprints, pivots: Fingerprints) -> np.ndarray:
    """(n, CELLS): the pivots that each picture is most like."""
    similar = prints.similarity(pivots)
    return np.argpartition(similar, similar.shape[1] - CELLS, axis=1)[:, -CELLS:]


def _pairs_of(prints: Fingerprints, least: np.ndarray, rows: np.ndarray, start: int) -> np.ndarray:
    """Pairs of a block of a cell with all that follow in it."""
    block, found = rows[start : start + _BLOCK], []
    of_block, scratch = prints[block], np.empty((2, len(block), _BLOCK), np.float32)
    for others in _blocks(rows[start:]):
        similar = of_block.similarity(prints[others], scratch[:, :, : len(others)])
        first, second = np.nonzero(similar > least[block, None])
        first_row, second_row, similar = block[first], others[second], similar[first, second]
        near = (first_row < second_row) & (similar > least[second_row])
        found.append(np.stack([first_row[near], second_row[near]], axis=1))
    return np.concatenate(found)


def _blocks(rows: np.ndarray) -> Iterator[np.ndarray]:
    for start in range(0, len(rows), _BLOCK):
        yield rows[start : start + _BLOCK]
