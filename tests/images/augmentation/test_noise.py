"""Gaussian noise: normal, unclipped, its own for each picture and epoch."""

import numpy as np
import pytest
import scipy.stats

from pellucid.images import Batches, InputSpec
from pellucid.images.augmentation import Augmentation, Draws
from pellucid.kernels import compiled, reference


def noise(kernels, count=100, shape=(28, 28, 1), epoch=0):
    x = np.zeros((count, *shape), np.float32)
    Augmentation(noise=0.2).add_noise(x, Draws(np.arange(count), 0, epoch), kernels)
    return x


@pytest.mark.parametrize("kernels", [reference, compiled], ids=["reference", "compiled"])
def test_it_is_normal_and_has_the_deviation_asked_for(kernels):
    x = noise(kernels).ravel()
    assert scipy.stats.kstest(x / 0.2, "norm").pvalue > 0.001
    assert abs(x.std() - 0.2) < 0.002 and np.abs(x).max() > 0.8


def test_pixels_pictures_and_epochs_are_unrelated():
    first, second = noise(reference), noise(reference, epoch=1)
    rows = np.concatenate([first, second]).reshape(200, -1)
    together = np.corrcoef(rows)[np.triu_indices(200, 1)]
    assert np.abs(together).max() < 5.5 / np.sqrt(784)
    assert np.abs(np.corrcoef(rows[:, ::7].T)[np.triu_indices(112, 1)]).max() < 5.5 / np.sqrt(200)


def test_it_comes_after_scaling_and_is_not_held_within_the_range():
    images = np.zeros((50, 6, 5, 1), np.uint8)
    made = Batches(
        images, np.zeros(50, np.int64), np.arange(50), InputSpec((6, 5, 1)), 50, seed=0, augmentation=Augmentation(noise=0.2)
    )
    [(x, _, _)] = made.epoch(0)
    assert x.min() < -0.4 and x.max() > 0.4 and abs(x.std() - 0.2) < 0.01
