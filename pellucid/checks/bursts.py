"""Pictures taken in one go: by the camera's clock within so many seconds of another picture of the same class."""

import numpy as np


def bursts(taken: np.ndarray, labels: np.ndarray, seconds: float) -> np.ndarray:
    """Pairs (P, 2) int64 of pictures that follow each other within `seconds`; taken (N,) in seconds, NaN where unknown."""
    known = np.flatnonzero(np.isfinite(taken))
    order = known[np.lexsort((taken[known], labels[known]))]
    first, second = order[:-1], order[1:]
    near = (labels[first] == labels[second]) & (taken[second] - taken[first] <= seconds)
    return np.stack([first[near], second[near]], axis=1).astype(np.int64)
