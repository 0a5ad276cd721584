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
_CHUNK_BYTES = 1 << 25


class Fingerprints(NamedTuple):
    """even (N, D), odd (N, D') float32, the strongest directions first; of a blank picture all zeros."""

    even: np.ndarray
    odd: np.ndarray
    blank: np.ndarray  # (N,) bool

    def __getitem__(self, rows) -> "Fingerprints":
        return Fingerprints(self.even[rows], self.odd[rows], self.blank[rows])


def fingerprints(images: np.ndarray, value_range: tuple[float, float] = (0.0, 255.0)) -> Fingerprints:
    """The fingerprints of pictures (N, H, W, C) of any type, with values in `value_range`."""
    grey = small_grey(images, SIDE)
    grey -= grey.mean(axis=(1, 2), keepdims=True)
    deviation = np.sqrt(np.mean(grey * grey, axis=(1, 2)))
    blank = deviation <= _BLANK * (value_range[1] - value_range[0])
    length = np.where(blank, 1, deviation * np.sqrt(grey[0].size)).astype(np.float32)
    grey[blank] = 0
    grey /= length[:, None, None]
    mirrored = grey[:, :, ::-1]
    even, odd = (_damped((half / 2).reshape(len(grey), -1)) for half in (grey + mirrored, grey - mirrored))
    length = np.sqrt(np.sum(even * even, axis=1) + np.sum(odd * odd, axis=1))
    length = np.where(length > 0, length, 1)[:, None].astype(np.float32)
    return Fingerprints(even / length, odd / length, blank)


def small_grey(images: np.ndarray, side: int) -> np.ndarray:
    """Pictures (N, H, W, C) as grey (N, h, w) float32: averaged over areas to `side` x `side`, never enlarged."""
    n, height, width, channels = images.shape
    rows, columns = _averaging(height, min(side, height)), _averaging(width, min(side, width))
    luma = np.array([0.299, 0.587, 0.114] if channels == 3 else [1 / channels] * channels, np.float32)
    out = np.empty((n, len(rows), len(columns)), np.float32)
    step = max(1, _CHUNK_BYTES // (4 * height * width * channels))
    for start in range(0, n, step):
        pixels = np.asarray(images[start : start + step], np.float32)
        out[start : start + step] = rows @ (pixels @ luma) @ columns.T
    return out


def _averaging(size: int, target: int) -> np.ndarray:
    """(target, size): row t averages the pixels that the t-th of `target` equal parts covers, in proportion."""
    edges = np.linspace(0, size, target + 1)
    first, last = edges[:-1, None], edges[1:, None]
    pixel = np.arange(size)
    covered = np.clip(np.minimum(last, pixel + 1) - np.maximum(first, pixel), 0, None)
    return (covered * target / size).astype(np.float32)


def _damped(half: np.ndarray) -> np.ndarray:
    """Rows (N, K) along their principal directions, each divided by sqrt(variance + 0.01), the strongest first."""
    variance, directions = np.linalg.eigh(half.T @ half / np.float32(len(half)))
    kept = np.flatnonzero(variance > 1e-6)[::-1]  # half of the directions are those of the other half
    return half @ (directions[:, kept] / np.sqrt(variance[kept] + np.float32(_FLOOR)))
