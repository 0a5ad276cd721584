"""Arrays as small pictures."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from pellucid.evaluation import Predictions
from pellucid.report import gallery, samples, thumbnail
from pellucid.report.pictures import confusion_pixels, data_uri, mosaic, png_uri, weight_pictures


def opened(uri):
    kind, _, data = uri.partition(",")
    return kind, Image.open(io.BytesIO(base64.b64decode(data)))


def test_a_small_picture_keeps_its_pixels():
    values = np.arange(64, dtype=np.float32).reshape(8, 8, 1) / 63 * 16
    shown = thumbnail(values, (0, 16))
    np.testing.assert_array_equal(shown, (np.arange(64) / 63 * 255).round().reshape(8, 8, 1))
    assert shown.dtype == np.uint8


@pytest.mark.parametrize(
    ("shape", "shown"),
    [
        ((300, 200, 3), (64, 43, 3)),
        ((9, 500, 1), (1, 64, 1)),
        ((5, 6), (5, 6, 1)),
        ((5, 6, 2), (5, 6, 1)),
        ((5, 6, 4), (5, 6, 1)),
    ],
)
def test_shapes_of_thumbnails(shape, shown):
    assert thumbnail(np.zeros(shape)).shape == shown


def test_values_out_of_range_are_clipped():
    shown = thumbnail(np.array([[-5.0, 300.0, np.nan, np.inf]]))
    assert shown[0, :, 0].tolist() == [0, 255, 0, 255]
    assert thumbnail(np.ones((2, 2)), (1.0, 1.0)).max() == 0


def test_a_png_is_exact_and_a_photograph_is_small():
    rng = np.random.default_rng(0)
    small = rng.integers(0, 256, (8, 8, 1), dtype=np.uint8)
    kind, picture = opened(data_uri(small))
    assert kind == "data:image/png;base64"
    np.testing.assert_array_equal(np.asarray(picture), small[..., 0])
    smooth = np.broadcast_to(np.linspace(0, 255, 64)[:, None, None], (64, 64, 3)).astype(np.uint8)
    kind, picture = opened(data_uri(smooth))
    assert kind == "data:image/jpeg;base64" and picture.size == (64, 64)
    assert opened(png_uri(smooth))[0] == "data:image/png;base64"


def test_the_confusion_picture_tells_right_from_wrong():
    pixels = confusion_pixels(np.array([[9, 1], [0, 0]])).astype(int)
    assert pixels[0, 0, 2] > pixels[0, 0, 0]  # blue
    assert pixels[0, 1, 0] > pixels[0, 1, 2]  # orange
    assert len(set(pixels[1, 0])) == len(set(pixels[1, 1])) == 1  # a class without pictures is grey


def test_weights_show_their_sign_and_the_longest_first():
    weights = np.zeros((2, 2, 1, 3))
    weights[0, 0, 0, 0], weights[1, 1, 0, 2] = 0.5, -4.0
    shown = weight_pictures(weights).astype(int)
    assert shown.shape == (3, 2, 2, 3)
    assert shown[0, 1, 1].tolist() == [213, 94, 0]  # the longest, negative
    assert shown[1, 0, 0].tolist() == [0, 114, 178]
    assert (shown[2] == 255).all()  # zero is white
    assert weight_pictures(np.ones((90, 60, 3, 100))).shape == (32, 48, 32, 3)
    assert weight_pictures(np.full((2, 2, 2, 1), np.nan)).shape == (1, 2, 2, 3)


def test_mosaic_puts_pictures_side_by_side():
    pictures = np.arange(3, dtype=np.uint8)[:, None, None, None] * np.ones((1, 2, 2, 3), np.uint8)
    sheet = mosaic(pictures, 2)
    assert sheet.shape == (5, 5, 3)
    assert sheet[0, 0, 0] == 0 and sheet[0, 3, 0] == 1 and sheet[3, 0, 0] == 2
    assert (sheet[2] == 255).all() and (sheet[:, 2] == 255).all() and (sheet[3:, 3:] == 255).all()


def test_samples_are_spread_over_every_class():
    labels = np.repeat([0, 1], [100, 1])
    chosen = samples(labels, ("a", "b"), [str(row) for row in range(101)], lambda row: np.full((1, 1, 1), row), total=8)
    assert [int(picture.name) for picture in chosen["a"]] == [0, 33, 66, 99]
    assert [picture.pixels[0, 0, 0] for picture in chosen["b"]] == [100]
    many = samples(np.arange(500), tuple(map(str, range(500))), list(map(str, range(500))), lambda row: None)
    assert all(len(row) == 1 for row in many.values())


def test_the_gallery_shows_the_worst_first_then_right_ones():
    probabilities = np.array([[0.9, 0.1], [0.7, 0.3], [0.2, 0.8], [0.45, 0.55]])
    split = np.array(["test", "test", "test", "train"])
    found = Predictions(("a", "b", "c", "d"), np.array([1, 1, 1, 0]), probabilities, split, ("x", "y"))
    answers = gallery(found, "test", lambda row: None)
    assert [(a.picture.name, a.predicted, a.label, a.is_right) for a in answers] == [
        ("a", "x", "y", False),
        ("b", "x", "y", False),
        ("c", "y", "y", True),
    ]
    assert (answers[0].probability, answers[0].label_probability) == (0.9, 0.1)
    assert len(gallery(found, None, lambda row: None)) == 4
    assert [a.picture.name for a in gallery(found, "test", lambda row: None, wrong=1, right=0)] == ["a"]
