"""Rectangles in pictures: what is erased, and what is pasted from another picture."""

import numpy as np

from pellucid.images.augmentation.draws import Draws

ERASED_AREAS = (0.02, 0.4)  # shares of the picture: s_l and s_h of Zhong et al. 2020
FLATTEST = 0.3  # its r_1


def erased(draws: Draws, size: tuple[int, int], probability: float) -> np.ndarray:
    """The (N, 4) int64 boxes of random erasing (Zhong et al. 2020, algorithm 1), empty where nothing is erased.

    With probability p a box of the share S of the picture, uniform in (0.02, 0.4), and of r times the height of a square, r
    from 0.3 to 1/0.3, as often flat as tall: height sqrt(S H W r), width sqrt(S H W / r). Where the paper draws again because
    the box is longer than the picture, it is cut to the picture here.
    """
    chance, area, shape, down, right = draws.uniform("erase", 5)
    height, width = size
    low, high = ERASED_AREAS
    square = (low + (high - low) * area) * height * width
    ratio = FLATTEST ** (2 * shape - 1)
    happens = chance < probability
    rows = np.where(happens, np.clip(np.rint(np.sqrt(square * ratio)), 1, height), 0)
    columns = np.where(happens, np.clip(np.rint(np.sqrt(square / ratio)), 1, width), 0)
    return _boxes(down, right, rows, columns, size)


def pasted(draws: Draws, size: tuple[int, int], share: np.ndarray) -> np.ndarray:
    """The (N, 4) int64 boxes of cutmix that cover `share` (N,) of the picture (Yun et al. 2019, section 3.1, equation 2).

    Both sides are sqrt(share) of the picture's. The paper centres them anywhere and loses what lies outside; here all of
    a box lies inside, so that its area is what was drawn, to the rounding of its sides.
    """
    down, right = draws.uniform("cutmix box", 2)
    rows, columns = (np.rint(length * np.sqrt(share)) for length in size)
    return _boxes(down, right, rows, columns, size)


def whole(count: int, size: tuple[int, int]) -> np.ndarray:
    """(N, 4) int64 boxes over all of the picture."""
    return np.tile(np.array([0, 0, *size], np.int64), (count, 1))


def _boxes(down: np.ndarray, right: np.ndarray, rows: np.ndarray, columns: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """Of `rows` x `columns` pixels, every place in the picture alike: (top, left, bottom, right), the last two exclusive."""
    top = np.floor(down * (size[0] - rows + 1))
    left = np.floor(right * (size[1] - columns + 1))
    return np.stack([top, left, top + rows, left + columns], axis=1).astype(np.int64)
