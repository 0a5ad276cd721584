import gzip
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from pellucid.errors import DataError
from pellucid.images import open_source
from pellucid.images.readers.idx import is_idx_name, open_idx
from tests.images.readers.published import idx_bytes, write_mnist


def refused(path) -> str:
    with pytest.raises(DataError) as raised:
        open_source(path)
    assert "\n" not in str(raised.value)
    return str(raised.value)


@pytest.mark.parametrize("compressed", [True, False])
def test_folder_of_four_files(tmp_path, compressed):
    images, labels = write_mnist(tmp_path / "digits", compressed=compressed)
    source = open_source(tmp_path / "digits")
    np.testing.assert_array_equal(source.images[..., 0], images)
    np.testing.assert_array_equal(source.labels, labels)
    assert source.images.dtype == np.uint8 and source.images.flags.c_contiguous and source.value_range == (0, 255)
    assert source.split.tolist() == ["train"] * 20 + ["test"] * 10
    assert (source.name, source.classes) == ("digits", ("0", "1", "2"))
    assert (source.paths[19], source.paths[20]) == ("train[19]", "test[0]")
    end = ".gz" if compressed else ""
    expected = f"the numbers in train-labels-idx1-ubyte{end}, t10k-labels-idx1-ubyte{end}"
    assert source.label_rule == f'{expected}: "0" (7+3), "1" (7+3), "2" (6+4)'


@pytest.mark.parametrize("name", ["train-images-idx3-ubyte", "t10k-labels-idx1-ubyte"])
def test_one_file_brings_the_others(tmp_path, name):
    write_mnist(tmp_path, compressed=False)
    assert len(open_source(tmp_path / name)) == 30


def test_a_pair_without_parts_is_not_split(tmp_path):
    write_mnist(tmp_path, compressed=False)
    for kind in ("images-idx3", "labels-idx1"):
        (tmp_path / f"train-{kind}-ubyte").rename(tmp_path / f"mine.{kind}-ubyte")
        (tmp_path / f"t10k-{kind}-ubyte").unlink()
    source = open_source(tmp_path / "mine.images-idx3-ubyte")
    assert source.split is None and len(source) == 20
    assert source.paths[7] == "mine[7]"


def test_a_pair_without_a_part_beside_a_test_part_trains(tmp_path):
    write_mnist(tmp_path, compressed=False)
    for kind in ("images-idx3", "labels-idx1"):
        (tmp_path / f"train-{kind}-ubyte").rename(tmp_path / f"{kind}-ubyte")
    source = open_source(tmp_path)
    assert sorted(set(source.split)) == ["test", "train"] and np.count_nonzero(source.split == "train") == 20


def test_uncompressed_files_win_over_compressed(tmp_path):
    write_mnist(tmp_path, train=8)
    write_mnist(tmp_path, train=20, compressed=False)
    assert len(open_source(tmp_path)) == 30


def test_several_data_sets_in_one_folder(tmp_path):
    write_mnist(tmp_path, prefix="emnist-letters-")
    write_mnist(tmp_path, prefix="emnist-digits-", test=4)
    assert 'idx files of several data sets, "emnist-digits-", "emnist-letters-"' in refused(tmp_path)
    assert len(open_source(tmp_path / "emnist-digits-train-images-idx3-ubyte.gz")) == 24


@pytest.mark.parametrize(
    ("name", "yes"),
    [
        ("train-images-idx3-ubyte.gz", True),
        ("t10k-labels.idx1-ubyte", True),
        ("emnist-letters-test-images-idx3-ubyte.gz", True),
        ("images.png", False),
        ("idx3.gz", False),
    ],
)
def test_names(name, yes):
    assert is_idx_name(name) == yes


def test_classes_are_chosen(tmp_path):
    images, labels = write_mnist(tmp_path)
    source = open_source(tmp_path, classes=["2", "0"])
    assert source.classes == ("2", "0")
    np.testing.assert_array_equal(source.images[..., 0], images[labels != 1])


DAMAGE = {
    "cut off": (lambda content: content[:-3], "597 bytes of values, expected 600 for 20 x 6 x 5"),
    "too long": (lambda content: content + b"123", "603 bytes of values, expected 600"),
    "no header": (lambda content: content[:7], "damaged or cut off"),
    "empty": (lambda content: b"", "no idx file: it begins with nothing"),
    "wrong magic": (lambda content: b"\0\1" + content[2:], "no idx file: it begins with 00 01 08 03"),
    "wrong type": (lambda content: b"\0\0\7" + content[3:], "no idx file"),
    "huge": (lambda content: content[:4] + b"\xff" * 12 + content[16:], "damaged or cut off"),
}


