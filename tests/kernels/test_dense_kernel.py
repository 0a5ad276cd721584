"""The dense kernel against sums written out."""

import numpy as np
import pytest

from pellucid.kernels import reference


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("n", "k", "m"), [(1, 1, 1), (1, 7, 3), (3, 1, 5), (33, 17, 9)])
def test_dense(n, k, m, dtype):
    rng = np.random.default_rng(n + k + m)
    x, W, b, dz = (rng.standard_normal(shape).astype(dtype) for shape in ((n, k), (k, m), (m,), (n, m)))
    z, dW, db, dx = (np.full(shape, np.nan, dtype) for shape in ((n, m), (k, m), (m,), (n, k)))
    reference.dense_forward(x, W, b, False, z)
    reference.dense_backward(x, W, z, dz, False, dW, db, dx)
    close = {"rtol": 1e3 * np.finfo(dtype).eps, "atol": 1e2 * np.finfo(dtype).eps}
    np.testing.assert_allclose(z, np.einsum("nk,km->nm", x, W) + b, **close)
    np.testing.assert_allclose(dW, np.einsum("nk,nm->km", x, dz), **close)
    np.testing.assert_allclose(db, dz.sum(axis=0), **close)
    np.testing.assert_allclose(dx, np.einsum("nm,km->nk", dz, W), **close)


def test_bias_and_dx_are_optional():
    x, W, z = np.ones((2, 3)), np.ones((3, 4)), np.empty((2, 4))
    reference.dense_forward(x, W, None, False, z)
    np.testing.assert_array_equal(z, 3)
    dW = np.empty((3, 4))
    reference.dense_backward(x, W, z, np.ones((2, 4)), False, dW, None, None)
    np.testing.assert_array_equal(dW, 2)
