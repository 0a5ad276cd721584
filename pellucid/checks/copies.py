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

import hashlib
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pellucid.checks.alignment import aligned, sampled
from pellucid.checks.candidates import candidates
from pellucid.checks.fingerprint import SIDE, Damping, Fingerprints, blank, unit
from pellucid.images.shrinking import shrunk, small_grey
from pellucid.kernels.blas import single_threaded_blas
from pellucid.parallel import on_all_cores

NEIGHBOUR = 5  # the usual distance is that to this neighbour
SHARE = 0.15  # of the usual distance, below which pictures are copies
IDENTICAL = 0.002  # distance below which they are copies however close neighbours usually are
_LOOSE, _TIGHT = 0.5, 0.25  # the same share for large shapes alone: with crops, and without
_APART = 0.45  # usual distance from which a crop can be told
_FILM = 64  # neighbours among which a gap is looked for
_GAP = 3.0
_SAMPLE = 800  # pictures, of all classes alike, on which the usual distance is measured
_FINE = 32  # side of the pictures that are laid on each other
_PAIRS = 512  # laid on each other at once
MOST = 200_000  # pictures among which changed copies are looked for


class Copies(NamedTuple):
    """pairs (P, 2) int64, the first before the second; mirrored, cropped (P,) bool; distance (P,) float64, 0: the same.

    searched: "all" kinds of copies, only "equal" ones, or "none".
    """

    pairs: np.ndarray
    mirrored: np.ndarray
    cropped: np.ndarray
    distance: np.ndarray
    searched: str = "all"

    def groups(self, n: int) -> np.ndarray:
        """The group (n,) int64 of each picture: copies, and copies of copies, share one."""
        return join(np.arange(n), self.pairs)


NOT_SEARCHED = Copies(np.empty((0, 2), np.int64), np.empty(0, bool), np.empty(0, bool), np.empty(0), "none")


def find_copies(images: np.ndarray, labels: np.ndarray, value_range: tuple[float, float] = (0.0, 255.0)) -> Copies:
    """All pairs of copies among pictures (N, H, W, C); of rows (N, K), and of blank pictures, those that are equal.

    labels (N,): usual distances are measured class by class. Of more than MOST pictures only those that are equal are found.
    """
    if images.ndim == 2 or len(images) < 2:
        return _equal(images, np.arange(len(images)))
    if len(images) > MOST:
        return _equal(images, np.arange(len(images)))._replace(searched="equal")
    with single_threaded_blas():  # the same bits on any number of cores; the work is shared out among all of them
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
    pairs = candidates(coarse, np.maximum(IDENTICAL, np.where(crops, _LOOSE, _TIGHT) * usual_coarse))
    limits = np.maximum(IDENTICAL, share * usual)[pairs].min(axis=1)
    distance, mirrored = prints.distances(pairs)
    near = distance < limits
    cropped = ~near & crops[pairs].all(axis=1)
    return _sorted(
        Copies(pairs[near], mirrored[near], np.zeros(near.sum(), bool), distance[near]),
        _crops(images, pairs[cropped], mirrored[cropped], limits[cropped], damping),
        _equal(images, np.flatnonzero(empty)),
    )


def _sample(labels: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """Some pictures of each class that show something, evenly spread."""
    members = [np.flatnonzero((labels == label) & ~empty) for label in np.unique(labels)]
    wanted = max(20, _SAMPLE // len(members))
    return np.concatenate([rows[:: max(1, -(-len(rows) // wanted))] for rows in members])


def _usual_distances(prints: Fingerprints, labels: np.ndarray, sample: np.ndarray, empty: np.ndarray) -> np.ndarray:
    """How far from its neighbours a picture of each picture's class (N,) usually is; 0 where there are none."""
    usual = np.zeros(len(labels), np.float32)
    others = min(_FILM, int(np.sum(~empty)) - 1)
    present = np.unique(labels[sample]) if others > 0 else labels[:0]

    def of_class(label):
        rows = sample[labels[sample] == label]
        distance = 1 - prints[rows].similarity(prints)
        distance[np.arange(len(rows)), rows] = 2
        return np.median(_beyond_copies(np.sort(np.partition(distance, others - 1, axis=1)[:, :others], axis=1)))

    for label, found in zip(present, on_all_cores(of_class, present), strict=True):
        usual[labels == label] = found
    return usual


def _beyond_copies(nearest: np.ndarray) -> np.ndarray:
    """From the distances (n, k) to the nearest neighbours, in order, that to the NEIGHBOURth or beyond the last gap."""
    gap = nearest[:, 1:] > _GAP * np.maximum(nearest[:, :-1], IDENTICAL / _GAP)
    after = np.where(gap.any(axis=1), gap.shape[1] - np.argmax(gap[:, ::-1], axis=1), 0) if gap.size else 0
    place = np.maximum(after, min(NEIGHBOUR, nearest.shape[1]) - 1)
    return nearest[np.arange(len(nearest)), place]


def _crops(images: np.ndarray, pairs: np.ndarray, mirrored: np.ndarray, limits: np.ndarray, damping: Damping) -> Copies:
    """The pairs of which one picture, laid on the other, is a copy of it."""

    def distances(start):
        part = slice(start, start + _PAIRS)
        first, second = (small_grey(images[pairs[part, side]], _FINE) for side in (0, 1))
        second = np.where(mirrored[part, None, None], second[:, :, ::-1], second)
        ways = [_distance_laid_on(*both, damping) for both in ((first, second), (second, first))]
        return np.minimum(*ways)  # the larger picture must be laid on the smaller: beyond the border is nothing

    distance = np.concatenate([np.empty(0), *on_all_cores(distances, range(0, len(pairs), _PAIRS))])
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
    pairs = [(first.setdefault(_digest(images[row]), row), row) for row in rows.tolist()]
    pairs = np.array([pair for pair in pairs if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)
    return Copies(pairs, np.zeros(len(pairs), bool), np.zeros(len(pairs), bool), np.zeros(len(pairs)))


def _digest(picture: np.ndarray) -> bytes:
    return hashlib.blake2b(np.ascontiguousarray(picture), digest_size=16).digest()


def _sorted(*parts: Copies) -> Copies:
    """All of them in one, by their pairs."""
    columns = [np.concatenate(columns) for columns in zip(*(part[:4] for part in parts))]
    order = np.lexsort(columns[0].T[::-1])
    return Copies(*(column[order] for column in columns))
