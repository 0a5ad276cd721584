import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pellucid.images import fewer, make_split

LABELS = np.repeat([0, 1, 2], [300, 200, 100])
SPLIT = make_split(LABELS, validation=0.1, test=0.2)


@given(st.integers(6, 419), st.integers(0, 5))
def test_so_many_and_each_class_in_proportion(pictures, seed):
    found = fewer(SPLIT, pictures, LABELS, seed=seed)
    assert abs(len(found.train) - pictures) <= 3 and set(found.train) <= set(SPLIT.train)
    np.testing.assert_allclose(np.bincount(LABELS[found.train]), len(found.train) * np.array([3, 2, 1]) / 6, atol=2)
    assert found.validation is SPLIT.validation and found.test is SPLIT.test


def test_another_seed_draws_others():
    first, again, other = (fewer(SPLIT, 60, LABELS, seed=seed).train for seed in (0, 0, 1))
    assert first.tolist() == again.tolist() != other.tolist()


@pytest.mark.parametrize("pictures", [420, 5000])
def test_no_more_than_there_are(pictures):
    assert fewer(SPLIT, pictures, LABELS) is SPLIT


def test_groups_stay_whole():
    groups = np.arange(600) // 4
    split = make_split(LABELS, validation=0.0, test=0.2, groups=groups)
    taken = fewer(split, 100, LABELS, groups=groups).train
    assert 90 <= len(taken) <= 110
    assert np.all(np.bincount(groups[taken])[np.unique(groups[taken])] == 4)
