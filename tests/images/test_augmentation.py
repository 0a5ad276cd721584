"""Augmentation: what is changed, what is not, and that chance depends on the picture and the epoch alone."""

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.images import Augmentation, Batches, InputSpec
from pellucid.images.augmentation import uniform
from pellucid.kernels.reference import warp


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (40, 9, 7, 3), dtype=np.uint8)


def warped(pictures, *transform):
    out = np.empty(pictures.shape, np.float32)
    warp(pictures, np.tile(np.array(transform, np.float32), (len(pictures), 1)), out)
    return out


def changed(augmentation, pictures, numbers=None, seed=0, epoch=0):
    out = np.empty(pictures.shape, np.float32)
    numbers = np.arange(len(pictures)) if numbers is None else numbers
    augmentation.apply(pictures, out, numbers, (0.0, 255.0), seed, epoch)
    return out


def test_whole_pixel_transforms_copy_exactly(pictures):
    assert np.array_equal(warped(pictures, 1, 0, 0, 1, 0, 0), pictures)
    assert np.array_equal(warped(pictures, 1, 0, 0, -1, 0, 0), pictures[:, :, ::-1])
    assert np.array_equal(warped(pictures, 1, 0, 0, 1, 2, -1)[:, :-2, 1:], pictures[:, 2:, :-1])
    square = pictures[:, :7]
    assert np.array_equal(warped(square, 0, -1, 1, 0, 0, 0), np.rot90(square, -1, axes=(1, 2)))


def test_beyond_the_edge_the_edge_goes_on(pictures):
    shifted = warped(pictures, 1, 0, 0, 1, 4, 0)
    assert np.array_equal(shifted[:, -4:], np.repeat(pictures[:, -1:], 4, axis=1))


def test_half_a_pixel_is_the_mean_of_two(pictures):
    between = warped(pictures, 1, 0, 0, 1, 0, 0.5)
    means = (pictures[:, :, :-1].astype(np.float32) + pictures[:, :, 1:]) / 2
    np.testing.assert_allclose(between[:, :, :-1], means, rtol=1e-6)


def test_nothing_asked_changes_nothing(pictures):
    assert not Augmentation()
    assert np.array_equal(changed(Augmentation(), pictures), pictures)


def test_flip_mirrors_about_half(pictures):
    many = np.repeat(pictures[:1], 2000, axis=0)
    out = changed(Augmentation(flip=True), many)
    mirrored = (out == pictures[0, :, ::-1]).all(axis=(1, 2, 3))
    same = (out == pictures[0]).all(axis=(1, 2, 3))
    assert (mirrored | same).all()
    assert 900 < mirrored.sum() < 1100


def test_shift_alone_moves_by_whole_pixels_and_no_further_than_asked(pictures):
    out = changed(Augmentation(shift=0.3), pictures)
    transforms = Augmentation(shift=0.3).transforms(uniform(np.arange(2000), 1), (9, 7))
    assert np.array_equal(transforms[:, 4:], np.rint(transforms[:, 4:]))
    assert np.abs(transforms[:, 4]).max() == 3 and np.abs(transforms[:, 5]).max() == 2
    assert all(np.isin(np.unique(after), np.unique(before)).all() for after, before in zip(out, pictures, strict=True))


def test_rotation_and_scale_keep_within_their_bounds():
    augmentation = Augmentation(rotate=20, scale=0.25)
    transforms = augmentation.transforms(uniform(np.arange(5000), 3), (16, 16))
    a, c = transforms[:, 0], transforms[:, 2]
    angle, shrink = np.degrees(np.arctan2(c, a)), np.hypot(a, c)
    assert 19.5 < np.abs(angle).max() <= 20
    assert 1 / 1.25 <= shrink.min() < 0.81 and 1.24 < shrink.max() <= 1.2500001


def test_brightness_and_contrast_stay_in_the_value_range(pictures):
    out = changed(Augmentation(brightness=0.5, contrast=0.5), pictures)
    assert 0 <= out.min() and out.max() <= 255
    grey = np.full((3000, 2, 2, 1), 128, np.uint8)
    lit = changed(Augmentation(brightness=0.2), grey)
    assert np.abs(lit - 128).max() <= 0.2 * 255 + 1e-3
    assert np.ptp(lit, axis=(1, 2)).max() == 0  # one change for the whole picture


def test_chance_depends_on_seed_epoch_and_picture_alone(pictures):
    augmentation = Augmentation(flip=True, shift=0.2, rotate=10, scale=0.1, brightness=0.1)
    whole = changed(augmentation, pictures, seed=5, epoch=3)
    some = np.array([30, 2, 17])
    assert np.array_equal(changed(augmentation, pictures[some], some, seed=5, epoch=3), whole[some])
    for other in ({"seed": 6, "epoch": 3}, {"seed": 5, "epoch": 4}):
        assert not np.array_equal(changed(augmentation, pictures, **other), whole)


def test_draws_are_uniform_and_unrelated():
    draws = uniform(np.arange(20_000), 7)
    assert np.abs(draws).max() < 1
    np.testing.assert_allclose(draws.mean(axis=0), 0, atol=0.02)
    np.testing.assert_allclose(np.cov(draws.T), np.eye(8) / 3, atol=0.02)


def test_batches_change_training_pictures_anew_in_each_epoch(pictures):
    labels = np.zeros(len(pictures), np.int64)
    spec = InputSpec((9, 7, 3))

    def batches(epoch, **settings):
        made = Batches(pictures, labels, np.arange(40), spec, 16, seed=0, **settings)
        return np.concatenate([x.copy() for x, _, _ in made.epoch(epoch)])

    flips = Augmentation(flip=True)
    assert np.array_equal(batches(1, augmentation=flips), batches(1, augmentation=flips))
    assert not np.array_equal(batches(1, augmentation=flips), batches(1))
    assert np.array_equal(batches(0, augmentation=Augmentation()), batches(0))


def test_impossible_settings_are_refused():
    for wrong in ({"shift": 1.0}, {"rotate": -1}, {"scale": 2}, {"brightness": -0.1}, {"rotate": 181}):
        with pytest.raises(RecipeError, match=next(iter(wrong))):
            Augmentation(**wrong)
