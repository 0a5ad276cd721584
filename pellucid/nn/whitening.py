"""Filters that are computed from the pictures instead of being learned."""

import numpy as np

from pellucid.nn.layers import Conv2D
from pellucid.nn.network import Network

NUMBERS = 2**22  # of patches at a time: 32 MB in float64


def whiten(network: Network, pictures: np.ndarray, epsilon: float = 5e-4) -> None:
    """Give the first layer, a Conv2D with the initialiser "whitening", filters that whiten pictures, and freeze them.

    pictures: (N, H, W, C) as the network will see them; a thousand are enough. With e_k and l_k the eigenvectors
    and eigenvalues of the covariance of all their h by w patches, the largest eigenvalue first, filter k is e_k /
    sqrt(l_k + epsilon) and filter M/2 + k its negative, so that a ReLU after them loses nothing. What comes out is
    uncorrelated and has variance 1 (Page 2018, "How to train your ResNet 8"; Jordan 2024, "94% on CIFAR-10 in 3.29
    seconds on a single GPU", section 3.2).

    Errors: ValueError where the first layer is another, and where M is odd or above twice the h w C numbers of a patch.
    """
    layer = network.layers[0]
    if not isinstance(layer, Conv2D) or layer.initialiser != "whitening":
        raise ValueError(f"whiten needs a Conv2D with the initialiser 'whitening' as first layer, got {layer!r}")
    values, vectors = np.linalg.eigh(_patch_covariance(pictures, layer.size))
    pairs, odd = divmod(layer.filters, 2)
    if odd or pairs > len(values):
        raise ValueError(f"whitening filters come in pairs, here at most {len(values)}, got {layer.filters} filters")
    values, vectors = values[::-1][:pairs], vectors[:, ::-1][:, :pairs]
    signs = np.sign(vectors[np.abs(vectors).argmax(axis=0), range(pairs)])  # eigenvectors have no sign of their own
    filters = vectors * signs / np.sqrt(np.maximum(values, 0) + epsilon)
    layer.W[...] = np.concatenate([filters, -filters], axis=1).reshape(layer.W.shape)
    network.set_factor("0.W", 0)


def _patch_covariance(pictures: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    """The covariance (K, K) of all patches of this size, K = h w C, in float64."""
    count, total, products = 0, 0.0, 0.0
    for picture in np.array_split(pictures, -(-pictures.size * size[0] * size[1] // NUMBERS)):
        patches = np.lib.stride_tricks.sliding_window_view(picture.astype(np.float64), size, axis=(1, 2))
        rows = patches.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size[0] * size[1] * pictures.shape[3])
        count, total, products = count + len(rows), total + rows.sum(axis=0), products + rows.T @ rows
    mean = total / count
    return products / count - np.outer(mean, mean)
