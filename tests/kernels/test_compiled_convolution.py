"""Layers of convolution networks on the compiled kernels, beside the same layers in float64 on the reference."""

import numpy as np
import pytest

from pellucid.kernels import compiled
from pellucid.nn import AvgPool2D, BatchNorm, Conv2D, DepthwiseConv2D, LayerNorm, MaxPool2D, Network

WINOGRAD = [  # N, H, W, C, filters: 3 x 3, stride 1
    (1, 1, 1, 1, 1), (1, 3, 3, 4, 5), (2, 4, 4, 16, 16), (3, 5, 7, 3, 8), (2, 9, 6, 17, 33),
    (4, 32, 32, 3, 32), (5, 16, 16, 32, 64), (3, 13, 11, 64, 64), (2, 8, 8, 130, 70), (1, 2, 31, 20, 40),
]  # fmt: skip
OTHERS = [  # layer, input
    (Conv2D(6, 5, padding="valid"), (3, 12, 11, 1)),
    (Conv2D(16, 5), (2, 9, 9, 6)),
    (Conv2D(8, 3, stride=2), (3, 11, 8, 5)),
    (Conv2D(24, 2, padding="valid", bias=False), (2, 10, 10, 3)),
    (Conv2D(12, 1), (4, 7, 5, 20)),
    (Conv2D(10, 3, padding=2, activation="relu"), (2, 6, 6, 16)),
    (DepthwiseConv2D(3), (2, 8, 7, 20)),
    (MaxPool2D(2), (3, 8, 6, 16)),
    (MaxPool2D(3, 2), (2, 9, 9, 5)),
    (AvgPool2D(2), (3, 8, 6, 16)),
    (BatchNorm(), (4, 6, 5, 20)),
    (LayerNorm(), (4, 6, 5, 20)),
]


def pair(layer, in_shape):
    """The network of one layer, compiled in float32 and by the reference in float64, with the same random parameters."""
    ours = Network([layer], in_shape, kernels=compiled)
    theirs = Network([layer], in_shape, dtype=np.float64)
    rng = np.random.default_rng(1)
    ours.theta[...] = rng.standard_normal(ours.theta.size) / 4
    theirs.theta[...] = ours.theta
    return ours, theirs


def results(network, x, u, need_dx):
    y = network.forward(x, train=True, keep=True).copy()
    dx = network.backward(u.astype(network.dtype), need_dx=need_dx)
    return [a.copy() for a in (y, network.grad, network.state, *((dx,) if need_dx else ()))]


def agree(layer, shape, tolerance=1e-5, need_dx=True):
    n, *in_shape = shape
    ours, theirs = pair(layer, tuple(in_shape))
    rng = np.random.default_rng(0)
    x, u = rng.standard_normal(shape, np.float32), rng.standard_normal((n, *ours.out_shape), np.float32)
    for found, expected in zip(results(ours, x, u, need_dx), results(theirs, x, u, need_dx), strict=True):
        assert found.dtype == np.float32
        error = np.linalg.norm(found - expected)
        assert error <= tolerance * np.linalg.norm(expected) + 1e-6, f"relative error {error / np.linalg.norm(expected):.1e}"


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("shape", WINOGRAD, ids=str)
def test_three_by_three(shape, padding):
    n, height, width, channels, filters = shape
    if padding == "valid" and min(height, width) < 3:
        pytest.skip("no window fits")
    for activation in ("linear", "relu"):
        agree(Conv2D(filters, 3, padding=padding, activation=activation), (n, height, width, channels))
    agree(Conv2D(filters, 3, padding=padding, bias=False), (n, height, width, channels), need_dx=False)


@pytest.mark.parametrize(("layer", "shape"), OTHERS, ids=str)
def test_other_layers(layer, shape):
    agree(layer, shape)
    agree(layer, (1, *shape[1:])) if not isinstance(layer, BatchNorm) else agree(layer, (7, *shape[1:]))


def test_nan_and_infinity_come_out():
    for value in (np.nan, np.inf):
        network, _ = pair(Conv2D(16, 3), (8, 8, 16))
        x = np.ones((2, 8, 8, 16), np.float32)
        x[1, 4, 4, 3] = value
        y = network.forward(x, keep=True).copy()
        assert np.isfinite(y[0]).all() and not np.isfinite(y[1]).all()


def test_same_bits_run_to_run():
    network, _ = pair(Conv2D(64, 3, activation="relu"), (16, 16, 32))
    rng = np.random.default_rng(0)
    x, u = rng.standard_normal((32, 16, 16, 32), np.float32), rng.standard_normal((32, 16, 16, 64), np.float32)
    first, again = (results(network, x, u, True) for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
