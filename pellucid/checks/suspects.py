"""Labels that are probably wrong: copies of one picture in two classes, and pictures among those of another class."""

from typing import NamedTuple

import numpy as np

from pellucid.checks.copies import Copies
from pellucid.checks.fingerprint import SIDE, unit
from pellucid.images.shrinking import small_grey
from pellucid.kernels.blas import single_threaded_blas

NEIGHBOURS = 10
AGREEING = 9  # of the neighbours, from which they are believed rather than the label
RELIABLE = 0.8  # share of labels that neighbours or networks must get right before they are believed at all
CERTAIN = 0.9  # probability from which a network is believed rather than the label
LARGEST = 10_000  # pictures whose neighbours are looked for: 3 s
_BLOCK = 512


class Suspect(NamedTuple):
    """A picture whose label is doubted, the class it seems to be, and how sure that is (a share of 1)."""

    row: int
    suggested: int
    certainty: float


class Neighbourhood(NamedTuple):
    """What neighbours say: the suspects, the surest first, and the share of labels that neighbours get right."""

    suspects: list[Suspect]
    reliability: float

    @property
    def reliable(self) -> bool:
        return self.reliability >= RELIABLE


def find_conflicts(copies: Copies, labels: np.ndarray) -> np.ndarray:
    """Pairs (P, 2) of copies that have different labels."""
    return copies.pairs[labels[copies.pairs[:, 0]] != labels[copies.pairs[:, 1]]]


def doubted_by_neighbours(images: np.ndarray, labels: np.ndarray, groups: np.ndarray, largest: int = LARGEST) -> Neighbourhood:
    """Pictures (N, H, W, C) of which 9 of the 10 nearest others have one other label, and none its own.

    Near is what correlates, small and in grey. Copies (`groups`, (N,)) have no vote. Where neighbours get fewer than 80 % of the
    labels right, as with photographs taken here and there, they are no judges: nobody is suspected. Of more than `largest`
    pictures an even spread is looked at.
    """
    rows = np.arange(0, len(labels), -(-len(labels) // largest)) if len(labels) else np.arange(0)
    if len(rows) <= 2 * NEIGHBOURS:
        return Neighbourhood([], 0.0)
    labels, groups = labels[rows], groups[rows]
    votes = _votes(unit(small_grey(images[rows], SIDE)).reshape(len(rows), -1), labels, groups)
    reliability = float(np.mean(votes.argmax(axis=1) == labels))
    if reliability < RELIABLE:
        return Neighbourhood([], reliability)
    doubted = np.flatnonzero((votes.max(axis=1) >= AGREEING) & (votes[np.arange(len(rows)), labels] == 0))
    suspects = [Suspect(int(rows[i]), int(votes[i].argmax()), float(votes[i].max() / NEIGHBOURS)) for i in doubted]
    return Neighbourhood(sorted(suspects, key=lambda suspect: -suspect.certainty), reliability)


def doubted_out_of_fold(labels: np.ndarray, probabilities: np.ndarray) -> list[Suspect]:
    """Pictures to which a network that has not seen them gives another class with 0.9 or more, the surest first.

    labels (N,), probabilities (N, K). Networks that get fewer than 80 % of the labels right are no judges either.
    """
    best, certainty = probabilities.argmax(axis=1), probabilities.max(axis=1)
    if np.mean(best == labels) < RELIABLE:
        return []
    doubted = np.flatnonzero((best != labels) & (certainty >= CERTAIN))
    order = doubted[np.argsort(-certainty[doubted], kind="stable")]
    return [Suspect(int(row), int(best[row]), float(certainty[row])) for row in order]


def _votes(features: np.ndarray, labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """(N, K): how many of the 10 nearest pictures, of other groups, have each label."""
    votes = np.zeros((len(labels), labels.max() + 1), np.int64)
    with single_threaded_blas():
        for start in range(0, len(labels), _BLOCK):
            block = slice(start, start + _BLOCK)
            similar = features[block] @ features.T
            similar[groups[block, None] == groups] = -2
            nearest = np.argpartition(-similar, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
            np.add.at(votes, (np.arange(start, start + len(nearest))[:, None], labels[nearest]), 1)
    return votes
