"""Distances to the training pictures, and the limit that 99 of 100 ordinary ones stay within."""

from dataclasses import replace

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


def of(features, limit=np.inf):
    """One part, measured by itself."""
    return replace(Novelty.of(features, (0,), (12,), limit), radii=(1.0,))


def test_the_distance_is_that_to_the_fifth_nearest_direction():
    known, wanted = clouds(200, 0), clouds(30, 1)
    stored = of(known)
    rows = stored.features.astype(np.float64)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    units = wanted / np.linalg.norm(wanted, axis=1, keepdims=True)
    expected = np.sort(np.linalg.norm(units[:, None] - rows, axis=2), axis=1)[:, NEAREST - 1]
    np.testing.assert_allclose(stored.distances(wanted), expected, rtol=1e-3)
    assert stored.features.dtype == np.float16


def test_one_at_a_time_or_all_together():
    stored, wanted = of(clouds(300, 0)), clouds(40, 1)
    one_by_one = np.concatenate([stored.distances(row[None]) for row in wanted])
    np.testing.assert_allclose(one_by_one, stored.distances(wanted), atol=1e-5)


def test_about_one_of_a_hundred_ordinary_ones_is_refused_and_every_strange_one():
    known = clouds(1000, 0)
    limit = ordinary_limit(of(known).distances(clouds(2000, 1)))
    stored = of(known, limit)
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


def test_each_part_is_measured_by_its_radius_and_all_count_alike():
    near, far = clouds(300, 0), clouds(300, 1) + np.float32(20)
    stored = Novelty.of(np.hstack([near, far]), (0, 2), (12, 12))
    wanted = np.hstack([clouds(40, 2), clouds(40, 3) + np.float32(20)])
    alone = [Novelty.of(part, (0,), (12,)) for part in (near, far)]
    apart = [one.distances(part) for one, part in zip(alone, (wanted[:, :12], wanted[:, 12:]), strict=True)]
    np.testing.assert_allclose(stored.distances(wanted), np.sqrt(np.mean(np.square(apart), axis=0)), rtol=1e-3)
    assert stored.radii == pytest.approx([alone[0].radii[0], alone[1].radii[0]])
    assert stored.radii[0] > 1.5 * stored.radii[1]  # directions far from the origin differ less
    assert np.mean(stored.distances(np.hstack([near, far])) <= 1) > 0.95


def test_a_part_that_is_always_the_same_decides_nothing():
    known = np.hstack([clouds(200, 0), np.ones((200, 1), np.float32)])
    stored, alone = Novelty.of(known, (0, 1), (12, 1)), Novelty.of(known[:, :12], (0,), (12,))
    wanted = np.hstack([clouds(30, 1), np.full((30, 1), 7, np.float32)])
    np.testing.assert_allclose(stored.distances(wanted), alone.distances(wanted[:, :12]) / np.sqrt(2), rtol=1e-6)


def test_what_does_not_fit_is_named():
    stored, widths = of(clouds(20, 0), 0.5), lambda layers: (12,)
    assert stored.problem(1, widths) is None
    assert "need [13] features" in stored.problem(1, lambda layers: (13,))
    assert "at least 5" in replace(stored, features=stored.features[:4]).problem(1, widths)
    assert "largest" in replace(stored, limit=float("nan")).problem(1, widths)
    assert "float16" in replace(stored, features=stored.features.astype(np.float32)).problem(1, widths)
