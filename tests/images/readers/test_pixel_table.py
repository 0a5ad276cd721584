import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pellucid.errors import DataError, RecipeError
from pellucid.images import open_source

PIXELS = np.random.default_rng(0).integers(0, 256, (6, 16), dtype=np.uint8)
LABELS = ["3", "1", "3", "1", "10", "10"]


def write(path: Path, pixels=PIXELS, labels=LABELS, names=None, delimiter=",") -> Path:
    names = ["label", *(f"pixel{k}" for k in range(pixels.shape[1]))] if names is None else names
    lines = [delimiter.join(names)] if names else []
    lines += [delimiter.join([label, *map(str, row)]) for label, row in zip(labels, pixels.tolist())]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def refused(path, error=DataError, **settings) -> str:
    with pytest.raises(error) as raised:
        open_source(path, **settings)
    assert "\n" not in str(raised.value)
    return str(raised.value)


def test_kaggle_digits(tmp_path):
    (tmp_path / "test.csv").write_text("pixel0,pixel1\n1,2\n")  # Kaggle's test pictures have no labels
    source = open_source(write(tmp_path / "train.csv"))
    np.testing.assert_array_equal(source.images, PIXELS.reshape(6, 4, 4, 1))
    assert source.images.dtype == np.uint8 and source.value_range == (0, 255)
    assert source.classes == ("1", "3", "10") and source.labels.tolist() == [1, 0, 1, 0, 2, 2]
    assert source.label_rule == 'the column "label" of train.csv: "1" (2), "3" (2), "10" (2)'
    assert source.paths[5] == "train[5]" and source.name == "train"


@pytest.mark.parametrize("names", [[], ["label", *(f"{row}x{column}" for row in range(1, 5) for column in range(1, 5))]])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_other_files_of_digits(tmp_path, names, delimiter):
    source = open_source(write(tmp_path / "digits.csv", names=names, delimiter=delimiter))
    np.testing.assert_array_equal(source.images, PIXELS.reshape(6, 4, 4, 1))
    assert source.split is None and source.paths[0] == "line[0]"


def test_label_last_and_as_text(tmp_path):
    lines = ["p0,p1,p2,p3,class", "0,17,2,3,cat", "4,5,6,7,dog", "0,1,2,3,cat", '4,5,6,7,"dog"']
    (tmp_path / "pets.csv").write_text("\n".join(lines))
    source = open_source(tmp_path / "pets.csv")
    assert source.classes == ("cat", "dog") and source.labels.tolist() == [0, 1, 0, 1]
    assert source.images[0].ravel().tolist() == [0, 17, 2, 3]


def test_train_and_test_beside_each_other(tmp_path):
    write(tmp_path / "mnist_test.csv", PIXELS[:4], LABELS[:4])
    source = open_source(write(tmp_path / "mnist_train.csv"))
    assert source.split.tolist() == ["train"] * 6 + ["test"] * 4
    assert source.paths[5:7] == ("train[5]", "test[0]")


def test_given_shape(tmp_path):
    path = write(tmp_path / "set.csv", PIXELS[:, :12])
    assert open_source(path, shape=(2, 6)).images.shape == (6, 2, 6, 1)
    assert open_source(path, shape=(2, 2, 3)).images.shape == (6, 2, 2, 3)
    assert "12 pixels a picture, which is no square: give their shape, as --shape 28,28" in refused(path)
    assert "a shape of 3 x 3 has 9" in refused(path, shape=(3, 3))
    assert "shape says nothing about digits: it is for CSV files of pixels" in refused("digits", RecipeError, shape=(8, 8))


def test_rows_of_features(tmp_path):
    values = np.array([[5.1, 3.5, 1.4, 0.2], [4.9, 3.0, 1.4, 0.2], [7.0, 3.2, 4.7, 1.4], [6.4, 3.2, 4.5, 1.5]])
    path = write(tmp_path / "iris.csv", values, ["a", "a", "b", "b"], ["class", "sepal length", "sepal width", "petal length", "x"])
    source = open_source(path)
    assert source.images.shape == (4, 4) and source.images.dtype == np.float32
    assert open_source(path, shape=(2, 2)).images.shape == (4, 2, 2, 1)


def test_counts_and_fractions_keep_their_range(tmp_path):
    counts = open_source(write(tmp_path / "counts.csv", PIXELS % 17))
    assert counts.value_range == (0, 16) and counts.images.dtype == np.float32
    assert open_source(write(tmp_path / "fractions.csv", PIXELS / 255)).value_range == (0, 1)


