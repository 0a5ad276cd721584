"""What people hand over, checked: scikit-learn's own checks for tables, the same for pictures."""

import numpy as np
from sklearn.utils.validation import check_array, check_X_y, validate_data

from pellucid.images import InputSpec

FLOATS = (np.float64, np.float32)
_UNIT, _BYTES = (0.0, 1.0), (0.0, 255.0)


def are_pictures(x) -> bool:
    """Whether x has the three or four axes of pictures (N, H, W[, C])."""
    if hasattr(x, "ndim"):
        return x.ndim in (3, 4)
    return isinstance(x, list | tuple) and len(x) > 0 and getattr(x[0], "ndim", 0) in (2, 3)


def checked(estimator, x, y="no_validation", *, reset: bool, **of_y):
    """x, or (x, y), in a form to compute with; what does not fit raises ValueError or TypeError as in scikit-learn.

    Tables become (N, K) float64, float32 or CSR; pictures (N, H, W, C) uint8, float32 or float64. reset: the estimator
    learns its number of features (and their names) from x; else x must fit what it has learned.
    """
    pictures = are_pictures(x)
    if reset and getattr(x, "ndim", 0) > 4:
        raise ValueError(f"Found array with dim {x.ndim}; expected rows (N, K), or pictures (N, H, W) or (N, H, W, C)")
    expects = not reset and estimator.input_spec_.is_pictures
    if pictures != (pictures if reset else expects):
        shape = estimator.input_spec_.shape
        raise ValueError(f"X has shape {np.shape(x)}, but {type(estimator).__name__} is expecting examples of shape {shape}")
    if not pictures:
        return validate_data(estimator, x, y, reset=reset, accept_sparse="csr", dtype=FLOATS, order="C", **of_y)
    return _checked_pictures(estimator, x, y, reset, of_y)


def _checked_pictures(estimator, x, y, reset: bool, of_y: dict):
    dtype = np.uint8 if getattr(x, "dtype", None) in (np.uint8, np.bool_) else FLOATS
    settings = {"allow_nd": True, "dtype": dtype, "estimator": estimator}
    if isinstance(y, str) and y == "no_validation":
        x = check_array(x, **settings)
    else:
        x, y = check_X_y(x, y, **settings, **of_y)
    x = x[..., np.newaxis] if x.ndim == 3 else x
    if reset:
        estimator.n_features_in_ = int(np.prod(x.shape[1:]))
    elif x.shape[1:] != estimator.input_spec_.shape:
        raise ValueError(
            f"X has pictures of shape {x.shape[1:]}, but {type(estimator).__name__} is expecting {estimator.input_spec_.shape}"
        )
    return x if isinstance(y, str) else (x, y)


def input_spec(x) -> InputSpec:
    """How examples like x become the network's input: bytes are divided by 255, all else is taken as it is."""
    if x.ndim == 2:
        return InputSpec((x.shape[1],), normalisation="none", value_range=_UNIT)
    if x.dtype == np.uint8:
        return InputSpec(x.shape[1:], value_range=_BYTES)
    return InputSpec(x.shape[1:], normalisation="none", value_range=_range(float(x.min()), float(x.max())))


def _range(low: float, high: float) -> tuple[float, float]:
    """The usual range that holds values from low to high, or just these."""
    for usual in (_UNIT, _BYTES):
        if usual[0] <= low and high <= usual[1]:
            return usual
    return low, max(high, np.nextafter(low, np.inf))
