"""Newton-Schulz: all singular values are brought near 1, the singular vectors stay."""

import numpy as np
import pytest

from pellucid.kernels import reference


def orthogonalised(G, steps):
    X = np.full_like(G, np.nan)
    scratch = np.full(reference.orthogonalise_scratch(G.shape), np.nan, G.dtype)
    reference.orthogonalise(G, steps, X, scratch)
    return X


def matrix(shape, singular, dtype=np.float64, seed=0):
    """A random matrix with these singular values, and its U and V^T."""
    rng = np.random.default_rng(seed)
    U, _, Vt = np.linalg.svd(rng.standard_normal(shape), full_matrices=False)
    return (U * singular @ Vt).astype(dtype), U, Vt


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(5, 5), (27, 8), (8, 27), (1, 6), (6, 1), (1, 1)])
def test_singular_values_come_near_1(shape, dtype):
    G, _, _ = matrix(shape, np.linspace(1, 0.1, min(shape)), dtype)
    values = np.linalg.svd(orthogonalised(G, 5), compute_uv=False)
    assert np.all((values > 0.6) & (values < 1.3)), values


@pytest.mark.parametrize("steps", [0, 1, 3, 5])
def test_each_singular_value_goes_through_the_polynomial(steps):
    singular = np.array([3.0, 1.0, 0.2, 0.01])
    G, U, Vt = matrix((9, 4), singular)
    expected = singular / np.linalg.norm(singular)
    for _ in range(steps):
        expected = 3.4445 * expected - 4.7750 * expected**3 + 2.0315 * expected**5
    np.testing.assert_allclose(orthogonalised(G, steps), U * expected @ Vt, atol=1e-6)  # the norm has 1e-7 added


def test_the_size_of_the_gradient_does_not_matter():
    G, _, _ = matrix((6, 4), [4, 3, 2, 1])
    np.testing.assert_allclose(orthogonalised(1e6 * G, 3), orthogonalised(G, 3), rtol=1e-6, atol=1e-7)


def test_in_place_and_zero():
    G, _, _ = matrix((6, 4), [4, 3, 2, 1])
    expected = orthogonalised(G, 3)
    reference.orthogonalise(G, 3, G, np.empty(reference.orthogonalise_scratch(G.shape)))
    np.testing.assert_array_equal(G, expected)
    assert not np.any(orthogonalised(np.zeros((3, 2)), 5))
