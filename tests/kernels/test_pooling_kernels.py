"""Pooling and upsampling against loops over the windows."""

import numpy as np
import pytest

from pellucid.kernels import reference

CASES = [  # pixels, window, stride
    ((6, 7), (2, 2), 2),
    ((7, 7), (3, 3), 2),
    ((5, 6), (2, 3), 1),
    ((4, 4), (1, 1), 1),
    ((5, 5), (2, 2), 3),
    ((3, 5), (3, 5), 3),
]


def outputs(shape, size, stride):
    return tuple((length - window) // stride + 1 for length, window in zip(shape, size, strict=True))


def windows_of(x, size, stride):
    """Yields (p, q) and the window there."""
    for p, q in np.ndindex(*outputs(x.shape[1:3], size, stride)):
        yield (slice(None), p, q), x[:, stride * p : stride * p + size[0], stride * q : stride * q + size[1]]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "size", "stride"), CASES)
def test_max_pool(shape, size, stride, dtype):
    rng = np.random.default_rng(0)
    x = rng.integers(0, 4, (3, *shape, 2)).astype(dtype)  # many ties
    y = np.full((3, *outputs(shape, size, stride), 2), np.nan, dtype)
    winner, dx = np.full(y.shape, 99, np.uint8), np.full_like(x, np.nan)
    dy = rng.standard_normal(y.shape).astype(dtype)
    reference.max_pool_forward(x, size, stride, y, winner)
    reference.max_pool_backward(dy, winner, size, stride, dx)
    expected, without = np.zeros_like(dx), np.empty_like(y)
    for place, window in windows_of(x, size, stride):
        np.testing.assert_array_equal(y[place], window.max(axis=(1, 2)))
        first = window.reshape(3, -1, 2).argmax(axis=1)  # the first of equals
        np.testing.assert_array_equal(winner[place], first)
    for place, window in windows_of(expected, size, stride):
        for n, c in np.ndindex(3, 2):
            i, j = divmod(int(winner[place][n, c]), size[1])
            window[n, i, j, c] += dy[place][n, c]
    np.testing.assert_allclose(dx, expected, rtol=1e-6, atol=1e-6)
    reference.max_pool_forward(x, size, stride, without, None)
    np.testing.assert_array_equal(without, y)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("shape", "size", "stride"), CASES)
def test_average_pool(shape, size, stride, dtype):
    rng = np.random.default_rng(0)
    x = rng.standard_normal((3, *shape, 2)).astype(dtype)
    y, dx = np.full((3, *outputs(shape, size, stride), 2), np.nan, dtype), np.full_like(x, np.nan)
    dy = rng.standard_normal(y.shape).astype(dtype)
    reference.average_pool_forward(x, size, stride, y)
    reference.average_pool_backward(dy, size, stride, dx)
    for place, window in windows_of(x, size, stride):
        np.testing.assert_allclose(y[place], window.mean(axis=(1, 2)), rtol=1e-5, atol=1e-6)
    expected = np.zeros_like(dx)
    for place, window in windows_of(expected, size, stride):
        window += dy[place][:, None, None] / (size[0] * size[1])
    np.testing.assert_allclose(dx, expected, rtol=1e-5, atol=1e-6)


def test_the_maximum_of_a_window_with_nan_is_nan():
    x = np.zeros((1, 2, 4, 1))
    x[0, 1, 0], x[0, 0, 2] = np.nan, np.inf
    y = np.empty((1, 1, 2, 1))
    reference.max_pool_forward(x, (2, 2), 2, y, np.empty(y.shape, np.uint8))
    assert np.isnan(y[0, 0, 0, 0]) and y[0, 0, 1, 0] == np.inf


def test_global_average():
    x, dy = np.arange(24.0).reshape(2, 2, 3, 2), np.array([[6.0, 12.0], [0.0, -6.0]])
    y, dx = np.empty((2, 2)), np.empty_like(x)
    reference.global_average_forward(x, y)
    reference.global_average_backward(dy, dx)
    np.testing.assert_array_equal(y, [[5, 6], [17, 18]])
    np.testing.assert_array_equal(dx[0], np.broadcast_to([1, 2], (2, 3, 2)))
    np.testing.assert_array_equal(dx[1], np.broadcast_to([0, -1], (2, 3, 2)))


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_upsample(factor):
    x = np.random.default_rng(0).standard_normal((2, 3, 2, 4))
    y, dx = np.empty((2, 3 * factor, 2 * factor, 4)), np.empty_like(x)
    reference.upsample_forward(x, factor, y)
    np.testing.assert_array_equal(y, x.repeat(factor, axis=1).repeat(factor, axis=2))
    reference.upsample_backward(y, factor, dx)
    np.testing.assert_allclose(dx, factor**2 * x)
