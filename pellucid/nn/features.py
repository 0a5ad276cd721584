"""Features: what the last dense layer of a network sees of a picture; and what the layers before it see, in a few numbers."""

import math
from collections.abc import Callable

import numpy as np

from pellucid.nn.layers import Dense, Flatten
from pellucid.nn.network import Network

WIDEST = 1024  # numbers in a row; the rows of a table may be wider, and then tell little by their distances
_CACHED = 1 << 16  # numbers: the squares of 256 KiB are still near when they are added


def feature_layer(network: Network) -> int:
    """The position of the layer whose input the features are: the last dense one, else the last."""
    dense = [position for position, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    return dense[-1] if dense else len(network.layers) - 1


def feature_count(network: Network) -> int:
    """F, how many numbers the features of one picture are."""
    return math.prod(_in_shape(network, feature_layer(network)))


def features_and_outputs(network: Network, x: np.ndarray) -> np.ndarray:
    """x (N, *in_shape) -> (N, F + K), a new array: the features in the first F columns, the outputs (N, K) behind them."""
    return parts_and_outputs(network, x, (feature_layer(network),))


def described_layers(network: Network) -> tuple[int, ...]:
    """Positions of the layers whose input describes a picture: those that multiply, up to the one that sees the features.

    Where a map is flattened for a dense layer, the map describes the picture, as the Flatten sees it.
    """
    last = feature_layer(network)
    return (*(position for position in range(last) if _describes(network, position, last)), last)


def _describes(network: Network, position: int, last: int) -> bool:
    shape, layer = _in_shape(network, position), network.layers[position]
    if len(shape) == 3:
        return layer.multiply_adds() > 0 or (isinstance(layer, Flatten) and (position == 0 or position + 1 < last))
    flattened = position > 0 and isinstance(network.layers[position - 1], Flatten) and len(_in_shape(network, position - 1)) == 3
    return layer.multiply_adds() > 0 and not flattened and math.prod(shape) <= WIDEST


def part_widths(network: Network, positions: tuple[int, ...]) -> tuple[int, ...]:
    """How many numbers `parts_and_outputs` gives of the input of each of these layers."""
    return tuple(_width(_in_shape(network, position), position, feature_layer(network)) for position in positions)


def _width(shape: tuple[int, ...], position: int, last: int) -> int:
    if len(shape) < 3 or position == last:
        return math.prod(shape)
    return shape[2] * (2 if position else 4)


def parts_and_outputs(network: Network, x: np.ndarray, positions: tuple[int, ...]) -> np.ndarray:
    """x (N, *in_shape) -> (N, D + K), a new array: what the layers at `positions` are given, and the outputs (N, K) behind it.

    Of a map (N, H, W, C) the mean and the standard deviation of each channel; of a picture also the mean difference between
    neighbours, across and down. The features, and other rows of numbers, as they are.
    """
    x, last = np.ascontiguousarray(x, network.dtype), feature_layer(network)
    parts = []
    for position, layer in enumerate(network.layers):
        if position in positions:
            is_map = x.ndim == 4 and position != last
            parts.append(_moments(x) if is_map else x.reshape(len(x), -1).copy())  # valid until that layer's next forward
            if is_map and not position:
                parts.append(_roughness(x))
        x = layer.forward(x, False, False)
    return np.concatenate([*parts, x.reshape(len(x), -1)], axis=1)


def _moments(x: np.ndarray) -> np.ndarray:
    """Mean and standard deviation of each channel: (N, H, W, C) -> (N, 2 C)."""
    mean = _mean(x)
    return np.hstack([mean, np.sqrt(np.maximum(_mean(x, np.square) - np.square(mean), 0))])


def _roughness(x: np.ndarray) -> np.ndarray:
    """Mean |difference| of neighbours in each channel, across and down: (N, H, W, C) -> (N, 2 C); 0 where there are none."""
    return np.hstack([_mean(steps, np.abs) for steps in (x[:, :, 1:] - x[:, :, :-1], x[:, 1:] - x[:, :-1])])


def _mean(x: np.ndarray, of: Callable = lambda part: part) -> np.ndarray:
    """The mean of each channel of `of(x)`: (N, H, W, C) -> (N, C). As many pictures at a time as fit into a cache."""
    rows = x.reshape(len(x), -1, x.shape[3])
    ones = np.full((1, rows.shape[1]), 1 / max(rows.shape[1], 1), x.dtype)
    step, found = max(1, _CACHED // max(rows[:1].size, 1)), np.empty((len(rows), x.shape[3]), x.dtype)
    for start in range(0, len(rows), step):
        found[start : start + step] = np.matmul(ones, of(rows[start : start + step]))[:, 0]
    return found


def _in_shape(network: Network, position: int) -> tuple[int, ...]:
    return network.shapes[position - 1] if position else tuple(network.in_shape)