@pytest.mark.parametrize("value", [99999, -5, 256])
def test_a_single_value_far_from_all_others_is_named(tmp_path, value):
    path = damaged(write(tmp_path / "set.csv"), 4, lambda line: f"{line.rpartition(',')[0]},{value}")
    assert f"line 4 of {path} has {value} where all others lie in 0 to 255: mend that line" in refused(path)
    pixels = np.random.default_rng(1).integers(0, 256, (200, 64))
    pixels[[7, 9, 9], [3, 5, 6]] = value
    told = refused(write(tmp_path / "large.csv", pixels, ["a", "b"] * 100))
    assert f"line 9 of {tmp_path / 'large.csv'} has {value} where" in told and "and so have 2 more values" in told


@pytest.mark.parametrize(
    "pixels",
    [
        np.random.default_rng(0).normal(0, 90, (40, 16)).round(),  # standardised
        np.random.default_rng(0).integers(0, 65536, (40, 16)),  # 16 bits
        np.where(np.arange(640).reshape(40, 16) == 77, -9, np.arange(640).reshape(40, 16) % 10),  # not of bytes
        np.where(np.arange(640).reshape(40, 16) == 77, 300.0, np.arange(640).reshape(40, 16) / 4),
    ],
    ids=["standardised", "16 bits", "small counts", "fractions"],
)
def test_other_ranges_are_no_mistakes(tmp_path, pixels):
    assert len(open_source(write(tmp_path / "set.csv", pixels, ["a", "b"] * 20))) == 40


def test_blank_lines_are_skipped_and_counted(tmp_path):
    path = write(tmp_path / "set_train.csv")
    write(tmp_path / "set_test.csv")
    for file in tmp_path.iterdir():
        file.write_text("\n \n" + file.read_text().replace("\n", "\n\n"))
    source = open_source(path)
    np.testing.assert_array_equal(source.images, np.concatenate([PIXELS, PIXELS]).reshape(12, 4, 4, 1))
    damaged(path, 9, lambda line: line[:30])
    assert f"line 9 of {path} has" in refused(path)


def damaged(path: Path, line: int, change) -> Path:
    lines = path.read_text().splitlines()
    lines[line - 1] = change(lines[line - 1])
    path.write_text("\n".join(lines))
    return path


BAD = {
    "cut off": (lambda line: line[:30], "line 4 of "),
    "too long": (lambda line: line + ",3", "has 18 columns, expected 17: the file is cut off or damaged there"),
    "no number": (lambda line: line.rpartition(",")[0] + ",x", '"x" in column 17: expected a number'),
    "not finite": (lambda line: line.rpartition(",")[0] + ",nan", "1 of 6 pictures hold NaN"),
    "empty value": (lambda line: line.rpartition(",")[0] + ",", '"" in column 17'),
    "no label": (lambda line: line[line.index(",") :], "has no label"),
}


@pytest.mark.parametrize(("change", "part"), BAD.values(), ids=BAD)
def test_damaged(tmp_path, change, part):
    assert part in refused(damaged(write(tmp_path / "set.csv"), 4, change))


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "is empty"),
        ("\ufeff\n \n", "is empty"),
        ("label\n1\n", "single column"),
        ("label,pixel0\n", "no lines below its first"),
        ("a,b\n1,2\n", 'has the columns "a", "b": expected label and one a pixel, or path and label'),
        ("\x89PNG\0\0", "single column"),
    ],
)
def test_tables_that_are_none(tmp_path, text, part):
    (tmp_path / "set.csv").write_text(text, encoding="utf-8")
    assert part in refused(tmp_path / "set.csv")


SHAPES = st.tuples(st.integers(1, 5), st.integers(1, 4).map(lambda side: side * side))


@settings(max_examples=30, deadline=None)
@given(SHAPES.flatmap(lambda shape: arrays.arrays(np.uint8, shape)), st.booleans(), st.data())
def test_what_is_written_is_read(pixels, has_names, data):
    from pellucid.images.readers.pixel_table import open_pixel_table

    labels = data.draw(st.lists(st.integers(0, 99).map(str), min_size=len(pixels), max_size=len(pixels)))
    with tempfile.TemporaryDirectory() as folder:
        source = open_pixel_table(write(Path(folder, "set.csv"), pixels, labels, None if has_names else []))
    np.testing.assert_array_equal(source.images.reshape(len(pixels), -1), pixels)
    assert [source.classes[label] for label in source.labels] == labels
