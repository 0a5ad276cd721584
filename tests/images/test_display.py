import numpy as np
import pytest

from pellucid.images.display import displayed


def test_bytes_stay_as_they_are():
    pixels = np.arange(256, dtype=np.uint8).reshape(16, 16, 1)
    np.testing.assert_array_equal(displayed(pixels), pixels)


@pytest.mark.parametrize("value_range", [(0.0, 1.0), (-1.0, 1.0), (0.0, 16.0), (-3.0, 500.0)], ids=str)
def test_the_range_becomes_0_to_255(value_range):
    low, high = value_range
    values = np.linspace(low, high, 256, dtype=np.float32).reshape(2, 8, 16, 1)
    assert displayed(values, value_range).ravel().tolist() == list(range(256))


def test_what_no_screen_can_show():
    assert displayed(np.array([-5.0, 300.0, np.nan, np.inf, -np.inf]).reshape(1, 5, 1)).ravel().tolist() == [0, 255, 0, 255, 0]
    assert displayed(np.ones((2, 2, 1)), (1.0, 1.0)).max() == 0


@pytest.mark.parametrize(("shape", "shown"), [((5, 6, 1), 1), ((5, 6, 2), 1), ((5, 6, 3), 3), ((5, 6, 4), 1)])
def test_grey_or_colour(shape, shown):
    values = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    np.testing.assert_array_equal(displayed(values), values[..., :shown])
