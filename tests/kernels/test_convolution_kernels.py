"""The convolution kernels against sums written out, and against SciPy."""

import numpy as np
import pytest
import scipy.signal

from pellucid.kernels import reference
from pellucid.kernels.reference import windows

CASES = {  # name: (N, H, W, C, h, w, M, stride, (t, l), (P, Q))
    "3 x 3, same": (2, 5, 6, 3, 3, 3, 4, 1, (1, 1), (5, 6)),
    "3 x 3, valid": (3, 5, 4, 2, 3, 3, 1, 1, (0, 0), (3, 2)),
    "2 x 3, odd pads": (2, 4, 5, 1, 2, 3, 2, 1, (0, 1), (4, 5)),
    "5 x 5, stride 2": (2, 9, 8, 2, 5, 5, 3, 2, (2, 1), (5, 4)),
    "1 x 1, stride 3": (2, 7, 5, 3, 1, 1, 2, 3, (0, 0), (3, 2)),
    "stride beyond the filter": (1, 8, 8, 1, 2, 2, 1, 3, (0, 0), (3, 3)),
    "pixels left over": (1, 6, 8, 2, 3, 3, 2, 2, (0, 0), (2, 3)),
    "filter larger than the picture": (2, 2, 3, 2, 5, 5, 3, 1, (2, 2), (2, 3)),
    "wide padding": (1, 3, 3, 2, 2, 2, 2, 1, (3, 2), (8, 6)),
    "one pixel": (1, 1, 1, 1, 1, 1, 1, 1, (0, 0), (1, 1)),
}


def taps(case):
    """Every (p, q, i, j) with the pixel (u, v) that it sees inside the picture."""
    _, H, W, _, h, w, _, s, (top, left), (P, Q) = case
    for p, q, i, j in np.ndindex(P, Q, h, w):
        u, v = s * p + i - top, s * q + j - left
        if 0 <= u < H and 0 <= v < W:
            yield p, q, i, j, u, v


def arrays(case, dtype, depthwise=False):
    N, H, W, C, h, w, M, _, _, (P, Q) = case
    M = C if depthwise else M
    shapes = (N, H, W, C), (h, w, C) if depthwise else (h, w, C, M), (M,), (N, P, Q, M)
    rng = np.random.default_rng(len(shapes) + H)
    return [rng.standard_normal(shape).astype(dtype) for shape in shapes]


def unwritten(*likes):
    return [np.full_like(like, np.nan) for like in likes]


def close(ours, expected):
    np.testing.assert_allclose(ours, expected, rtol=0, atol=2e2 * np.finfo(ours.dtype).eps)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("block", [1, 40, 2**17])  # cut into single rows, into a few pictures, not at all
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_convolution(name, relu, block, dtype, monkeypatch):
    monkeypatch.setattr(windows, "BLOCK", block)
    *_, stride, padding, _ = case = CASES[name]
    x, W, b, dy = arrays(case, dtype)
    y, dW, db, dx = unwritten(dy, W, b, x)
    reference.convolution_forward(x, W, b, stride, padding, relu, y)
    dz = dy * (y > 0) if relu else dy.copy()
    reference.convolution_backward(x, W, y, dy, stride, padding, relu, dW, db, dx)
    sums = [np.zeros(array.shape) for array in (y, dW, dx)]
    for p, q, i, j, u, v in taps(case):
        sums[0][:, p, q] += x[:, u, v] @ W[i, j]
        sums[1][i, j] += x[:, u, v].T @ dz[:, p, q]
        sums[2][:, u, v] += dz[:, p, q] @ W[i, j].T
    close(y, np.maximum(sums[0] + b, 0) if relu else sums[0] + b)
    close(dW, sums[1])
    close(db, dz.sum(axis=(0, 1, 2)))
    close(dx, sums[2])
    np.testing.assert_array_equal(dy, dz)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("block", [1, 40, 2**17])
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("name", CASES)
def test_depthwise(name, relu, block, dtype, monkeypatch):
    monkeypatch.setattr(windows, "BLOCK", block)
    *_, stride, padding, _ = case = CASES[name]
    x, W, b, dy = arrays(case, dtype, depthwise=True)
    y, dW, db, dx = unwritten(dy, W, b, x)
    reference.depthwise_forward(x, W, b, stride, padding, relu, y)
    dz = dy * (y > 0) if relu else dy.copy()
    reference.depthwise_backward(x, W, y, dy, stride, padding, relu, dW, db, dx)
    sums = [np.zeros(array.shape) for array in (y, dW, dx)]
    for p, q, i, j, u, v in taps(case):
        sums[0][:, p, q] += x[:, u, v] * W[i, j]
        sums[1][i, j] += (x[:, u, v] * dz[:, p, q]).sum(axis=0)
        sums[2][:, u, v] += dz[:, p, q] * W[i, j]
    close(y, np.maximum(sums[0] + b, 0) if relu else sums[0] + b)
    close(dW, sums[1])
    close(db, dz.sum(axis=(0, 1, 2)))
    close(dx, sums[2])
    np.testing.assert_array_equal(dy, dz)


