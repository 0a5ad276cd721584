import io
import json
import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pellucid.errors import DataError, RecipeError
from pellucid.images import InputSpec, input_spec
from pellucid.images.arrays import as_batch, fitted
from pellucid.images.decode import decode

DIGITS = InputSpec((8, 8, 1), value_range=(0.0, 16.0))
COUNTS = np.random.default_rng(0).integers(0, 17, (5, 8, 8, 1), dtype=np.uint8)


def png(pixels) -> bytes:
    stream = io.BytesIO()
    Image.fromarray(pixels).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize("given", [(8, 8), (8, 8, 1), (64,), (1, 64), (1, 8, 8), (1, 8, 8, 1)])
@pytest.mark.parametrize("kind", [np.uint8, np.int64, np.float32, np.float64])
def test_one_digit_in_every_form(given, kind):
    x = DIGITS.prepare(COUNTS[0].reshape(given).astype(kind))
    assert x.dtype == np.float32
    np.testing.assert_array_equal(x, COUNTS[:1] / np.float32(16))


@pytest.mark.parametrize("given", [(5, 64), (5, 8, 8), (5, 8, 8, 1)])
def test_many_digits_in_every_form(given):
    np.testing.assert_array_equal(DIGITS.prepare(COUNTS.reshape(given)), COUNTS / np.float32(16))
    np.testing.assert_array_equal(DIGITS.prepare(list(COUNTS.reshape(given))), COUNTS / np.float32(16))


@settings(deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.sampled_from([1, 3]), st.integers(0, 4))
def test_every_accepted_form_keeps_every_value_in_place(height, width, channels, count):
    shape = (height, width, channels)
    values = np.random.default_rng(0).integers(0, 256, (count, *shape), dtype=np.uint8)
    spec = InputSpec(shape, normalisation="none")
    np.testing.assert_array_equal(spec.prepare(values), values)
    np.testing.assert_array_equal(spec.prepare(values.reshape(count, height * width * channels)), values)
    if count:
        np.testing.assert_array_equal(spec.prepare(values[0]), values[:1])
        np.testing.assert_array_equal(spec.prepare(values[0].ravel()), values[:1])


@pytest.mark.parametrize("given", [(28, 28), (8, 8, 3), (63,), (2, 63), (8,), (2, 8, 8, 3), (1, 1, 8, 8, 1), ()])
def test_other_shapes_are_errors_that_name_both(given):
    with pytest.raises(DataError) as caught:
        DIGITS.prepare(np.ones(given, np.uint8))
    assert str(given) in str(caught.value) and "(8, 8, 1)" in str(caught.value)


@pytest.mark.parametrize(
    ("value_range", "values"),
    [
        ((0.0, 16.0), np.uint8([0, 255])),
        ((0.0, 16.0), np.float32([0, 16.1])),
        ((0.0, 16.0), np.float64([-0.1, 3])),
        ((0.0, 1.0), np.uint8([0, 255])),
        ((0.0, 255.0), np.float64([0, 0.5])),
        ((0.0, 255.0), np.float32([0, 1])),
        ((0.0, 16.0), np.float32([0, 0.5])),  # somebody divided by 16
        ((0.0, 255.0), np.array([False, True])),
        ((0.0, 255.0), np.array([0, 300])),
    ],
)
def test_values_of_another_range_are_errors_that_name_both(value_range, values):
    spec = InputSpec((1, 2, 1), value_range=value_range)
    with pytest.raises(DataError) as caught:
        spec.prepare(values)
    message = str(caught.value)
    assert f"from {values.min():g} to {values.max():g} ({values.dtype})" in message
    assert f"from {value_range[0]:g} to {value_range[1]:g}" in message


@pytest.mark.parametrize(
    ("value_range", "values"),
    [
        ((0.0, 255.0), np.float32([0, 0])),
        ((0.0, 255.0), np.uint8([0, 1])),
        ((0.0, 255.0), np.float32([0, 255.001])),
        ((0.0, 255.0), np.float64([0.25, 200.5])),
        ((0.0, 1.0), np.float64([0, 1])),
        ((0.0, 1.0), np.array([False, True])),
        ((-1.0, 1.0), np.float32([-1, 1])),
    ],
)
def test_values_within_the_range_are_taken(value_range, values):
    low, high = value_range
    x = InputSpec((1, 2, 1), value_range=value_range).prepare(values)
    np.testing.assert_allclose(x.ravel(), (values.astype(float) - low) / (high - low), atol=1e-5)


@pytest.mark.parametrize("bad", [np.float64([np.nan, 1]), np.float32([np.inf, 1]), [1j, 2], {"a": 1}, [[1], [2, 3]], 5, None])
def test_what_is_no_picture_is_an_error(bad):
    with pytest.raises(DataError):
        InputSpec((1, 2, 1)).prepare(bad)


