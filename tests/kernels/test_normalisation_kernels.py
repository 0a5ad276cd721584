"""Normalisation against its definition, and in float32 against float64."""

import numpy as np
import pytest

from pellucid.kernels import reference

EPSILON = 1e-3


def problem(shape, dtype=np.float64):
    rng = np.random.default_rng(len(shape))
    x, dy = (3 + 2 * rng.standard_normal(shape) for _ in range(2))
    g, b = rng.standard_normal((2, shape[-1]))
    return [array.astype(dtype) for array in (x, dy, g, b)]


@pytest.mark.parametrize("relu", [True, False])
@pytest.mark.parametrize("with_b", [True, False])
@pytest.mark.parametrize("with_g", [True, False])
@pytest.mark.parametrize("shape", [(4, 6, 3), (1, 5, 2), (7, 1, 4), (1, 1, 2)])
def test_batch_norm(shape, with_g, with_b, relu):
    x, dy, g, b = problem(shape)
    m, v, y = np.empty(shape[2]), np.empty(shape[2]), np.empty(shape)
    reference.batch_norm_forward(x, g if with_g else None, b if with_b else None, EPSILON, relu, m, v, y)
    np.testing.assert_allclose(m, x.mean(axis=(0, 1)))
    np.testing.assert_allclose(v, x.var(axis=(0, 1)), atol=1e-12)
    u = (x - m) / np.sqrt(v + EPSILON)
    z = u * (g if with_g else 1) + (b if with_b else 0)
    np.testing.assert_allclose(y, np.maximum(z, 0) if relu else z, atol=1e-12)

    dg, db, dx = np.empty(shape[2]), np.empty(shape[2]), np.empty(shape)
    settings = g if with_g else None, b if with_b else None, EPSILON, relu, m, v
    reference.batch_norm_backward(x, *settings, dy.copy(), dg, db, dx)
    dy = dy * (z > 0) if relu else dy
    np.testing.assert_allclose(dg, (dy * u).sum(axis=(0, 1)), atol=1e-12)
    np.testing.assert_allclose(db, dy.sum(axis=(0, 1)), atol=1e-12)
    du = dy * (g if with_g else 1)
    expected = (du - du.mean(axis=(0, 1)) - u * (du * u).mean(axis=(0, 1))) / np.sqrt(v + EPSILON)
    np.testing.assert_allclose(dx, expected, atol=1e-11)
    alone = np.empty(shape)
    reference.batch_norm_backward(x, *settings, dy, None, None, alone)
    np.testing.assert_array_equal(alone, dx)


def test_given_statistics():
    x, dy, g, b = problem((4, 6, 3))
    m, v, y = np.array([1.0, 2.0, 3.0]), np.array([0.5, 1.0, 4.0]), np.empty_like(x)
    reference.normalise_forward(x, g, b, EPSILON, False, m, v, y)
    u = (x - m) / np.sqrt(v + EPSILON)
    np.testing.assert_allclose(y, g * u + b)
    dg, db, dx = np.empty(3), np.empty(3), np.empty_like(x)
    reference.normalise_backward(x, g, b, EPSILON, False, m, v, dy, dg, db, dx)
    np.testing.assert_allclose(dg, (dy * u).sum(axis=(0, 1)))
    np.testing.assert_allclose(db, dy.sum(axis=(0, 1)))
    np.testing.assert_allclose(dx, dy * g / np.sqrt(v + EPSILON))


@pytest.mark.parametrize("shape", [(8, 5), (1, 7), (6, 1)])
def test_layer_norm(shape):
    x, dy, g, b = problem(shape)
    m, v, y = np.empty(shape[0]), np.empty(shape[0]), np.empty(shape)
    reference.layer_norm_forward(x, g, b, EPSILON, m, v, y)
    u = (x - x.mean(axis=1, keepdims=True)) / np.sqrt(x.var(axis=1, keepdims=True) + EPSILON)
    np.testing.assert_allclose(y, g * u + b, atol=1e-12)
    dg, db, dx, du = np.empty(shape[1]), np.empty(shape[1]), np.empty(shape), dy * g
    reference.layer_norm_backward(x, g, EPSILON, m, v, dy.copy(), dg, db, dx)
    np.testing.assert_allclose(dg, (dy * u).sum(axis=0), atol=1e-12)
    np.testing.assert_allclose(db, dy.sum(axis=0))
    centred = du - du.mean(axis=1, keepdims=True) - u * (du * u).mean(axis=1, keepdims=True)
    np.testing.assert_allclose(dx, centred / np.sqrt(x.var(axis=1, keepdims=True) + EPSILON), atol=1e-11)


def test_float32_keeps_the_statistics_of_many_pixels():
    """A mean far from 0, over 200,000 pixels: summed up in one row, float32 would be off by 1e-5 of the mean."""
    x, _, g, b = problem((64, 3136, 2))
    x += 100
    wide = [np.empty(2), np.empty(2), np.empty_like(x)]
    narrow = [np.empty(array.shape, np.float32) for array in wide]
    reference.batch_norm_forward(x, g, b, EPSILON, False, *wide)
    reference.batch_norm_forward(*(array.astype(np.float32) for array in (x, g, b)), EPSILON, False, *narrow)
    np.testing.assert_allclose(narrow[0], wide[0], rtol=1e-6)
    np.testing.assert_allclose(narrow[1], wide[1], rtol=1e-4)
    np.testing.assert_allclose(narrow[2], wide[2], atol=1e-4)
