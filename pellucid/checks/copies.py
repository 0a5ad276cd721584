"""Pictures that are the same picture: exact copies, and copies saved again, resized, lightened, mirrored or cropped.

Two pictures are called copies where the distance of their fingerprints, 1 - similarity, is below 0.15 of what is usual
between neighbours in the same class: the median distance to the 5th nearest, or to the first beyond a gap (a distance
three times the one before), behind which the other frames of a film lie. So the same rule serves photographs, whose
neighbours are far apart (0.6), and handwritten digits, whose neighbours are close (0.1 to 0.4). A picture below 16 x 16
holds less that could tell a copy from its like, and the share shrinks with its pixels. Pictures closer than 0.002 are
copies in any case.

Crops are looked for among pairs that are alike in their large shapes: one is laid on the other before they are compared.
In a class whose neighbours usually are closer than 0.45, as handwritten digits are, a crop cannot be told from another
digit, and none is looked for.
"""

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from pellucid.checks.alignment import aligned, sampled
from pellucid.checks.fingerprint import SIDE, Damping, Fingerprints, blank, shrunk, small_grey, unit
from pellucid.kernels.blas import single_threaded_blas

NEIGHBOUR = 5  # the usual distance is that to this neighbour
SHARE = 0.15  # of the usual distance, below which pictures are copies
IDENTICAL = 0.002  # distance below which they are copies however close neighbours usually are
_LOOSE, _TIGHT = 0.5, 0.25  # the same share for large shapes alone: with crops, and without
_APART = 0.45  # usual distance from which a crop can be told
_FILM = 64  # neighbours among which a gap is looked for
_GAP = 3.0
_SAMPLE = 800  # pictures, of all classes alike, on which the usual distance is measured
_BLOCK = 512  # two tables of 1 MiB, which a core keeps near
_FINE = 32  # side of the pictures that are laid on each other
_PAIRS = 2048  # laid on each other at once


class Copies(NamedTuple):
    """pairs (P, 2) int64, the first before the second; mirrored, cropped (P,) bool; distance (P,) float64, 0: the same."""

    pairs: np.ndarray
    mirrored: np.ndarray
    cropped: np.ndarray
    distance: np.ndarray

    def groups(self, n: int) -> np.ndarray:
        """The group (n,) int64 of each picture: copies, and copies of copies, share one."""
        return join(np.arange(n), self.pairs)


def find_copies(images: np.ndarray, labels: np.ndarray, value_range: tuple[float, float] = (0.0, 255.0)) -> Copies:
    """All pairs of copies among pictures (N, H, W, C); of rows (N, K), and of blank pictures, those that are equal.

    labels (N,): usual distances are measured class by class.
    """
    if images.ndim == 2 or len(images) < 2:
        return _equal(images, np.arange(len(images)))
    with single_threaded_blas():  # the same bits on any number of cores; tables are compared on all of them
        return _find(images, labels, value_range)


def join(groups: np.ndarray, pairs: np.ndarray) -> np.ndarray:
    """Groups (N,) int64, numbered 0, 1, ... in order of appearance, after each of the pairs (P, 2) was put together."""
    parent = {group: group for group in np.unique(groups).tolist()}

    def root(group):
        while parent[group] != group:
            parent[group] = group = parent[parent[group]]
        return group

    for first, second in groups[pairs].tolist():
        parent[root(first)] = root(second)
    return renumbered([root(group) for group in groups.tolist()])


def renumbered(groups: Sequence) -> np.ndarray:
    """Group names of any kind as int64 numbers 0, 1, ... in order of appearance."""
    numbers = {group: number for number, group in enumerate(dict.fromkeys(groups))}
    return np.array([numbers[group] for group in groups], dtype=np.int64)


def _find(images: np.ndarray, labels: np.ndarray, value_range: tuple[float, float]) -> Copies:
    small = small_grey(images, SIDE)
    empty = blank(small, value_range)
    plain = unit(np.where(empty[:, None, None], 0, small))
    damping = Damping.of(plain)
    prints = damping.fingerprints(plain)
    coarse = damping.coarse(prints)
    sample = _sample(labels, empty)
    share = SHARE * plain[0].size / SIDE**2
    usual = _usual_distances(prints, labels, sample, empty)
    usual_coarse = _usual_distances(coarse, labels, sample, empty)
    crops = (usual >= _APART) & (min(images.shape[1:3]) >= SIDE)
    candidates = _candidates(coarse, np.maximum(IDENTICAL, np.where(crops, _LOOSE, _TIGHT) * usual_coarse))
    limits = np.maximum(IDENTICAL, share * usual)[candidates].min(axis=1)
    distance, mirrored = prints.distances(candidates)
    near = distance < limits
    cropped = ~near & crops[candidates].all(axis=1)
    found = [
        Copies(candidates[near], mirrored[near], np.zeros(near.sum(), bool), distance[near]),
        _crops(images, candidates[cropped], mirrored[cropped], limits[cropped], damping),
        _equal(images, np.flatnonzero(empty)),
    ]
    return _sorted(Copies(*(np.concatenate(columns) for columns in zip(*found))))


