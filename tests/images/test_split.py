import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pellucid.errors import DataError, RecipeError
from pellucid.images.split import PARTS, folds, group_by_pattern, make_split

some = settings(max_examples=40, deadline=None)
fractions = st.sampled_from([0.1, 0.15, 0.2, 1 / 3])
seeds = st.integers(0, 2**32)


@st.composite
def labels(draw, least=2, most=40):
    """Labels of up to six classes, each with `least` pictures or more, in any order."""
    counts = draw(st.lists(st.integers(least, most), min_size=2, max_size=6))
    return np.array(draw(st.permutations(np.repeat(np.arange(len(counts)), counts).tolist())))


def check_complete(split, n):
    parts = [split.train, split.validation, split.test]
    np.testing.assert_array_equal(np.sort(np.concatenate(parts)), np.arange(n))
    for part in parts:
        assert part.dtype == np.int64
        assert np.all(np.diff(part) > 0)


@some
@given(labels(), fractions, fractions, seeds)
def test_every_class_in_proportion(labels, validation, test, seed):
    split = make_split(labels, validation=validation, test=test, seed=seed)
    check_complete(split, len(labels))
    for label, count in enumerate(np.bincount(labels)):
        train, valid, held = (np.sum(labels[part] == label) for part in (split.train, split.validation, split.test))
        assert train >= 1 and held >= 1 and (valid >= 1 or count < 3)
        assert abs(held - test * count) < 1
        assert abs(valid - validation * count) < 1 + (count < 6)  # small classes: one for training comes first


@some
@given(labels(least=10), seeds)
def test_sizes_are_those_of_scikit_learn(labels, seed):
    from sklearn.model_selection import train_test_split

    split = make_split(labels, validation=0, test=0.2, seed=seed)
    train, test = train_test_split(labels, test_size=0.2, stratify=labels, random_state=0)
    assert (len(split.train), len(split.test), len(split.validation)) == (len(train), len(test), 0)


@some
@given(labels(), seeds)
def test_same_seed_same_split(labels, seed):
    once, again = make_split(labels, seed=seed), make_split(labels.copy(), seed=seed)
    np.testing.assert_array_equal(once.names(len(labels)), again.names(len(labels)))


def test_another_seed_another_split():
    labels = np.arange(100) % 2
    assert not np.array_equal(make_split(labels, seed=0).test, make_split(labels, seed=1).test)


def test_pictures_are_drawn_at_random():
    """Over many seeds every picture is tested about as often as any other."""
    labels = np.repeat([0, 1], [40, 20])
    tested = np.zeros(60)
    for seed in range(300):
        tested[make_split(labels, validation=0.1, test=0.2, seed=seed).test] += 1
    assert 0.1 < tested.min() / 300 and tested.max() / 300 < 0.3  # four standard deviations about 0.2


def test_the_default_proportions():
    split = make_split(np.repeat([0, 1], 100))
    assert (len(split.train), len(split.validation), len(split.test)) == (140, 30, 30)
    assert split.names(200)[split.validation[0]] == "validation"


def test_no_validation_and_no_test():
    split = make_split(np.array([0, 1, 0]), validation=0, test=0)
    assert split.train.tolist() == [0, 1, 2] and not len(split.validation) and not len(split.test)


@some
@given(labels(least=4), seeds, st.booleans())
def test_a_given_test_part_is_kept(labels, seed, with_validation):
    rng = np.random.default_rng(seed)
    parts = ["train", "train", "validation" if with_validation else "train", "test"]
    position = np.empty(len(labels), int)
    for label in np.unique(labels):
        members = np.flatnonzero(labels == label)
        position[rng.permutation(members)] = np.arange(len(members)) % 4
    given = np.array(parts)[position]
    split = make_split(labels, seed=seed, given=given)
    check_complete(split, len(labels))
    np.testing.assert_array_equal(split.test, np.flatnonzero(given == "test"))
    if with_validation:
        np.testing.assert_array_equal(split.names(len(labels)), given)
    else:
        assert len(split.validation)
        assert set(labels[split.train]) == set(labels)


def test_a_test_part_is_cut_where_only_validation_is_given():
    labels = np.tile([0, 1], 50)
    given = np.array(["train"] * 80 + ["validation"] * 20)
    split = make_split(labels, given=given, test=0.25)
    assert split.validation.tolist() == list(range(80, 100))
    assert len(split.test) == 20


@some
@given(labels(), st.integers(1, 12), fractions, fractions, seeds)
def test_groups_are_never_broken(labels, n_groups, validation, test, seed):
    groups = np.random.default_rng(seed).integers(0, n_groups, len(labels)) * 7 - 3
    try:
        split = make_split(labels, validation=validation, test=test, seed=seed, groups=groups)
    except DataError as error:
        assert "too few for a test part" in str(error)
        return
    check_complete(split, len(labels))
    names = split.names(len(labels))
    assert all(len(set(names[groups == group])) == 1 for group in np.unique(groups))
    assert set(labels[split.train]) == set(labels)
    assert len(split.test)


