"""Pictures made small, for what looks at thousands of them and at large shapes only.

An axis of K pixels is cut into k equal parts, and each part becomes the mean of the pixels that it covers, in proportion:

    y_t = sum_i a_ti x_i        a_ti = k/K |[i, i+1] ∩ [t K/k, (t+1) K/k]|        grey = 0.299 red + 0.587 green + 0.114 blue
"""

import numpy as np

from pellucid.kernels.reference.colour import LUMA
from pellucid.parallel import on_all_cores

_CHUNK_BYTES = 1 << 22


def grey(images: np.ndarray) -> np.ndarray:
    """Pictures (N, H, W, C) as (N, H, W) float32: red, green and blue by how bright they look, other channels averaged."""
    channels = images.shape[3]
    return np.asarray(images, np.float32) @ (LUMA if channels == 3 else np.full(channels, 1 / channels, np.float32))


def shrunk(planes: np.ndarray, side: int) -> np.ndarray:
    """Planes (..., H, W) averaged over areas to at most `side` x `side`, never enlarged."""
    height, width = planes.shape[-2:]
    return _averaging(height, min(side, height)) @ planes @ _averaging(width, min(side, width)).T


def small_grey(images: np.ndarray, side: int) -> np.ndarray:
    """Pictures (N, H, W, C) as grey (N, h, w) float32, averaged over areas to at most `side` x `side`."""
    n, height, width, channels = images.shape
    out = np.empty((n, min(side, height), min(side, width)), np.float32)
    step = max(1, _CHUNK_BYTES // (4 * height * width * channels))
    starts = range(0, n, step)
    blocks = on_all_cores(lambda start: shrunk(grey(images[start : start + step]), side), starts)
    for start, block in zip(starts, blocks, strict=True):
        out[start : start + step] = block
    return out


def small_colour(images: np.ndarray, side: int) -> np.ndarray:
    """Pictures (N, H, W, C) as (N, h, w, C) float32, averaged over areas to at most `side` x `side`."""
    planes = np.moveaxis(images, 3, 1).astype(np.float32, order="C")
    return np.moveaxis(shrunk(planes, side), 1, 3)


def _averaging(size: int, target: int) -> np.ndarray:
    """a (target, size) float32, of which each row sums to 1."""
    edges = np.linspace(0, size, target + 1)
    first, last = edges[:-1, None], edges[1:, None]
    pixel = np.arange(size)
    covered = np.clip(np.minimum(last, pixel + 1) - np.maximum(first, pixel), 0, None)
    return (covered * target / size).astype(np.float32)