def _sample(labels: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """Some pictures of each class that show something, evenly spread."""
    members = [np.flatnonzero((labels == label) & ~empty) for label in np.unique(labels)]
    wanted = max(20, _SAMPLE // len(members))
    return np.concatenate([rows[:: max(1, -(-len(rows) // wanted))] for rows in members])


def _usual_distances(prints: Fingerprints, labels: np.ndarray, sample: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """How far from its neighbours a picture of each picture's class (N,) usually is; 0 where there are none."""
    usual = np.zeros(len(labels), np.float32)
    others = min(_FILM, int(np.sum(~empty)) - 1)
    for label in np.unique(labels[sample]) if others > 0 else ():
        rows = sample[labels[sample] == label]
        distance = 1 - prints[rows].similarity(prints)
        distance[np.arange(len(rows)), rows] = 2
        nearest = np.sort(np.partition(distance, others - 1, axis=1)[:, :others], axis=1)
        usual[labels == label] = np.median(_beyond_copies(nearest))
    return usual


def _beyond_copies(nearest: np.ndarray) -> np.ndarray:
    """From the distances (n, k) to the nearest neighbours, in order, that to the NEIGHBOURth or beyond the last gap."""
    gap = nearest[:, 1:] > _GAP * np.maximum(nearest[:, :-1], IDENTICAL / _GAP)
    after = np.where(gap.any(axis=1), gap.shape[1] - np.argmax(gap[:, ::-1], axis=1), 0) if gap.size else 0
    place = np.maximum(after, min(NEIGHBOUR, nearest.shape[1]) - 1)
    return nearest[np.arange(len(nearest)), place]


def _candidates(coarse: Fingerprints, limits: np.ndarray) -> np.ndarray:
    """Pairs (P, 2) int64, first < second, whose large shapes are closer than the limits (N,) of both."""
    least = (1 - limits).astype(np.float32)
    starts = range(0, len(limits), _BLOCK)
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="pellucid-copies") as pool:
        found = pool.map(lambda start: _candidates_of(coarse, least, start), starts)
        return np.concatenate([np.empty((0, 2), np.int64), *found])


def _candidates_of(coarse: Fingerprints, least: np.ndarray, start: int) -> np.ndarray:
    """Those of a block of pictures with all that follow."""
    rows, found = slice(start, start + _BLOCK), []
    scratch = np.empty((2, min(_BLOCK, len(least) - start), _BLOCK), np.float32)
    for other in range(start, len(least), _BLOCK):
        columns = slice(other, other + _BLOCK)
        similar = coarse[rows].similarity(coarse[columns], scratch[:, :, : len(least[columns])])
        first, second = np.nonzero(similar > least[rows, None])
        near = (first + start < second + other) & (similar[first, second] > least[second + other])
        found.append(np.stack([first[near] + start, second[near] + other], axis=1))
    return np.concatenate(found)


def _crops(images: np.ndarray, pairs: np.ndarray, mirrored: np.ndarray, limits: np.ndarray, damping: Damping) -> Copies:
    """The pairs of which one picture, laid on the other, is a copy of it."""
    distance = np.empty(len(pairs))
    for start in range(0, len(pairs), _PAIRS):
        part = slice(start, start + _PAIRS)
        first, second = (small_grey(images[pairs[part, side]], _FINE) for side in (0, 1))
        second = np.where(mirrored[part, None, None], second[:, :, ::-1], second)
        ways = [_distance_laid_on(*both, damping) for both in ((first, second), (second, first))]
        distance[part] = np.minimum(*ways)  # the larger picture must be laid on the smaller: beyond the border is nothing
    near = distance < limits
    return Copies(pairs[near], mirrored[near], np.ones(near.sum(), bool), distance[near])


def _distance_laid_on(first: np.ndarray, second: np.ndarray, damping: Damping) -> np.ndarray:
    small = [unit(shrunk(grey, SIDE)) for grey in (first, second)]
    placed = aligned(*small) * [1, second.shape[2] / SIDE, 1, second.shape[1] / SIDE]
    laid = unit(shrunk(sampled(second, placed), SIDE))
    one, other = damping.fingerprints(small[0]), damping.fingerprints(laid)
    same = np.einsum("pk,pk->p", one.even, other.even) + np.einsum("pk,pk->p", one.odd, other.odd)
    return np.maximum(0, 1 - same.astype(np.float64))


def _equal(images: np.ndarray, rows: np.ndarray) -> Copies:
    """Those of the rows whose values are equal, byte by byte, each paired with the first of its kind."""
    first: dict[bytes, int] = {}
    pairs = [(first.setdefault(images[row].tobytes(), row), row) for row in rows.tolist()]
    pairs = np.array([pair for pair in pairs if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)
    return Copies(pairs, np.zeros(len(pairs), bool), np.zeros(len(pairs), bool), np.zeros(len(pairs)))


def _sorted(copies: Copies) -> Copies:
    order = np.lexsort(copies.pairs.T[::-1])
    return Copies(*(column[order] for column in copies))