@some
@given(st.integers(2, 5), st.integers(12, 30), seeds)
def test_many_groups_of_one_class_each_are_in_proportion(n_classes, groups_of_class, seed):
    """As with patients: each has pictures of one class, from 1 to 9 of them."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 10, n_classes * groups_of_class)
    groups = np.repeat(np.arange(len(sizes)), sizes)
    labels = groups % n_classes
    split = make_split(labels, seed=seed, groups=groups)
    for part, fraction in ((split.train, 0.7), (split.validation, 0.15), (split.test, 0.15)):
        share = np.bincount(labels[part], minlength=n_classes) / np.bincount(labels)
        assert np.all(np.abs(share - fraction) < 0.08)


def test_a_small_class_of_few_groups_is_tested_where_it_can_be():
    labels = np.array([0] * 40 + [1] * 6)
    groups = np.array([*np.repeat(np.arange(8), 5), 8, 8, 8, 9, 9, 10])
    split = make_split(labels, groups=groups)
    for part in (split.train, split.validation, split.test):
        assert 1 in labels[part]


def test_a_given_split_that_cuts_a_group():
    with pytest.raises(DataError, match="picture 1 is in train, picture 3 of the same group in test"):
        make_split(
            np.array([0, 0, 1, 0, 1]),
            given=np.array(["train", "train", "train", "test", "test"]),
            groups=np.array([0, 1, 2, 1, 3]),
        )


@pytest.mark.parametrize(("validation", "test"), [(0.5, 0.5), (-0.1, 0.2), (0, 1), (float("nan"), 0.1)])
def test_fractions_that_make_no_sense(validation, test):
    with pytest.raises(RecipeError, match="leave nothing to train on"):
        make_split(np.array([0, 1]), validation=validation, test=test)


def test_classes_too_small_are_named():
    with pytest.raises(DataError, match=r'class "dog" has too few pictures to split: 1, where 2 are needed'):
        make_split(np.array([0, 0, 1]), classes=("cat", "dog"))
    with pytest.raises(DataError, match=r'class "cow" has too few pictures to split: 0'):
        make_split(np.array([0, 0, 1, 1]), classes=("cat", "dog", "cow"))
    with pytest.raises(DataError, match=r"class 0 has too few pictures"):
        make_split(np.array([1, 1]))
    with pytest.raises(DataError, match=r"too few"):
        make_split(np.array([], dtype=int))


def test_groups_too_few():
    with pytest.raises(DataError, match="2 groups are too few"):
        make_split(np.array([0, 0, 1, 1]), groups=np.array([0, 0, 1, 1]))


@some
@given(labels(least=5), st.integers(2, 5), seeds)
def test_folds_test_every_picture_once(labels, k, seed):
    cut = folds(labels, k, seed=seed)
    assert len(cut) == k
    np.testing.assert_array_equal(np.sort(np.concatenate([test for _, test in cut])), np.arange(len(labels)))
    for train, test in cut:
        np.testing.assert_array_equal(np.setdiff1d(np.arange(len(labels)), test), train)
        shares = np.bincount(labels[test], minlength=labels.max() + 1) - np.bincount(labels) / k
        assert np.all(np.abs(shares) < 1)
    again = folds(labels, k, seed=seed)
    assert all(np.array_equal(a[1], b[1]) for a, b in zip(cut, again))


@some
@given(labels(least=10), st.integers(2, 3), seeds)
def test_folds_keep_groups(labels, k, seed):
    groups = np.random.default_rng(seed).integers(0, 12, len(labels))
    assume(all(len(np.unique(groups[labels == label])) >= k for label in np.unique(labels)))
    for train, test in folds(labels, k, seed=seed, groups=groups):
        assert not set(groups[train]) & set(groups[test])


def test_folds_that_cannot_be():
    labels = np.array([0] * 9 + [1] * 4)
    with pytest.raises(RecipeError, match="1 folds are no cross-validation"):
        folds(labels, 1)
    with pytest.raises(DataError, match='class "dog" has too few pictures for 5 folds: 4'):
        folds(labels, 5, classes=("cat", "dog"))
    with pytest.raises(DataError, match="class 1 has too few groups for 4 folds: 3"):
        folds(labels, 4, groups=np.array([*range(9), 9, 9, 10, 11]))


def test_groups_from_paths():
    paths = ["a/p2_x.png", "b/p10_y.png", "a/p2_z.png"]
    groups = group_by_pattern(paths, r"(p\d+)_")
    assert groups.dtype == np.int64
    assert groups[0] == groups[2] != groups[1]
    with pytest.raises(DataError, match=r'group "p\(1\.\)" finds nothing in 2 of 3 paths'):
        group_by_pattern(paths, "p(1.)")
    with pytest.raises(RecipeError, match="not a regular expression"):
        group_by_pattern(paths, "(")


def test_parts():
    assert PARTS == ("train", "validation", "test")
