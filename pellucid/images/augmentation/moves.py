"""Whole pixels on the move: flips and crops."""

import numpy as np

from pellucid.images.augmentation.draws import Draws

ALTERNATING = "alternating"


def moves(draws: Draws, crop: int, flip: bool | float | str, flip_vertical: bool | float | str) -> np.ndarray:
    """The (N, 4) int64 moves of `kernels.crop`: rows, columns, upside down, mirrored.

    crop: a window moved by up to so many pixels each way, of the picture padded with its reflection (Krizhevsky et al. 2012,
    section 4.1, padded; reflected as Jordan 2024, "94% on CIFAR-10 in 3.29 seconds", section 3).
    """
    rows, columns = np.floor((2 * crop + 1) * draws.uniform("crop", 2)) - crop
    return np.stack([rows, columns, flips(draws, "flip vertical", flip_vertical), flips(draws, "flip", flip)], axis=1).astype(
        np.int64
    )


def flips(draws: Draws, purpose: str, flip: bool | float | str) -> np.ndarray:
    """Which pictures are mirrored (N,): True: half of them; a number: with that probability; "alternating": see there."""
    if flip == ALTERNATING:
        return alternating(draws, purpose)
    return draws.uniform(purpose, 1)[0] < (0.5 if flip is True else float(flip))


def alternating(draws: Draws, purpose: str) -> np.ndarray:
    """Mirrored or not by chance in the first epoch, in every other epoch the other way round (Jordan 2024, section 3.6).

    Two epochs show each picture once each way; chance alone would show half of them twice the same way.
    """
    first = draws.first_epoch().uniform(purpose, 1)[0] < 0.5
    return first ^ (draws.epoch % 2 == 1)
