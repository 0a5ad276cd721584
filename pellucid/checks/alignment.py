"""Whether one picture is a crop of another: move and scale the second until it lies on the first.

The second picture g is sampled at x' = (1 + a) x + b along each axis, x measured from the middle, and a, b of both axes are
improved step by step, by least squares over all pixels:

    f ~ c g' + d + a u gx' + b gx' + a' v gy' + b' gy'      g' = g sampled, gx', gy' its slopes

Lucas and Kanade, "An iterative image registration technique with an application to stereo vision" (1981), section 4.
"""

import numpy as np

_STEPS = 4
_FURTHEST = np.array([0.25, 2.0, 0.25, 2.0])  # scale and move at most, in shares and in pixels of 16


def aligned(first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """(P, 4): scale less 1 and move in pixels, along the rows' axis x, then along y, that lay `second` on `first`.

    Both (P, h, w) with h, w >= 4, on any scale of brightness.
    """
    placed = np.zeros((len(first), 4))
    v, u = (np.arange(size) - (size - 1) / 2 for size in first.shape[1:])
    for _ in range(_STEPS):
        moved = sampled(second, placed)
        down, right = np.gradient(moved, axis=(1, 2))
        columns = [u * right, right, v[:, None] * down, down, moved, np.ones_like(moved)]
        inner = np.stack(columns, axis=1)[:, :, 1:-1, 1:-1].reshape(len(first), 6, -1)
        target = first[:, 1:-1, 1:-1].reshape(len(first), -1, 1)
        normal = inner @ inner.transpose(0, 2, 1)
        normal[:, range(6), range(6)] = 1.001 * normal[:, range(6), range(6)] + 1e-6  # a plain ground has no slopes
        solved = np.linalg.solve(normal, inner @ target)[:, :, 0]
        placed = np.clip(placed + solved[:, :4] / np.maximum(solved[:, 4:5], 0.2), -_FURTHEST, _FURTHEST)
    return placed


def sampled(pictures: np.ndarray, placed: np.ndarray) -> np.ndarray:
    """Pictures (P, h, w) at the places that `aligned` gave, between pixels linearly, beyond the border as at it."""
    height, width = pictures.shape[1:]
    column, right = _places(placed[:, 0], placed[:, 1], width)
    row, below = _places(placed[:, 2], placed[:, 3], height)
    rows = [np.take_along_axis(pictures, row[:, :, None] + step, axis=1) for step in (0, 1)]
    rows = rows[0] + (rows[1] - rows[0]) * below[:, :, None]
    columns = [np.take_along_axis(rows, column[:, None, :] + step, axis=2) for step in (0, 1)]
    return columns[0] + (columns[1] - columns[0]) * right[:, None, :]


def _places(scale: np.ndarray, move: np.ndarray, size: int) -> tuple[np.ndarray, np.ndarray]:
    """The pixel before each place (P, size), and how far beyond it the place lies, 0 to 1."""
    middle = (size - 1) / 2
    place = np.clip((1 + scale[:, None]) * (np.arange(size) - middle) + move[:, None] + middle, 0, size - 1)
    before = np.minimum(place.astype(np.int64), size - 2)
    return before, (place - before).astype(np.float32)
