"""Arrays as people store them, in one form: pictures (N, H, W, C) or feature rows (N, K), and labels by class name."""

import numpy as np

from pellucid.errors import DataError

_USUAL_RANGES = ((0.0, 1.0), (-1.0, 1.0), (0.0, 16.0), (0.0, 255.0), (0.0, 65535.0))
_WHOLE_ONLY = (0.0, 16.0)


def as_images(x: np.ndarray) -> tuple[np.ndarray, tuple[float, float]]:
    """Pictures (N, H, W, C) uint8 or float32, or feature rows (N, K) float32, and the range of their values.

    x: (N, H, W), (N, H, W, C), (N, C, H, W) where only the second axis can be the channels (1 or 3), or rows (N, K).
    uint8 pictures are kept, bool becomes uint8 0 and 1, all else float32.
    Range: uint8 0..255; other pictures the first of 0..1, -1..1, 0..16 (whole numbers only), 0..255 and 0..65535 that
    holds every value; else, and for rows, from the least value to the largest.
    Raises DataError for other shapes and types, NaN and infinite values.
    """
    if x.dtype.kind not in "buif":
        raise DataError(f"the pictures are of type {x.dtype}: expected numbers")
    if x.ndim == 3:
        x = x[..., np.newaxis]
    elif x.ndim == 4 and x.shape[3] not in (1, 3):
        if x.shape[1] not in (1, 3):
            raise DataError(f"the pictures have shape {x.shape}: expected 1 or 3 channels, in the last or second axis")
        x = x.transpose(0, 2, 3, 1)
    if x.ndim == 4 and x.dtype in (np.uint8, np.bool_):
        return np.ascontiguousarray(x, dtype=np.uint8), (0.0, 255.0 if x.dtype == np.uint8 else 1.0)
    with np.errstate(over="ignore"):  # too large for float32: becomes infinite, and is refused with the infinite
        x = np.ascontiguousarray(x, dtype=np.float32)
    finite = np.isfinite(x).reshape(len(x), -1).all(axis=1)
    if not finite.all():
        raise DataError(
            f"{np.sum(~finite)} of {len(x)} pictures hold NaN or infinite values, the first is number "
            f"{np.argmin(finite)}: remove them or fill them in"
        )
    return x, _range(x)


def _range(x: np.ndarray) -> tuple[float, float]:
    low, high = float(x.min()), float(x.max())
    for usual in _USUAL_RANGES if x.ndim == 4 else ():
        if usual[0] <= low and high <= usual[1] and (usual != _WHOLE_ONLY or np.array_equal(x, np.rint(x))):
            return usual
    return low, high if high > low else low + 1.0


def as_names(y: np.ndarray, key: str, class_names: np.ndarray | None = None) -> list[str]:
    """The class name of each label; `key` names the array in errors.

    y: text or whole numbers, (N,) or (N, 1), or one-hot (N, K). Numbers index `class_names` where these are given.
    Raises DataError for anything else: several labels a picture, fractions, NaN.
    """
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim == 2 and y.dtype.kind in "buif":
        if not (np.all((y == 0) | (y == 1)) and np.all((y == 1).sum(axis=1) == 1)):
            raise DataError(f"{key} {y.shape} is not one-hot: expected a single 1 in each row, or labels (N,)")
        y = y.argmax(axis=1)
    if y.ndim != 1:
        raise DataError(f"{key} has shape {y.shape}: expected labels (N,) or (N, 1), or one-hot rows (N, K)")
    if y.dtype.kind == "f" and np.array_equal(y, np.rint(y)) and np.all(np.abs(y) < 2**53):  # not so for NaN
        y = y.astype(np.int64)
    if y.dtype.kind not in "buiUS":
        raise DataError(f"{key} of type {y.dtype} holds no class labels: expected whole numbers or text")
    if class_names is None or y.dtype.kind in "bUS":
        return _as_text(y)
    if class_names.ndim != 1 or y.min() < 0 or y.max() >= len(class_names):
        raise DataError(f"{key} has labels {y.min()} to {y.max()}, which do not fit {class_names.size} class names")
    names = _as_text(class_names)
    return [names[label] for label in y.tolist()]


def _as_text(values: np.ndarray) -> list[str]:
    return [value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value) for value in values.tolist()]