def test_files_are_rescaled_to_the_value_range():
    pixels = np.uint8([[0, 255], [51, 102]])
    np.testing.assert_allclose(
        InputSpec((2, 2, 1), value_range=(0.0, 16.0)).decode(png(pixels))[..., 0], pixels / 255 * 16, rtol=1e-6
    )
    np.testing.assert_allclose(
        InputSpec((2, 2, 1), value_range=(-1.0, 1.0), normalisation="none").prepare(png(pixels))[0, ..., 0],
        pixels / 127.5 - 1,
        atol=1e-6,
    )
    assert InputSpec((2, 2, 1)).decode(png(pixels)).dtype == np.uint8


def test_a_picture_file_and_its_array_give_the_same_input(tmp_path):
    ink = COUNTS[0, :, :, 0]
    path = tmp_path / "digit.png"
    path.write_bytes(png((ink * 255.0 / 16).round().astype(np.uint8)))
    np.testing.assert_allclose(DIGITS.prepare(path), DIGITS.prepare(ink), atol=1 / 255)


def test_paths_bytes_and_images_alone_or_in_lists(tmp_path):
    rng = np.random.default_rng(0)
    data = [png(rng.integers(0, 256, (9, 7, 3), dtype=np.uint8)) for _ in range(3)]
    paths = [tmp_path / f"{k}.png" for k in range(3)]
    for path, each in zip(paths, data):
        path.write_bytes(each)
    spec = InputSpec((5, 6, 3), fit="pad")
    expected = np.stack([decode(each, (5, 6, 3), "pad") for each in data]) / np.float32(255)
    for many in (data, paths, list(map(str, paths)), tuple(paths), np.array(list(map(str, paths))), np.array(paths)):
        np.testing.assert_array_equal(spec.prepare(many), spec.prepare(data))
    np.testing.assert_allclose(spec.prepare(data), expected, rtol=1e-6)
    np.testing.assert_array_equal(spec.prepare([Image.open(path) for path in paths]), spec.prepare(data))
    np.testing.assert_array_equal(spec.prepare(str(paths[1])), spec.prepare(data)[1:2])
    assert spec.prepare([]).shape == (0, 5, 6, 3)


def test_a_broken_file_in_a_list_is_named(tmp_path):
    (tmp_path / "b.jpg").write_bytes(b"")
    with pytest.raises(DataError, match=r"b.jpg: empty file"):
        DIGITS.prepare([png(np.zeros((2, 2), np.uint8)), tmp_path / "b.jpg"])


def test_rows_of_features():
    rows = np.random.default_rng(0).normal(5, 3, (100, 4)) * [1, 10, 0, 1e-6]
    spec = InputSpec.measure(rows, np.arange(50), (4,), value_range=(0.0, 1.0), normalisation="standard")
    expected = (rows - rows[:50].mean(0)) / np.where(rows[:50].std(0) > 0, rows[:50].std(0), 1)
    np.testing.assert_allclose(spec.prepare(rows), expected, atol=1e-4)
    np.testing.assert_allclose(spec.prepare(rows[3] * 10)[0] * 0, np.zeros(4))  # no range is demanded of features
    for bad in (np.nan, np.inf, 1e300):
        with pytest.raises(DataError, match="NaN, infinity or numbers beyond float32"):
            spec.prepare([1, 2, 3, bad])
    with pytest.raises(DataError, match="rows of 4 numbers, not pictures"):
        spec.prepare("cat.png")
    with pytest.raises(DataError, match=r"\(100, 3\).*\(4,\)"):
        spec.prepare(rows[:, :3])


@pytest.mark.parametrize("per", ["channel", "pixel"])
@pytest.mark.parametrize("kind", ["uint8", "float32", "memmap"])
def test_standard_is_measured_on_the_training_part_only(tmp_path, monkeypatch, per, kind):
    monkeypatch.setattr(input_spec, "_CHUNK", 100)  # several chunks, the last one short
    images = np.random.default_rng(0).integers(0, 200, (23, 4, 5, 3), dtype=np.uint8)
    train = np.array([0, 1, 2, 5, 7, 8, 9, 11, 20])
    images[np.setdiff1d(np.arange(23), train)] = 255  # must not be seen
    if kind == "float32":
        images = images.astype(np.float32)
    if kind == "memmap":
        np.save(tmp_path / "images.npy", images)
        images = np.load(tmp_path / "images.npy", mmap_mode="r")
    spec = InputSpec.measure(images, train, (4, 5, 3), normalisation="standard", per=per)
    axes = (0, 1, 2) if per == "channel" else 0
    mean, std = images[train].mean(axes, dtype=np.float64), images[train].std(axes, dtype=np.float64)
    assert spec.mean.shape == spec.std.shape == ((3,) if per == "channel" else (4, 5, 3))
    np.testing.assert_allclose(spec.mean, mean, rtol=1e-6)
    np.testing.assert_allclose(spec.std, std, rtol=1e-6)
    np.testing.assert_allclose(spec.prepare(images[:2]), (images[:2] - mean) / std, atol=1e-5)


