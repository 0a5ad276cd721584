"""The losses against SciPy, from equal logits to logits of 10,000, in both types."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special

from pellucid.kernels import reference

LOGITS = (-1e4, -745.0, -104, -20, -1, 0, 1, 20, 104, 745, 1e4)
PAIRS = np.array(list(itertools.product(LOGITS, repeat=2)))
TRIPLES = np.array(list(itertools.product(LOGITS, repeat=3)))
DTYPES = pytest.mark.parametrize("dtype", [np.float32, np.float64])


def tolerance(dtype):
    return {"rtol": 8 * np.finfo(dtype).eps, "atol": 8 * np.finfo(dtype).eps}


def each_row(kernel, z, *targets):
    """Losses and gradients row by row: each row is a batch of its own."""
    losses, gradients = [], []
    for row in range(len(z)):
        dz = np.full_like(z[row : row + 1], np.nan)
        losses.append(kernel(z[row : row + 1], *(t[row : row + 1] for t in targets), None, dz))
        gradients.append(dz[0])
    return np.array(losses), np.array(gradients)


def softmax(z, t, w, dz):
    return reference.softmax_cross_entropy(z, t, w, 0.0, dz)


def smoothed(z, t, w, dz):
    return reference.softmax_cross_entropy(z, t, w, 0.1, dz)


@DTYPES
@pytest.mark.parametrize("label", range(3))
def test_softmax_at_the_extremes(dtype, label):
    z = TRIPLES.astype(dtype)
    losses, dz = each_row(softmax, z, np.full(len(z), label))
    exact = z.astype(np.float64)
    np.testing.assert_allclose(losses, -special.log_softmax(exact, axis=1)[:, label], **tolerance(dtype))
    np.testing.assert_allclose(dz, special.softmax(exact, axis=1) - np.eye(3)[label], **tolerance(dtype))
    assert dz.dtype == dtype


@DTYPES
def test_label_smoothing_at_the_extremes(dtype):
    z = TRIPLES.astype(dtype)
    losses, dz = each_row(smoothed, z, np.ones(len(z), int))
    exact, q = z.astype(np.float64), 0.9 * np.eye(3)[1] + 0.1 / 3
    np.testing.assert_allclose(losses, -(q * special.log_softmax(exact, axis=1)).sum(axis=1), **tolerance(dtype))
    np.testing.assert_allclose(dz, special.softmax(exact, axis=1) - q, **tolerance(dtype))


@DTYPES
@pytest.mark.parametrize("q", [(1, 0, 0), (0, 0, 1), (0.5, 0.5, 0), (0.2, 0.3, 0.5)])
def test_soft_targets_at_the_extremes(dtype, q):
    z, q = TRIPLES.astype(dtype), np.array(q, dtype)
    losses, dz = each_row(reference.softmax_cross_entropy_soft, z, np.tile(q, (len(z), 1)))
    exact = z.astype(np.float64)
    np.testing.assert_allclose(losses, -(q * special.log_softmax(exact, axis=1)).sum(axis=1), **tolerance(dtype))
    np.testing.assert_allclose(dz, special.softmax(exact, axis=1) - q, **tolerance(dtype))


@DTYPES
@pytest.mark.parametrize("targets", [(0, 0), (0, 1), (1, 1), (0.5, 0.25)])
def test_binary_cross_entropy_at_the_extremes(dtype, targets):
    z, t = PAIRS.astype(dtype), np.tile(np.array(targets, dtype), (len(PAIRS), 1))
    losses, dz = each_row(reference.binary_cross_entropy, z, t)
    exact = z.astype(np.float64)
    expected = -(t * special.log_expit(exact) + (1 - t) * special.log_expit(-exact)).mean(axis=1)
    np.testing.assert_allclose(losses, expected, **tolerance(dtype))
    np.testing.assert_allclose(dz, (special.expit(exact) - t) / 2, **tolerance(dtype))


@pytest.mark.parametrize("t", [0.0, 1.0])
def test_binary_cross_entropy_of_probabilities_is_its_definition(t):
    z = np.linspace(-15, 15, 61)[:, None]
    losses, _ = each_row(reference.binary_cross_entropy, z, np.full_like(z, t))
    p = special.expit(z[:, 0])
    np.testing.assert_allclose(losses, -(special.xlogy(t, p) + special.xlog1py(1 - t, -p)), rtol=1e-9)


@DTYPES
def test_mean_squared_error_at_the_extremes(dtype):
    y, t = PAIRS.astype(dtype), np.tile(np.array([0, 1], dtype), (len(PAIRS), 1))
    losses, dy = each_row(reference.mean_squared_error, y, t)
    np.testing.assert_allclose(losses, ((y.astype(np.float64) - t) ** 2).mean(axis=1), **tolerance(dtype))
    np.testing.assert_allclose(dy, y - t, **tolerance(dtype))


@DTYPES
def test_poisson_is_half_the_deviance(dtype):
    from sklearn.metrics import mean_poisson_deviance

    t = np.array([[0.0], [1.0], [7.0], [0.5], [1000.0]], dtype)
    z = np.array([[-3.0], [0.0], [2.5], [-80.0], [6.9]], dtype)
    losses, dz = each_row(reference.poisson, z, t)
    means = np.exp(z.astype(np.float64))
    expected = [mean_poisson_deviance(t[row], means[row]) / 2 for row in range(len(t))]
    near = {"rtol": 1e-6, "atol": 8 * t.max() * np.finfo(dtype).eps}
    np.testing.assert_allclose(losses, expected, **near)
    np.testing.assert_allclose(dz, means - t, **near)


@DTYPES
@pytest.mark.parametrize("value", [-1e4, 0, 1e4])
@pytest.mark.parametrize("k", [1, 2, 10])
def test_equal_logits(dtype, value, k):
    z = np.full((1, k), value, dtype)
    dz = np.empty_like(z)
    assert softmax(z, np.array([0]), None, dz) == pytest.approx(np.log(k), rel=1e-6)
    np.testing.assert_allclose(dz, np.full(k, 1 / k) - np.eye(k)[:1], atol=1e-7)


KERNELS = {
    "softmax": lambda z, t, w, dz: reference.softmax_cross_entropy(z, t[:, 0].astype(int), w, 0.0, dz),
    "smoothed": lambda z, t, w, dz: reference.softmax_cross_entropy(z, t[:, 0].astype(int), w, 0.2, dz),
    "soft": reference.softmax_cross_entropy_soft,
    "binary": reference.binary_cross_entropy,
    "squared": reference.mean_squared_error,
    "Poisson": reference.poisson,
}
EACH_KERNEL = pytest.mark.parametrize("kernel", KERNELS.values(), ids=KERNELS)


def batch(seed, n=6, k=4):
    rng = np.random.default_rng(seed)
    return 3 * rng.standard_normal((n, k)), rng.integers(0, 2, (n, k)).astype(float)


@EACH_KERNEL
@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 1000), counts=st.lists(st.integers(0, 3), min_size=6, max_size=6).filter(any))
def test_a_weight_counts_like_repeating_the_row(kernel, seed, counts):
    z, t = batch(seed)
    dz, repeated = np.empty_like(z), np.empty((sum(counts), 4))
    weighted = kernel(z, t, np.array(counts, float), dz)
    assert weighted == pytest.approx(
        kernel(np.repeat(z, counts, 0), np.repeat(t, counts, 0), None, repeated), rel=1e-12
    )
    first = np.cumsum([0, *counts])
    summed = [repeated[first[n] : first[n + 1]].sum(axis=0) for n in range(6)]
    np.testing.assert_allclose(dz, summed, rtol=1e-11, atol=1e-15)


@EACH_KERNEL
def test_a_batch_is_the_weighted_mean_of_its_rows(kernel):
    z, t = batch(0)
    w = np.array([0.5, 2, 0, 1, 3, 0.25])
    dz = np.empty_like(z)
    losses, gradients = each_row(kernel, z, t)
    assert kernel(z, t, w, dz) == pytest.approx(np.average(losses, weights=w), rel=1e-13)
    np.testing.assert_allclose(dz, (w / w.sum())[:, None] * gradients, rtol=1e-12)


@EACH_KERNEL
def test_only_the_ratio_of_weights_counts(kernel):
    z, t = batch(1)
    w, unweighted, ones, scaled = np.linspace(1, 2, 6), np.empty_like(z), np.empty_like(z), np.empty_like(z)
    assert kernel(z, t, np.full(6, 7.0), ones) == pytest.approx(kernel(z, t, None, unweighted), rel=1e-13)
    np.testing.assert_allclose(ones, unweighted, rtol=1e-12)
    assert kernel(z, t, w, ones) == pytest.approx(kernel(z, t, 1000 * w, scaled), rel=1e-13)
    np.testing.assert_allclose(ones, scaled, rtol=1e-12)


@EACH_KERNEL
@DTYPES
def test_weights_that_are_all_zero_teach_nothing(kernel, dtype):
    z, t = (array.astype(dtype) for array in batch(2))
    dz = np.full_like(z, np.nan)
    assert kernel(z, t, np.zeros(6, dtype), dz) == 0
    np.testing.assert_array_equal(dz, 0)


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 1000), st.floats(-1e3, 1e3))
def test_softmax_sees_differences_of_logits_alone(seed, shift):
    z, _ = batch(seed)
    t, dz, shifted = np.arange(6) % 4, np.empty_like(z), np.empty_like(z)
    assert softmax(z, t, None, dz) == pytest.approx(softmax(z + shift, t, None, shifted), rel=1e-9, abs=1e-12)
    np.testing.assert_allclose(dz, shifted, atol=1e-11)


@pytest.mark.parametrize("name", ["softmax", "smoothed", "soft"])
@DTYPES
def test_rows_of_a_softmax_gradient_sum_to_zero(name, dtype):
    rng = np.random.default_rng(3)
    z, t = batch(3)
    t[:, 1:] = rng.random((6, 3))  # soft targets whose mass is not 1 (the first column serves as label)
    z, t, w, dz = z.astype(dtype), t.astype(dtype), rng.random(6).astype(dtype), np.empty((6, 4), dtype)
    KERNELS[name](z, t, w, dz)
    np.testing.assert_allclose(dz.sum(axis=1), 0, atol=4 * np.finfo(dtype).eps)


@EACH_KERNEL
def test_nan_and_infinity_come_out(kernel):
    for bad in (np.nan, np.inf, -np.inf):
        z, t = batch(4)
        z[2, :] = bad
        with np.errstate(all="ignore"):
            assert not np.isfinite(kernel(z, t, None, np.empty_like(z)))


@EACH_KERNEL
def test_inputs_are_not_written_to(kernel):
    z, t = batch(5)
    w = np.ones(6)
    z.flags.writeable = t.flags.writeable = w.flags.writeable = False
    kernel(z, t, w, np.empty_like(z))
