"""How values of any range look on a screen."""

import numpy as np


def displayed(values: np.ndarray, value_range: tuple[float, float] = (0.0, 255.0)) -> np.ndarray:
    """Values (..., H, W, C) as (..., H, W, 1 or 3) uint8: round(255 (v - low) / (high - low)).

    What lies outside the range is cut off, and NaN is 0. Of two channels, or more than three, the first is shown in grey.
    """
    values = np.asarray(values, np.float32)
    values = values if values.shape[-1] in (1, 3) else values[..., :1]
    low, high = value_range
    scaled = np.nan_to_num((values - low) / ((high - low) or 1) * 255, nan=0, posinf=255, neginf=0)
    return np.clip(scaled.round(), 0, 255).astype(np.uint8)
