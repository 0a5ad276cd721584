"""Arrays given in place of files: which shapes are taken for pictures, which values cannot be meant, and fitting."""

import math

import numpy as np

from pellucid.errors import DataError
from pellucid.images.fit import fit_arrays
from pellucid.kernels.reference.colour import LUMA

_LARGEST = np.finfo(np.float32).max


def as_batch(values: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    """A view (N, *shape) of one example or of N.

    For pictures of (H, W, 1): (H, W), (H, W, 1) or (H*W,), and N of each; for other channels (H, W, C) or (H*W*C,); for
    rows of K numbers (K,) or (N, K). Raises DataError, naming both shapes, for anything else.
    """
    taken = [shape]
    if len(shape) == 3 and shape[2] == 1:
        taken.append(shape[:2])
    if len(shape) == 3:
        taken.append((math.prod(shape),))
    for one in taken:
        if values.shape == one:
            return values.reshape(1, *shape)
        if values.shape[1:] == one:
            return values.reshape(len(values), *shape)
    what = "a picture" if len(shape) == 3 else "a row"
    raise DataError(
        f"an array of shape {values.shape} does not fit this model, whose input is {what} of shape {shape}: "
        f"give one as {' or '.join(map(str, taken))}, or N of them stacked"
    )


def check_range(values: np.ndarray, value_range: tuple[float, float]) -> None:
    """Raise DataError, naming both ranges, where pictures contradict the range that a model was trained on.

    Values must lie inside (to 0.01 % of its width), and must not be fractions of 1 where the range goes to 16 or 255:
    pictures that somebody has divided already would pass for nearly black ones.
    """
    low, high = value_range
    least, most = float(values.min()), float(values.max())
    came = f"values from {least:g} to {most:g} ({values.dtype})"
    expected = f"this model expects values from {low:g} to {high:g}"
    slack = 1e-4 * (high - low)
    if least < low - slack or most > high + slack:
        raise DataError(f"{came}, but {expected}: rescale the array, or give the pictures as files")
    if values.dtype.kind != "u" and values.dtype.kind != "i" and 0 < max(-least, most) <= 1 < high:
        raise DataError(f"{came}, but {expected}: multiply the array by {high:g}, or give the pictures as files")


def check_numbers(values: np.ndarray) -> None:
    """Raise DataError for an array of anything but real numbers that float32 can hold."""
    if values.dtype.kind not in "buif":
        raise DataError(f"an array of {values.dtype} cannot be read as pictures: expected numbers, or paths of files")
    if values.dtype.kind == "f" and not np.all(np.abs(values) <= _LARGEST):
        raise DataError("the array holds NaN, infinity or numbers beyond float32: replace them before predicting")


def fitted(images: np.ndarray, shape: tuple[int, ...], fit: str, value_range: tuple[float, float]) -> np.ndarray:
    """Examples (N, *shape): the same array where it has that shape, else fitted, made grey, or grey repeated as RGB."""
    if images.shape[1:] == tuple(shape):
        return images
    if images.ndim != 4 or len(shape) != 3 or {images.shape[3], shape[2]} not in ({1}, {3}, {1, 3}):
        raise DataError(f"examples of shape {images.shape[1:]} cannot become {tuple(shape)}: choose another shape")
    if images.shape[3] > shape[2]:
        images = _luma(images)
    if images.shape[1:3] != tuple(shape[:2]):
        images = fit_arrays(images, shape[:2], fit, value_range)
    return images if images.shape[3] == shape[2] else np.repeat(images, shape[2], axis=3)


def _luma(images: np.ndarray) -> np.ndarray:
    grey = np.empty((*images.shape[:3], 1), images.dtype)
    for picture, out in zip(images, grey, strict=True):
        values = picture @ LUMA
        out[..., 0] = np.rint(values) if images.dtype == np.uint8 else values
    return grey
