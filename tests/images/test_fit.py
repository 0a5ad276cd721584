import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from pellucid.errors import RecipeError
from pellucid.images.fit import FITS, fit_arrays, padded, place, scaled

SIDES = st.integers(1, 70)


def picture(height, width, channels=1, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (1, height, width, channels), dtype=np.uint8)


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(FITS))
def test_a_place_lies_inside_picture_and_target(width, height, rows, columns, fit):
    placement = place(width, height, (rows, columns), fit)
    left, top, right, bottom = placement.box
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert 1 <= placement.size[0] <= columns
    assert 1 <= placement.size[1] <= rows
    if fit != "pad":
        assert placement.size == (columns, rows)


@given(SIDES, SIDES, SIDES, SIDES, st.sampled_from(FITS), st.sampled_from([1, 3]))
def test_any_size_becomes_the_target(width, height, rows, columns, fit, channels):
    images = picture(height, width, channels)
    out = fit_arrays(images, (rows, columns), fit)
    assert out.shape == (1, rows, columns, channels)
    assert out.dtype == np.uint8
    low, high = min(images.min(), 128), max(images.max(), 128)
    assert low <= out.min() <= out.max() <= high


@given(SIDES, SIDES, st.sampled_from(FITS))
def test_the_right_size_is_left_alone(width, height, fit):
    images = picture(height, width)
    np.testing.assert_array_equal(fit_arrays(images, (height, width), fit), images)


@pytest.mark.parametrize("fit", FITS)
def test_an_even_picture_stays_even(fit):
    images = np.full((1, 300, 200, 1), 77, np.uint8)
    out = fit_arrays(images, (20, 20), fit)
    assert set(np.unique(out)) == ({77, 128} if fit == "pad" else {77})


def test_pad_keeps_proportions_on_a_mid_grey_ground():
    out = fit_arrays(np.zeros((1, 10, 20, 1), np.uint8), (40, 40), "pad")[0, :, :, 0]
    assert (out[:10] == 128).all() and (out[30:] == 128).all()
    assert (out[10:30] == 0).all()


def test_crop_takes_the_middle():
    images = np.zeros((1, 10, 30, 1), np.uint8)
    images[:, :, 10:20] = 255
    np.testing.assert_array_equal(fit_arrays(images, (10, 10), "crop"), np.full((1, 10, 10, 1), 255))


def test_stretch_averages_what_it_merges():
    checkers = np.indices((64, 64)).sum(0, keepdims=True)[..., None] % 2 * np.uint8(255)
    out = fit_arrays(checkers.astype(np.uint8), (8, 8), "stretch")
    assert np.abs(out.astype(int) - 127).max() <= 8  # nearest-neighbour would give 0 or 255


def test_counts_of_a_short_range_keep_the_values_between_them():
    images = np.array([0, 16], np.uint8).reshape(1, 1, 2, 1)
    out = fit_arrays(images, (1, 4), "stretch", (0.0, 16.0))
    assert out.dtype == np.float32
    np.testing.assert_allclose(out.ravel(), [0, 4, 12, 16])
    assert fit_arrays(images, (4, 4), "pad", (0.0, 16.0))[0, 0, 0, 0] == 8


def test_floats_stay_floats():
    out = fit_arrays(np.linspace(0, 1, 12, dtype=np.float32).reshape(1, 2, 2, 3), (4, 4), "stretch", (0.0, 1.0))
    assert out.dtype == np.float32
    assert 0 <= out.min() < out.max() <= 1


def test_a_shrunk_picture_lands_where_the_whole_one_does():
    gradient = Image.fromarray(np.tile(np.arange(250, dtype=np.uint8), (241, 1)))  # 241 and 250 do not divide by 4
    quarter = gradient.reduce(4)
    for fit in FITS:
        placement = place(*gradient.size, (24, 20), fit)
        whole, shrunk = scaled(gradient, placement), scaled(quarter, placement, 4)
        assert np.abs(np.asarray(whole, int) - np.asarray(shrunk, int)).max() <= 2


def test_padded_leaves_a_full_picture_alone():
    image = Image.new("RGB", (4, 3))
    assert padded(image, (3, 4)) is image


def test_unknown_fit():
    with pytest.raises(RecipeError, match=r"'squash'.*stretch, pad, crop"):
        place(4, 4, (2, 2), "squash")
