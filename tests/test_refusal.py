"""Distances to the training pictures, and the limit that 99 of 100 ordinary ones stay within."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.refusal import LEAST, NEAREST, Novelty, ordinary_limit


def clouds(n, seed):
    """Features around three directions of 12."""
    rng = np.random.default_rng(seed)
    centres = np.eye(12)[:3] * 5
    return (centres[rng.integers(0, 3, n)] + 0.3 * rng.standard_normal((n, 12))).astype(np.float32) * rng.uniform(0.5, 9, (n, 1))


def test_the_distance_is_that_to_the_fifth_nearest_direction():
    known, wanted = clouds(200, 0), clouds(30, 1)
    stored = Novelty.of(known)
    rows = stored.features.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    units = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
    expected = np.sort(np.linalg.norm(units[:, None] - rows, axis=2), axis=1)[:, NEAREST - 1]
    np.testing.assert_allclose(stored.distances(wanted), expected, rtol=1e-3)
    assert stored.features.dtype == np.float16


def test_one_at_a_time_or_all_together():
    stored, wanted = Novelty.of(clouds(300, 0)), clouds(40, 1)
    one_by_one = np.concatenate([stored.distances(row[None]) for row in wanted])
    np.testing.assert_allclose(one_by_one, stored.distances(wanted), atol=1e-5)


def test_about_one_of_a_hundred_ordinary_ones_is_refused_and_every_strange_one():
    known = clouds(1000, 0)
    limit = ordinary_limit(Novelty.of(known).distances(clouds(2000, 1)))
    stored = Novelty.of(known, limit)
    assert 0.003 < stored.strange(clouds(5000, 2)).mean() < 0.02
    elsewhere = np.eye(12)[5:9].astype(np.float32)
    assert stored.strange(elsewhere).all()
    assert stored.strange(np.zeros((1, 12), np.float32)).all()  # a picture that moves nothing looks like none of them


@given(st.integers(LEAST, 400), st.integers(0, 2**32 - 1))
def test_the_limit_stands_between_two_distances(n, seed):
    distances = np.random.default_rng(seed).random(n).astype(np.float32)
    limit = ordinary_limit(distances)
    beyond = int((distances > limit).sum())
    assert (beyond + 1) / (n + 1) <= 0.01 + 1 / (n + 1)  # as many of 100 pictures to come, on average
    assert beyond == n - min(n, int(np.ceil(0.99 * (n + 1) - 1e-9)))
    assert limit not in distances


def test_a_promise_of_99_in_100_is_kept_on_average():
    rng, refused = np.random.default_rng(0), []
    for _ in range(2000):
        distances = rng.random(150)
        refused.append(1 - ordinary_limit(distances))  # uniform distances: the share beyond the limit
    assert np.mean(refused) < 0.01


@pytest.mark.parametrize("distances", [np.arange(LEAST - 1.0), np.full(200, np.nan), np.append(np.ones(99), np.inf)])
def test_too_few_or_broken_ones_give_no_limit(distances):
    assert ordinary_limit(distances) is None


def test_what_does_not_fit_is_named():
    stored = Novelty.of(clouds(20, 0), 0.5)
    assert stored.problem(12) is None
    assert "13 features" in stored.problem(13)
    assert "at least 5" in Novelty.of(clouds(4, 0), 0.5).problem(12)
    assert "largest" in Novelty(stored.features, float("nan")).problem(12)
    assert "float16" in Novelty(stored.features.astype(np.float32), 0.5).problem(12)
