"""The ladder sets simple methods beside the network on the same pictures, and says who wins."""

import numpy as np
import pytest

from pellucid.evaluation import Ladder, Rung, ladder
from pellucid.evaluation.baselines import small


def bright_and_dark(n=300, shape=(20, 18, 3), noise=40):
    """Class 1 is brighter than class 0 in its upper half."""
    rng = np.random.default_rng(0)
    labels = np.arange(n) % 2
    images = rng.integers(0, noise, (n, *shape), dtype=np.uint8)
    images[labels == 1, : shape[0] // 2] += 100
    return images, labels


def test_each_method_does_what_its_name_says():
    images, labels = bright_and_dark()
    labels[:201:2] = 0
    train, held_out = np.arange(200), np.arange(200, 300)
    found = ladder(images, labels, train, held_out, answers=np.zeros(100, int))
    assert [rung.name for rung in found.rungs] == ["Most common class", "Nearest neighbour", "Linear model", "This network"]
    common, nearest, linear, network = found.rungs
    assert common.accuracy == network.accuracy == 0.5
    assert nearest.accuracy == linear.accuracy == 1
    assert found.best is nearest  # of equals the simplest
    assert (found.better, found.worse) == (0, 50)
    assert found.lost and not found.wins


def test_a_network_that_is_right_where_others_are_not_wins():
    rng = np.random.default_rng(0)
    images, labels = rng.integers(0, 255, (400, 8, 8, 1), dtype=np.uint8), rng.integers(0, 4, 400)
    held_out = np.arange(200, 400)
    found = ladder(images, labels, np.arange(200), held_out, labels[held_out])
    assert found.network.accuracy == 1 and found.wins and not found.lost


def test_many_pictures_are_thinned_and_all_counted_on_the_same():
    images, labels = bright_and_dark(9000, (4, 4, 1))
    found = ladder(images, labels, np.arange(6000), np.arange(6000, 9000), labels[6000:])
    assert found.learned_from == 5000
    assert {rung.n for rung in found.rungs} == {2000}


def test_rows_of_features_and_a_single_class_in_training():
    rng = np.random.default_rng(0)
    rows, labels = rng.normal(size=(60, 5)).astype(np.float32), np.repeat([0, 1], 30)
    found = ladder(rows, labels, np.arange(20), np.arange(20, 60), np.zeros(40, int))
    assert {rung.correct for rung in found.rungs} == {10}


@pytest.mark.parametrize("length", [5, 16, 20, 33, 100, 250])
def test_small_pictures_are_means(length):
    images = np.random.default_rng(0).integers(0, 256, (3, length, 12, 2), dtype=np.uint8)
    shrunk = small(images, np.array([2, 0]))
    assert shrunk.shape == (2, min(length, 16) * 12 * 2)
    step = max(1, length // 64)
    means = images[:, ::step].mean(axis=(1, 2))
    assert np.allclose(shrunk.reshape(2, -1, 12, 2).mean(axis=(1, 2)), means[[2, 0]], atol=1e-3)
    constant = small(np.full((1, length, 7, 1), 9, np.uint8), np.array([0]))
    assert np.allclose(constant, 9, atol=1e-4)


def test_pictures_of_sixteen_pixels_are_left_alone():
    images = np.random.default_rng(0).integers(0, 256, (2, 16, 9, 3), dtype=np.uint8)
    assert np.allclose(small(images, np.array([1])), images[1].ravel(), atol=1e-3)


def test_json_is_plain():
    found = Ladder((Rung("Most common class", "", 3, 10), Rung("This network", "", 7, 10)), "test", 20, 5, 1)
    assert found.to_json()[1] == {"name": "This network", "accuracy": 0.7, "interval": list(found.network.interval), "n": 10}
