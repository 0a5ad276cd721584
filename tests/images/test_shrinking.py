import numpy as np
import pytest

from pellucid.images import shrinking
from pellucid.images.shrinking import grey, shrunk, small_colour, small_grey

RNG = np.random.default_rng(0)


def area_means(values, side):
    """Along the last axis, by cutting every pixel into as many pieces as parts are wanted."""
    parts = min(side, values.shape[-1])
    return np.repeat(values, parts, axis=-1).reshape(*values.shape[:-1], parts, -1).mean(axis=-1)


@pytest.mark.parametrize("shape", [(16, 16), (32, 48), (28, 28), (5, 100), (17, 1)], ids=str)
def test_parts_take_the_mean_of_what_they_cover(shape):
    planes = RNG.integers(0, 256, (2, 3, *shape)).astype(np.float32)
    expected = area_means(area_means(planes.astype(np.float64), 16).swapaxes(-1, -2), 16).swapaxes(-1, -2)
    np.testing.assert_allclose(shrunk(planes, 16), expected, atol=1e-3)
    if max(shape) <= 16:
        np.testing.assert_array_equal(shrunk(planes, 16), planes)


def test_blocks_of_whole_pixels_are_exact():
    images = RNG.integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    expected = images.reshape(5, 8, 4, 8, 4, 3).astype(np.float32).mean(axis=(2, 4))
    np.testing.assert_array_equal(small_colour(images, 8), expected)


@pytest.mark.parametrize("channels", [1, 2, 3, 4])
def test_grey_is_how_bright_colours_look_and_the_mean_of_other_channels(channels):
    images = RNG.integers(0, 256, (2, 4, 5, channels), dtype=np.uint8)
    weights = [0.299, 0.587, 0.114] if channels == 3 else [1 / channels] * channels
    np.testing.assert_allclose(grey(images), images @ np.array(weights), rtol=1e-6)


@pytest.mark.parametrize("count", [0, 1, 7])
def test_small_grey_pictures_are_the_same_in_any_pieces(count, monkeypatch):
    images = RNG.integers(0, 256, (count, 40, 30, 3), dtype=np.uint8)
    whole = small_grey(images, 16)
    monkeypatch.setattr(shrinking, "_CHUNK_BYTES", 2 * 40 * 30 * 3 * 4)
    np.testing.assert_array_equal(small_grey(images, 16), whole)
    np.testing.assert_array_equal(whole, shrunk(grey(images), 16))
