"""Each picture as a short row of numbers in which copies lie together and pictures that only resemble each other lie apart.

A picture becomes a grey one of 16 x 16, its mean is taken off and its length made 1, so that brightness and contrast say
nothing. What all pictures have in common (a bright sky, a digit in the middle) is then damped: along each principal
direction the values are divided by the square root of its variance plus 0.01. Without this step two handwritten ones
correlate by 0.99, as much as a picture and its copy.

The left-right symmetric and antisymmetric halves of a picture are kept apart. Mirroring changes the sign of the second, so
one pair of products compares a picture with another and with its mirror image:

    even = (f + mirrored f) / 2     odd = (f - mirrored f) / 2     similarity = even . even' + |odd . odd'|

Whitening: Bell and Sejnowski, "The 'independent components' of natural scenes are edge filters" (1997), section 2.
"""

from typing import NamedTuple

import numpy as np

SIDE = 16
_FLOOR = 0.01  # variance added to each direction, of a total of 1: keeps the noise of re-encoding small
_BLANK = 1 / 255  # deviation, as a share of the value range, below which a picture shows nothing


class Fingerprints(NamedTuple):
    """even (N, D), odd (N, D') float32, the strongest directions first, each row of length 1; of a blank picture 0."""

    even: np.ndarray
    odd: np.ndarray

    def __getitem__(self, rows) -> "Fingerprints":
        return Fingerprints(self.even[rows], self.odd[rows])

    def similarity(self, others: "Fingerprints", scratch: np.ndarray | tuple[None, None] = (None, None)) -> np.ndarray:
        """(n, m), at most 1: of every picture with every other or its mirror image, whichever is more alike.

        scratch: (2, n, m) float32 that may be overwritten; the result is its first half.
        """
        similar = np.matmul(self.odd, others.odd.T, out=scratch[0])
        np.abs(similar, out=similar)
        similar += np.matmul(self.even, others.even.T, out=scratch[1])
        return similar

    def distances(self, pairs: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """1 - similarity (P,) float64 of the pairs (P, 2), and whether it is that of the mirror image."""
        even = np.einsum("pk,pk->p", *(self.even[side].astype(np.float64) for side in pairs.T))
        odd = np.einsum("pk,pk->p", *(self.odd[side].astype(np.float64) for side in pairs.T))
        return np.maximum(0, 1 - even - np.abs(odd)), odd < 0


class Damping(NamedTuple):
    """What the pictures of one data set have in common: the directions of each half, divided by their deviations."""

    even: np.ndarray  # (K, D)
    odd: np.ndarray  # (K, D')
    strongest: tuple[int, int]  # how many directions of each half are among the 48 strongest of both

    @classmethod
    def of(cls, plain: np.ndarray) -> "Damping":
        """Of the pictures themselves: (N, h, w), as `unit` gives them."""
        (even, shares), (odd, others) = (_directions(half) for half in _halves(plain))
        weakest = np.sort(np.concatenate([shares, others]))[::-1][:48].min(initial=1)
        return cls(even, odd, (int(np.sum(shares >= weakest)), int(np.sum(others >= weakest))))

    def fingerprints(self, plain: np.ndarray) -> Fingerprints:
        """The fingerprints of pictures (N, h, w), as `unit` gives them."""
        even, odd = _halves(plain)
        return _unit_rows(even @ self.even, odd @ self.odd)

    def coarse(self, prints: Fingerprints) -> Fingerprints:
        """Fingerprints along the strongest 48 directions alone: the large shapes, which a small crop hardly moves."""
        even, odd = self.strongest
        return _unit_rows(prints.even[:, :even], prints.odd[:, :odd])


def unit(grey: np.ndarray) -> np.ndarray:
    """Pictures (N, h, w) float32 with mean 0 and length 1; those that show nothing stay 0."""
    grey = grey - grey.mean(axis=(1, 2), keepdims=True)
    length = np.sqrt(np.einsum("nhw,nhw->n", grey, grey))
    return grey / np.where(length > 0, length, 1)[:, None, None].astype(np.float32)


def blank(grey: np.ndarray, value_range: tuple[float, float]) -> np.ndarray:
    """(N,) bool: pictures (N, h, w) that show nothing, all of one value but for noise."""
    return grey.std(axis=(1, 2)) <= _BLANK * (value_range[1] - value_range[0])


def _halves(plain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    mirrored = plain[:, :, ::-1]
    return ((plain + mirrored) / 2).reshape(len(plain), -1), ((plain - mirrored) / 2).reshape(len(plain), -1)


def _directions(half: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Principal directions of rows (N, K), each divided by sqrt(variance + 0.01), and their variances; strongest first."""
    variance, directions = np.linalg.eigh(half.T @ half / np.float32(max(1, len(half))))
    kept = np.flatnonzero(variance > 1e-6)[::-1]  # half of the directions are those of the other half
    return directions[:, kept] / np.sqrt(variance[kept] + np.float32(_FLOOR)), variance[kept]


def _unit_rows(even: np.ndarray, odd: np.ndarray) -> Fingerprints:
    length = np.sqrt(np.einsum("nk,nk->n", even, even) + np.einsum("nk,nk->n", odd, odd))[:, None]
    length[length == 0] = 1
    return Fingerprints(even / length, odd / length)