@pytest.mark.parametrize(("damage", "part"), DAMAGE.values(), ids=DAMAGE)
@pytest.mark.parametrize("compressed", [True, False])
def test_damaged(tmp_path, damage, part, compressed):
    write_mnist(tmp_path, compressed=False)
    file = tmp_path / "train-images-idx3-ubyte"
    content = damage(file.read_bytes())
    file.unlink()
    if compressed:
        file, content = file.with_name(file.name + ".gz"), gzip.compress(content)
    file.write_bytes(content)
    message = refused(tmp_path)
    assert str(file) in message and part in message


@pytest.mark.parametrize(
    "damage", [lambda content: content[:-30], lambda content: content[:50] + b"\0" * 30 + content[80:], lambda _: b"PK\3\4"]
)
def test_damaged_compression(tmp_path, damage):
    write_mnist(tmp_path)
    file = tmp_path / "train-images-idx3-ubyte.gz"
    file.write_bytes(damage(file.read_bytes()))
    assert str(file) in (message := refused(tmp_path)) and "damaged" in message


def test_counts_that_differ(tmp_path):
    write_mnist(tmp_path, compressed=False)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes(idx_bytes(np.zeros(19, np.uint8)))
    assert 'has 20 pictures, "train-labels-idx1-ubyte" has 19 labels' in refused(tmp_path)


def test_pictures_in_the_place_of_labels(tmp_path):
    write_mnist(tmp_path, compressed=False)
    (tmp_path / "train-labels-idx1-ubyte").write_bytes((tmp_path / "train-images-idx3-ubyte").read_bytes())
    assert "expected whole numbers (N,)" in refused(tmp_path)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx_bytes(np.zeros(20, np.uint8)))
    assert "expected pictures (N, H, W)" in refused(tmp_path)


def test_a_file_of_no_pictures(tmp_path):
    write_mnist(tmp_path, compressed=False)
    (tmp_path / "train-images-idx3-ubyte").write_bytes(idx_bytes(np.zeros((0, 6, 5), np.uint8)))
    assert "train-images-idx3-ubyte (0, 6, 5) holds no pictures" in refused(tmp_path)


def test_no_labels_beside(tmp_path):
    write_mnist(tmp_path)
    (tmp_path / "t10k-labels-idx1-ubyte.gz").unlink()
    message = refused(tmp_path)
    assert "no labels beside" in message and message.endswith("expected a file t10k-labels-idx1-ubyte.gz")


def test_a_name_without_a_partner(tmp_path):
    (tmp_path / "pictures.idx").write_bytes(idx_bytes(np.zeros((4, 2, 2), np.uint8)))
    assert "idx files come in pairs" in refused(tmp_path / "pictures.idx")


def test_parts_of_different_shape(tmp_path):
    write_mnist(tmp_path, compressed=False)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx_bytes(np.zeros((10, 5, 5), np.uint8)))
    assert "different shapes" in refused(tmp_path)


SHAPES = st.tuples(st.integers(2, 6), st.integers(1, 4), st.integers(1, 4))
DTYPES = st.sampled_from([np.uint8, np.int8, np.int16, np.int32, np.float32, np.float64])


@settings(max_examples=40, deadline=None)
@given(st.data(), DTYPES, SHAPES, st.booleans())
def test_what_is_written_is_read(data, dtype, shape, compressed):
    elements = {"allow_nan": False, "allow_infinity": False, "width": 16} if np.dtype(dtype).kind == "f" else None
    images = data.draw(arrays.arrays(dtype, shape, elements=elements and st.floats(**elements)))
    labels = data.draw(arrays.arrays(np.uint8, shape[0]))
    with tempfile.TemporaryDirectory() as folder:
        for kind, values in (("images-idx3", images), ("labels-idx1", labels)):
            content = idx_bytes(values)
            name = f"train-{kind}-ubyte" + ".gz" * compressed
            Path(folder, name).write_bytes(gzip.compress(content) if compressed else content)
        source = open_idx(Path(folder))
    np.testing.assert_array_equal(source.images[..., 0], images.astype(np.uint8 if dtype == np.uint8 else np.float32))
    assert [source.classes[label] for label in source.labels] == [str(label) for label in labels]