@pytest.mark.parametrize(
    ("mode", "padding", "shape"), [("valid", (0, 0), (5, 5)), ("same", (1, 2), (7, 9)), ("full", (2, 4), (9, 13))]
)
def test_convolution_is_scipys_correlation_summed_over_channels(mode, padding, shape):
    rng = np.random.default_rng(0)
    x, W, z = rng.standard_normal((2, 7, 9, 3)), rng.standard_normal((3, 5, 3, 4)), np.empty((2, *shape, 4))
    reference.convolution_forward(x, W, None, 1, padding, False, z)
    for n, m in np.ndindex(2, 4):
        expected = sum(scipy.signal.correlate2d(x[n, :, :, c], W[:, :, c, m], mode) for c in range(3))
        np.testing.assert_allclose(z[n, :, :, m], expected, atol=1e-12)


def test_gradients_that_are_not_wanted_are_left_out():
    rng = np.random.default_rng(0)
    x, W, dz = rng.standard_normal((2, 5, 5, 3)), rng.standard_normal((3, 3, 3, 4)), rng.standard_normal((2, 5, 5, 4))
    dW, db, dx, dW_alone, dx_alone = unwritten(W, dz[0, 0, 0], x, W, x)
    reference.convolution_backward(x, W, dz, dz, 1, (1, 1), False, dW, db, dx)
    reference.convolution_backward(x, W, dz, dz, 1, (1, 1), False, dW_alone, None, None)
    reference.convolution_backward(None, W, dz, dz, 1, (1, 1), False, None, None, dx_alone)
    np.testing.assert_array_equal(dW_alone, dW)
    np.testing.assert_array_equal(dx_alone, dx)


def test_the_cut_into_blocks_covers_all_rows_once():
    for pictures, rows, size in ((1, 1, 1), (7, 5, 30_000), (3, 40, 10_000), (5, 4, 2**20), (2000, 8, 9)):
        seen = np.zeros((pictures, rows), int)
        for block, height in windows.blocks(pictures, rows, size):
            seen[block, height] += 1
            assert block.stop - block.start == 1 or height == slice(0, rows), "rows are cut in single pictures alone"
        assert np.all(seen == 1)
        count, height = windows.block_shape(pictures, rows, size)
        assert count * height * size <= max(windows.BLOCK, size)


def test_nan_and_infinity_come_out():
    x, W = np.zeros((1, 4, 4, 1)), np.ones((3, 3, 1, 1))
    x[0, 0, 0], x[0, 3, 3] = np.nan, np.inf
    z = np.empty((1, 4, 4, 1))
    reference.convolution_forward(x, W, None, 1, (1, 1), False, z)
    assert np.all(np.isnan(z[0, :2, :2])) and np.all(np.isinf(z[0, 2:, 2:])) and np.isfinite(z[0, 0, 3, 0])
