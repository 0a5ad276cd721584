"""Pictures that are the same picture: exact copies, and copies that were re-encoded, resized, lightened or mirrored.

Two pictures are called copies where the distance of their fingerprints, 1 - similarity, is below 0.15 of what is usual
between neighbours in the same class: the median distance to the 5th nearest, or to the first beyond a gap (a distance
three times the one before), behind which the other frames of a film lie. So the same rule serves photographs, whose
neighbours are far apart (0.6), and handwritten digits, whose neighbours are close (0.1 to 0.4). A picture below 16 x 16
holds less that could tell a copy from its like, and the share shrinks with its pixels. Pictures closer than 0.002 are
copies in any case: frames of a video, of which everyone has more than five.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from pellucid.checks.fingerprint import SIDE, Fingerprints, fingerprints

NEIGHBOUR = 5  # the usual distance is that to this neighbour
_FILM = 64  # neighbours among which a gap is looked for
_GAP = 3.0
SHARE = 0.15  # of the usual distance, below which pictures are copies
IDENTICAL = 0.002  # distance below which they are copies however close neighbours usually are
_SAMPLE = 200  # pictures of a class on which the usual distance is measured
_BLOCK = 1024


class Copies(NamedTuple):
    """pairs (P, 2) int64 of pictures, the first before the second; mirrored (P,) bool; distance (P,) float64, 0: the same."""

    pairs: np.ndarray
    mirrored: np.ndarray
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
    prints = fingerprints(images, value_range)
    detail = min(SIDE, images.shape[1]) * min(SIDE, images.shape[2]) / SIDE**2
    limit = _limits(prints, labels, SHARE * detail)
    near = _near(prints, limit)
    equal = _equal(images, np.flatnonzero(prints.blank))
    return Copies(*(np.concatenate(columns) for columns in zip(near, equal)))


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


def _limits(prints: Fingerprints, labels: np.ndarray, share: float) -> np.ndarray:
    """The distance (N,) below which another picture is a copy of each."""
    limits = np.full(len(labels), IDENTICAL, np.float32)
    for label in np.unique(labels):
        members = np.flatnonzero((labels == label) & ~prints.blank)
        sample = members[:: -(-len(members) // _SAMPLE)] if len(members) else members
        others = min(_FILM, np.sum(~prints.blank) - 1)
        if len(sample) and others > 0:
            distance = 1 - _similarity(prints[sample], prints)
            distance[np.arange(len(sample)), sample] = 2
            nearest = np.sort(np.partition(distance, others - 1, axis=1)[:, :others], axis=1)
            limits[members] = max(IDENTICAL, share * float(np.median(_usual(nearest))))
    return limits


def _usual(nearest: np.ndarray) -> np.ndarray:
    """From the distances (n, k) to the nearest neighbours, in order, that to the NEIGHBOURth or beyond the last gap."""
    gap = nearest[:, 1:] > _GAP * np.maximum(nearest[:, :-1], IDENTICAL / _GAP)
    after = np.where(gap.any(axis=1), gap.shape[1] - np.argmax(gap[:, ::-1], axis=1), 0) if gap.size else 0
    place = np.maximum(after, min(NEIGHBOUR, nearest.shape[1]) - 1)
    return nearest[np.arange(len(nearest)), place]


def _near(prints: Fingerprints, limits: np.ndarray) -> Copies:
    found = []
    for rows, columns in _blocks(len(limits)):
        similar = _similarity(prints[rows], prints[columns])
        limit = np.minimum(limits[rows, None], limits[None, columns])
        first, second = np.nonzero(similar > 1 - limit)
        first, second = first + rows.start, second + columns.start
        ordered = first < second
        found.append(np.stack([first[ordered], second[ordered]], axis=1))
    pairs = np.concatenate(found).astype(np.int64)
    even = np.einsum("pk,pk->p", *(prints.even[side].astype(np.float64) for side in pairs.T))
    odd = np.einsum("pk,pk->p", *(prints.odd[side].astype(np.float64) for side in pairs.T))
    return Copies(pairs, odd < 0, np.maximum(0, 1 - even - np.abs(odd)))


def _blocks(n: int) -> Iterator[tuple[slice, slice]]:
    """The upper triangle of an n x n table in blocks."""
    for start in range(0, n, _BLOCK):
        for other in range(start, n, _BLOCK):
            yield slice(start, min(start + _BLOCK, n)), slice(other, min(other + _BLOCK, n))


def _similarity(a: Fingerprints, b: Fingerprints) -> np.ndarray:
    similar = a.odd @ b.odd.T
    np.abs(similar, out=similar)
    similar += a.even @ b.even.T
    return similar


def _equal(images: np.ndarray, rows: np.ndarray) -> Copies:
    """Those of the rows whose values are equal, byte by byte, each paired with the first of its kind."""
    first: dict[bytes, int] = {}
    pairs = [(first.setdefault(images[row].tobytes(), row), row) for row in rows.tolist()]
    pairs = np.array([pair for pair in pairs if pair[0] != pair[1]], dtype=np.int64).reshape(-1, 2)
    return Copies(pairs, np.zeros(len(pairs), bool), np.zeros(len(pairs)))
