"""What the network misses when a part of the picture is covered."""

import math
from typing import NamedTuple

import numpy as np

from pellucid.classifier import Classifier
from pellucid.errors import RecipeError
from pellucid.explanation.gradients import one
from pellucid.explanation.subject import Subject, subject
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import Network

MOST_PATCHES = 12  # along an axis, where no stride is given


class Occlusion(NamedTuple):
    """How the score changes with a patch at each place."""

    drop: np.ndarray  # (P, Q): by how much the score falls with the patch there
    rows: np.ndarray  # (P,) the patches' upper edges, pixels
    columns: np.ndarray  # (Q,) their left edges
    size: tuple[int, int]  # height and width of the patch, pixels
    pixels: np.ndarray  # (H, W): the mean drop over all patches that cover the pixel

    @property
    def strongest(self) -> tuple[int, int]:
        """Upper left corner of the patch that costs most."""
        row, column = np.unravel_index(self.drop.argmax(), self.drop.shape)
        return int(self.rows[row]), int(self.columns[column])


def occlusion(
    model: Classifier | Network,
    x,
    target: int | str | None = None,
    *,
    size: int | tuple[int, int] | None = None,
    stride: int | None = None,
    fill: float | np.ndarray = 0.0,
) -> Occlusion:
    """drop = s(x) - s(x with the patch covered), the patch moved over one picture in steps of `stride` pixels.

    Zeiler & Fergus 2014, "Visualizing and Understanding Convolutional Networks", section 4.2, with the output before
    softmax. size: height and width of the patch, None: a fifth of the picture. stride: None: half the patch, or more where
    that makes more than 12 places along an axis. fill: what covers, as the network sees it; 0 is black where pictures are
    scaled to 0 ... 1, and the mean colour where they are standardised. Other arguments and errors as `subject`.
    """
    asked = one(subject(model, x, target))
    if len(asked.network.in_shape) != 3:
        raise RecipeError(f"only pictures (H, W, C) can be covered in part, the network takes {asked.network.in_shape}")
    H, W, _ = asked.network.in_shape
    h, w = _size(size, H, W)
    step = stride or max(1, min(h, w) // 2, math.ceil((max(H, W) - min(h, w)) / (MOST_PATCHES - 1)))
    rows, columns = _places(H, h, step), _places(W, w, step)
    covered = asked.x.repeat(len(rows) * len(columns), axis=0)
    boxes = [(slice(top, top + h), slice(left, left + w)) for top in rows for left in columns]
    for picture, (vertical, horizontal) in zip(covered, boxes):
        picture[vertical, horizontal] = fill
    with single_threaded_blas():
        score = float(asked.scores()[0])
        scores = Subject(asked.network, covered, asked.direction.repeat(len(covered), axis=0)).scores()
    drop = score - scores.astype(np.float64)
    return Occlusion(drop.reshape(len(rows), len(columns)), rows, columns, (h, w), _by_pixel(drop, boxes, (H, W)))


def _size(size, H: int, W: int) -> tuple[int, int]:
    if size is None:
        return max(1, round(H / 5)), max(1, round(W / 5))
    h, w = (size, size) if isinstance(size, int) else size
    if not (1 <= h <= H and 1 <= w <= W):
        raise RecipeError(f"the patch is {h} × {w} pixels, expected at least 1 and at most the picture's {H} × {W}")
    return h, w


def _places(length: int, size: int, step: int) -> np.ndarray:
    """Where patches begin: every `step` pixels, and the last one at the edge."""
    return np.unique([*range(0, length - size, step), length - size])


def _by_pixel(drop: np.ndarray, boxes, shape: tuple[int, int]) -> np.ndarray:
    total, count = np.zeros(shape), np.zeros(shape)
    for fall, box in zip(drop, boxes):
        total[box] += fall
        count[box] += 1
    return total / np.maximum(count, 1)
