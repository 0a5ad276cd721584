"""Augmentation: what is changed, what is not, and that chance depends on the picture and the epoch alone."""

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.images import Augmentation, Batches, InputSpec
from pellucid.images.augmentation import Draws
from pellucid.images.augmentation.geometry import transforms
from pellucid.images.augmentation.moves import flips, moves
from pellucid.kernels import reference
from pellucid.kernels.reference import warp


@pytest.fixture
def pictures():
    return np.random.default_rng(0).integers(0, 256, (40, 9, 7, 3), dtype=np.uint8)


def warped(pictures, *transform):
    out = np.empty(pictures.shape, np.float32)
    warp(pictures, np.tile(np.array(transform, np.float32), (len(pictures), 1)), None, out)
    return out


def changed(augmentation, pictures, numbers=None, seed=0, epoch=0):
    out = np.empty(pictures.shape, np.float32)
    numbers = np.arange(len(pictures)) if numbers is None else numbers
    augmentation.apply(pictures, out, Draws(numbers, seed, epoch), (0.0, 255.0), reference)
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
    shifts = transforms(Draws(np.arange(2000), 0, 0), (9, 7), 0.3, 0.0, 0.0, 0.0)[:, 4:]
    assert np.array_equal(shifts, np.rint(shifts))
    assert np.abs(shifts).max(axis=0).tolist() == [3, 2]
    assert all(np.isin(np.unique(after), np.unique(before)).all() for after, before in zip(out, pictures, strict=True))


def test_rotation_and_scale_keep_within_their_bounds():
    a, _, c, *_ = transforms(Draws(np.arange(5000), 0, 3), (16, 16), 0.0, 20.0, 0.25, 0.0).T
    angle, shrink = np.degrees(np.arctan2(c, a)), np.hypot(a, c)
    assert 19.5 < np.abs(angle).max() <= 20
    assert 1 / 1.25 <= shrink.min() < 0.81 and 1.24 < shrink.max() <= 1.2500001


def test_shear_slants_and_keeps_area():
    a, b, c, d, *_ = transforms(Draws(np.arange(5000), 0, 3), (16, 16), 0.0, 0.0, 0.0, 30.0).T
    np.testing.assert_allclose(a * d - b * c, 1, rtol=1e-6)
    assert (a == 1).all() and (b == 0).all() and (d == 1).all()
    assert 29.5 < np.degrees(np.arctan(np.abs(c))).max() <= 30.001
    upright = np.zeros((1, 9, 9, 1), np.uint8)
    upright[:, :, 4] = 255
    slanted = warped(upright, 1, 0, 1, 1, 0, 0)[0, :, :, 0]
    assert slanted.argmax(axis=1).tolist() == [8, 7, 6, 5, 4, 3, 2, 1, 0]  # as a letter in italics


def test_saturation_goes_from_grey_to_gaudy(pictures):
    out = changed(Augmentation(saturation=0.9), pictures.clip(100, 150))
    luma = np.array([0.299, 0.587, 0.114])
    grey, before = out @ luma, pictures.clip(100, 150) @ luma
    inside = ((0 < out) & (out < 255)).all(axis=3)
    np.testing.assert_allclose(grey[inside], before[inside], atol=1e-2)  # as light as before
    spread = np.ptp(out, axis=3).mean(axis=(1, 2)) / np.ptp(pictures.clip(100, 150), axis=3).mean(axis=(1, 2))
    assert spread.min() < 0.3 and spread.max() > 1.7
    one_channel = pictures[..., :1]
    assert np.array_equal(changed(Augmentation(saturation=0.9), one_channel), one_channel)


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


def test_draws_never_change():
    """Golden: another number here is another training for every recipe with [augment]."""
    draws = Draws(np.array([0, 1, 59_999]), 0, 3)
    np.testing.assert_allclose(draws.uniform("flip", 1)[0], [0.4611665005, 0.0085485358, 0.6193853839], atol=1e-9)
    assert draws.keys("noise").tolist() == [2938434723, 3006804826, 3257393530]


