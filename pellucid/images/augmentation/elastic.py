"""Bending, as a hand that trembles does."""

from types import ModuleType

import numpy as np

from pellucid.images.augmentation.draws import Draws


def field(draws: Draws, size: tuple[int, int], strength: float, sigma: float, kernels: ModuleType) -> np.ndarray:
    """Displacements (N, 2, H, W) float32 in pixels, for `kernels.warp`: strength sqrt(3) G n G'^T, with n uniform in (-1, 1).

    Random directions that a Gaussian of deviation `sigma` pixels makes agree with their neighbours' (Simard, Steinkraus and Platt
    2003, section 2). The rows of G and G' have length 1, so every displacement has deviation `strength`, at the edge too. The
    paper's best setting for MNIST, alpha = 34 and sigma = 4, is a strength of 1.4 here: 34 / (2 sqrt(pi) 4 sqrt(3)).
    """
    noise = np.empty((len(draws), 2, *size), np.float32)
    kernels.uniform_noise(draws.keys("elastic"), noise)
    rows, columns = (smoothing(length, sigma) for length in size)
    return np.float32(strength * 3**0.5) * (rows @ noise @ columns.T)


def smoothing(size: int, sigma: float) -> np.ndarray:
    """G_ij = exp(-(i - j)^2 / 2 sigma^2), each row divided by its length: (size, size) float32."""
    i = np.arange(size)
    gaussian = np.exp(-((i[:, None] - i) ** 2) / (2 * sigma**2))
    return (gaussian / np.linalg.norm(gaussian, axis=1, keepdims=True)).astype(np.float32)