def test_blank_pixels_do_not_explode():
    images = np.zeros((1000, 2, 2, 1), np.uint8)
    images[0, 0, 0] = 1  # one faint dot in a thousand pictures
    spec = InputSpec.measure(images, np.arange(1000), (2, 2, 1), normalisation="standard", per="pixel")
    assert np.abs(spec.prepare(np.full((2, 2), 255, np.uint8))).max() <= 255.5


@pytest.mark.parametrize("normalisation", ["none", "unit"])
def test_other_normalisations_measure_nothing(normalisation):
    spec = InputSpec.measure(COUNTS, np.arange(5), (8, 8, 1), "pad", (0, 16), normalisation)
    assert spec.mean is None and spec.tensors() == {}
    expected = COUNTS if normalisation == "none" else COUNTS / np.float32(16)
    np.testing.assert_array_equal(spec.prepare(COUNTS), expected)


def test_normalise_writes_the_same_bits_for_bytes_and_floats():
    images = np.random.default_rng(0).integers(0, 256, (6, 4, 5, 3), dtype=np.uint8)
    spec = InputSpec.measure(images, np.arange(6), (4, 5, 3), normalisation="standard")
    one, other, part = (np.full((6, 4, 5, 3), np.nan, np.float32) for _ in range(3))
    spec.normalise(images, one)
    spec.normalise(images.astype(np.float32), other)
    spec.normalise(images[2:4], part[:2])
    np.testing.assert_array_equal(one, other)
    np.testing.assert_array_equal(one[2:4], part[:2])
    assert np.isnan(part[2:]).all()


def test_json_round_trip_is_exact():
    images = np.random.default_rng(0).random((9, 4, 5, 3), dtype=np.float32)
    spec = InputSpec.measure(images, np.arange(9), (4, 5, 3), "crop", (0.1, 1.3), "standard", "pixel")
    again = InputSpec.from_json(json.loads(json.dumps(spec.to_json())), spec.tensors())
    assert (again.shape, again.fit, again.value_range) == ((4, 5, 3), "crop", (0.1, 1.3))
    np.testing.assert_array_equal(again.prepare(images + 0.2), spec.prepare(images + 0.2))
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(spec)).prepare(images + 0.2), spec.prepare(images + 0.2))
    plain = InputSpec.from_json(json.loads(json.dumps(DIGITS.to_json())), {})
    assert plain.mean is None and plain.value_range == (0.0, 16.0)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"fit": "squash"}, "unknown fit 'squash'"),
        ({"normalisation": "zscore"}, "unknown normalisation 'zscore': expected one of none, unit, standard"),
        ({"normalisation": "standard"}, "mean and std"),
        ({"value_range": (1.0, 1.0)}, "the smaller value first"),
        ({"shape": (8, 8)}, "expected .height, width, channels."),
    ],
)
def test_settings_that_make_no_sense(settings, message):
    with pytest.raises((RecipeError, DataError), match=message):
        InputSpec(**{"shape": (8, 8, 1), **settings})
    with pytest.raises(RecipeError, match="unknown per"):
        InputSpec.measure(COUNTS, np.arange(5), (8, 8, 1), per="row")


def test_as_batch_gives_views():
    assert np.shares_memory(as_batch(COUNTS, (8, 8, 1)), COUNTS)


def test_fitted_arrays():
    colour = np.random.default_rng(0).integers(0, 256, (2, 6, 8, 3), dtype=np.uint8)
    grey = fitted(colour, (6, 8, 1), "stretch", (0.0, 255.0))
    np.testing.assert_array_equal(grey[0, ..., 0], np.rint(colour[0] @ np.float32([0.299, 0.587, 0.114])))
    np.testing.assert_array_equal(fitted(grey, (6, 8, 3), "stretch", (0.0, 255.0)), np.repeat(grey, 3, axis=3))
    assert fitted(colour, (3, 4, 1), "pad", (0.0, 255.0)).shape == (2, 3, 4, 1)
    assert fitted(colour, (6, 8, 3), "stretch", (0.0, 255.0)) is colour
    for shape in ((6, 8, 2), (48,)):
        with pytest.raises(DataError, match=r"\(6, 8, 3\) cannot become"):
            fitted(colour, shape, "stretch", (0.0, 255.0))