def test_draws_are_uniform_and_unrelated():
    draws = Draws(np.arange(20_000), 0, 7)
    numbers = np.vstack([draws.around_zero("rotate", 1), draws.around_zero("crop", 2), draws.around_zero("shift", 4)])
    assert np.abs(numbers).max() < 1
    np.testing.assert_allclose(numbers.mean(axis=1), 0, atol=0.02)
    np.testing.assert_allclose(np.cov(numbers), np.eye(7) / 3, atol=0.02)


def test_a_change_that_is_added_moves_no_other(pictures):
    alone, both = Augmentation(rotate=10), Augmentation(rotate=10, brightness=0.1)
    middle = changed(both, pictures) - changed(alone, pictures)
    inside = (0 < changed(both, pictures)) & (changed(both, pictures) < 255)
    offset = np.where(inside, middle, np.nan)
    spread = np.nanmax(offset, axis=(1, 2, 3)) - np.nanmin(offset, axis=(1, 2, 3))
    assert spread.max() < 1e-3


def test_crop_cuts_a_window_from_the_reflected_picture(pictures):
    out, places = changed(Augmentation(crop=3), pictures), set()
    padded = np.pad(pictures, ((0, 0), (3, 3), (3, 3), (0, 0)), mode="reflect")
    for window, picture in zip(out, padded, strict=True):
        found = [(i, j) for i in range(7) for j in range(7) if np.array_equal(picture[i : i + 9, j : j + 7], window)]
        assert len(found) == 1
        places |= set(found)
    assert len(places) > 20  # of 49


def test_crop_moves_all_ways_alike():
    rows, columns, *_ = moves(Draws(np.arange(9000), 0, 0), 1, False, False).T
    for far in (rows, columns):
        assert np.unique(far, return_counts=True)[0].tolist() == [-1, 0, 1]
        assert np.abs(np.bincount(far + 1) - 3000).max() < 250


def test_flip_takes_a_probability(pictures):
    many = Draws(np.arange(10_000), 0, 0)
    assert not flips(many, "flip", False).any() and flips(many, "flip", 1.0).all()
    for flip, share in ((True, 0.5), (0.7, 0.7)):
        assert abs(flips(many, "flip", flip).mean() - share) < 0.02
    upside_down = changed(Augmentation(flip_vertical=1.0), pictures)
    assert np.array_equal(upside_down, pictures[:, ::-1])


def test_alternating_flips_show_both_sides_in_any_two_epochs():
    flipped = np.array([flips(Draws(np.arange(5000), 3, epoch), "flip", "alternating") for epoch in range(6)])
    assert (flipped[1:] != flipped[:-1]).all()
    assert abs(flipped[0].mean() - 0.5) < 0.03  # and each epoch shows half of the pictures mirrored
    chance = np.array([flips(Draws(np.arange(5000), 3, epoch), "flip", True) for epoch in range(2)])
    assert 0.45 < np.mean(chance[0] == chance[1]) < 0.55


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
    for wrong in (
        {"flip": "sometimes"},
        {"flip_vertical": 1.5},
        {"crop": -1},
        {"shear": 90},
        {"elastic_sigma": 0},
        {"erase": 1.1},
        {"mixup": -1},
        {"noise": -0.1},
    ):
        with pytest.raises(RecipeError, match=next(iter(wrong))):
            Augmentation(**wrong)


def test_what_does_not_fit_the_pictures_is_refused():
    Augmentation(crop=7).check((8, 9, 1))
    Augmentation().check((64,))
    with pytest.raises(RecipeError, match="out of sight"):
        Augmentation(crop=8).check((8, 9, 1))
    with pytest.raises(RecipeError, match="rows of numbers"):
        Augmentation(flip=True).check((64,))
