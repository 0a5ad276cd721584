"""Test-time augmentation: an answer from several views of a picture, their outputs averaged."""

from collections.abc import Callable
from types import ModuleType

import numpy as np

# For each name its views: (weight, rows, columns, upside down, mirrored), the last four as `kernels.crop` takes them.
# "flip+shift" are the six views of Jordan 2024, section 3.5: the picture and its mirror image, in place and moved by a pixel
# along the diagonal both ways; those in place count as much as the others together. A mirror image moves the other way.
# "shift" is for pictures that must not be mirrored: in place, and moved by a pixel along both diagonals.
VIEWS: dict[str, tuple[tuple[float, int, int, int, int], ...]] = {
    "none": ((1.0, 0, 0, 0, 0),),
    "shift": ((0.5, 0, 0, 0, 0), (0.125, -1, -1, 0, 0), (0.125, -1, 1, 0, 0), (0.125, 1, -1, 0, 0), (0.125, 1, 1, 0, 0)),
    "flip": ((0.5, 0, 0, 0, 0), (0.5, 0, 0, 0, 1)),
    "flip+shift": (
        (0.25, 0, 0, 0, 0),
        (0.25, 0, 0, 0, 1),
        (0.125, -1, -1, 0, 0),
        (0.125, -1, 1, 0, 1),
        (0.125, 1, 1, 0, 0),
        (0.125, 1, -1, 0, 1),
    ),
}


def problem(views: str, shape: tuple[int, ...]) -> str | None:
    """Why pictures of that shape (H, W, C), or (K,) for rows of numbers, have no such views; None if they do."""
    if views not in VIEWS:
        return f"views is {views!r}, expected one of {', '.join(VIEWS)}"
    if views != "none" and len(shape) != 3:
        return f'views is "{views}", but a row of numbers has only one; set it to "none"'
    if "shift" in views and min(shape[:2]) < 2:
        return f'views is "{views}", but a picture of {shape[0]} x {shape[1]} pixels cannot be moved; set it to "flip" or "none"'
    return None


def averaged(forward: Callable[[np.ndarray], np.ndarray], x: np.ndarray, views: str, kernels: ModuleType) -> np.ndarray:
    """z = sum_v weight_v forward(view v of x)        x: (N, H, W, C)  z: (N, K), a new array."""
    if views == "none":
        return forward(x).copy()
    total, view = 0.0, np.empty_like(x)
    for weight, *move in VIEWS[views]:
        kernels.crop(x, np.tile(np.array(move, np.int64), (len(x), 1)), view)
        total = total + weight * forward(view)
    return total
