"""The test for changes that change labels: loud on mirrored digits, silent where classes keep their label."""

import numpy as np
import pytest
import sklearn.datasets

from pellucid.images import open_source, read
from pellucid.images.label_safety import PICTURES, SIDE, _shrunk, try_change

DIGITS = sklearn.datasets.load_digits()
COUNTS = DIGITS.images[..., None].astype(np.float32)
ALL = np.arange(len(COUNTS))


def digits(*classes):
    rows = np.flatnonzero(np.isin(DIGITS.target, classes))
    return np.searchsorted(classes, DIGITS.target), rows


@pytest.mark.parametrize("change", ["flip", "flip_vertical", "rotate"])
def test_mirrored_digits_are_other_digits(change):
    found = try_change(change, COUNTS, DIGITS.target, ALL)
    assert found.is_suspect
    assert found.pictures == PICTURES and found.unchanged > 0.9 and found.changed < 0.4


def test_a_six_upside_down_is_a_nine():
    labels, rows = digits(0, 6, 9)
    assert try_change("rotate", COUNTS, labels, rows).mistaken in ((1, 2), (2, 1))


def test_digits_that_are_their_own_mirror_image_are_let_pass():
    labels, rows = digits(0, 8)
    found = try_change("flip", COUNTS, labels, rows)
    assert not found.is_suspect and found.unchanged > 0.95


def pictures_of_things(n, mirrored):
    """Two kinds of things on any side of a noisy picture: a bar that stands and one that lies."""
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 120, (n, 20, 26, 3)), np.arange(n) % 2
    for picture, label in zip(images, labels, strict=True):
        row, column = rng.integers(2, 12, 2)
        picture[row : row + (8 if label else 3), column : column + (3 if label else 8)] += 100
        if mirrored and rng.random() < 0.5:
            picture[...] = picture[:, ::-1].copy()
    return images.astype(np.uint8), labels


@pytest.mark.parametrize("n", [4, 40, 600, 2500])
def test_things_that_face_both_ways_are_let_pass(n):
    images, labels = pictures_of_things(n, mirrored=True)
    assert not try_change("flip", images, labels, np.arange(n)).is_suspect


def test_a_change_that_makes_every_picture_wrong_is_suspect():
    images = np.random.default_rng(0).integers(0, 30, (200, 16, 16, 1), dtype=np.uint8)
    labels = np.arange(200) % 2
    images[labels == 0, 2:14, 1:7] += 200
    images[labels == 1, 2:14, 9:15] += 200
    found = try_change("flip", images, labels, np.arange(200))
    assert (found.unchanged, found.changed, found.deviations) == (1.0, 0.0, np.inf) and found.is_suspect
    assert try_change("flip", images.swapaxes(1, 2), labels, np.arange(200)).deviations == 0.0  # above or below, and so mirrored


def test_labels_that_mean_nothing_are_let_pass():
    rng = np.random.default_rng(0)
    assert not try_change("flip", COUNTS, rng.integers(0, 3, len(COUNTS)), ALL).is_suspect


def test_only_the_pictures_at_the_indices_are_looked_at():
    labels = DIGITS.target.copy()
    train = ALL[::3]
    labels[ALL % 3 > 0] = 0
    assert try_change("flip", COUNTS, labels, train) == try_change("flip", COUNTS, DIGITS.target, train)


@pytest.mark.parametrize("shape", [(1, 1, 1), (8, 8, 1), (64, 50, 3), (13, 300, 3)], ids=str)
def test_pictures_are_shrunk_to_a_few_pixels(shape):
    shrunk = _shrunk(np.random.default_rng(0).integers(0, 256, (5, *shape), dtype=np.uint8), np.arange(3))
    assert shrunk.shape == (3, min(shape[0], SIDE), min(shape[1], SIDE))
    assert np.abs(shrunk.mean(axis=(1, 2))).max() < 1e-9


@pytest.mark.parametrize("name", ["rabbits-cats", "catnoncat_dataset"])
def test_mirrored_photographs_are_let_pass(real_data, name):
    photographs = read(open_source(real_data / name), (32, 32, 3))
    rng = np.random.default_rng(0)
    for _ in range(5):  # with and without near-identical twins among them
        some = rng.permutation(len(photographs))[: rng.integers(200, len(photographs))]
        assert not try_change("flip", photographs.images, photographs.labels, some).is_suspect


def test_real_sets_by_name(real_data):
    for name, shape, suspect in (("mnist", (28, 28, 1), True), ("cifar-10", (32, 32, 3), False)):
        pictures = read(open_source(name), shape)
        assert try_change("flip", pictures.images, pictures.labels, np.arange(len(pictures))).is_suspect == suspect
