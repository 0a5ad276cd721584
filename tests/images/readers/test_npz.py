import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pellucid.errors import DataError, RecipeError
from pellucid.images.source import Source
from pellucid.images.source_opening import open_source

IMAGES = np.random.default_rng(0).integers(0, 256, (6, 5, 4), dtype=np.uint8)
LABELS = np.array([0, 1, 2, 0, 1, 2])


@pytest.fixture
def saved(tmp_path):
    def save(keys=None, classes=None, **arrays) -> Source:
        np.savez(tmp_path / "set.npz", **arrays)
        return open_source(tmp_path / "set.npz", keys=keys, classes=classes)

    return save


@pytest.fixture
def refused(saved):
    def message(error=DataError, **arguments) -> str:
        with pytest.raises(error) as raised:
            saved(**arguments)
        assert "\n" not in str(raised.value)
        return str(raised.value)

    return message


def test_keras(saved):
    source = saved(x_train=IMAGES, y_train=LABELS[:, None], x_test=IMAGES[:3], y_test=LABELS[:3])
    assert source.images.shape == (9, 5, 4, 1) and source.images.dtype == np.uint8
    assert source.labels.tolist() == [0, 1, 2, 0, 1, 2, 0, 1, 2] and source.labels.dtype == np.int64
    assert source.classes == ("0", "1", "2")
    assert source.split.tolist() == ["train"] * 6 + ["test"] * 3
    assert (source.paths[5], source.paths[6]) == ("x_train[5]", "x_test[0]")
    assert source.label_rule == 'the labels in y_train, y_test: "0" (2+1), "1" (2+1), "2" (2+1)'
    assert source.name == "set"
    assert source.value_range == (0, 255)


def test_medmnist(saved):
    parts = {"train": 6, "val": 3, "test": 3}
    arrays = {f"{part}_images": IMAGES[:n] for part, n in parts.items()}
    source = saved(**arrays, **{f"{part}_labels": LABELS[:n, None].astype(np.uint8) for part, n in parts.items()})
    assert source.split.tolist() == ["train"] * 6 + ["validation"] * 3 + ["test"] * 3


def test_scikit_learn(saved):
    rows = IMAGES.reshape(6, 20) / 16.0
    source = saved(data=rows, target=LABELS, target_names=np.array(["setosa", "virginica", "versicolor"]))
    assert source.images.shape == (6, 20) and source.images.dtype == np.float32
    assert source.classes == ("setosa", "versicolor", "virginica")
    assert [source.classes[label] for label in source.labels[:3]] == ["setosa", "virginica", "versicolor"]
    assert source.value_range == (rows.min(), rows.max())
    assert source.split is None
    assert saved(data=rows, images=IMAGES, target=LABELS).images.ndim == 4


@pytest.mark.parametrize(("x", "y"), [("x", "y"), ("X", "y"), ("images", "labels"), ("X_train", "y_train")])
def test_other_usual_names(saved, x, y):
    assert len(saved(**{x: IMAGES, y: LABELS})) == 6


def test_named_keys(saved, refused):
    source = saved(pixels=IMAGES, kind=LABELS, x=IMAGES[:2], y=LABELS[:2], keys={"x": "pixels", "y": "kind"})
    assert len(source) == 6 and source.paths[0] == "pixels[0]"
    message = refused(pixels=IMAGES, kind=LABELS, keys={"x": "pixel", "y": "kind"})
    assert 'no array "pixel"' in message and "pixels (6, 5, 4), kind (6,)" in message
    assert "keys must name" in refused(pixels=IMAGES, keys={"x": "pixels"}, error=RecipeError)


def test_unknown_keys(refused):
    message = refused(pixels=IMAGES, kind=LABELS)
    assert "pixels (6, 5, 4), kind (6,)" in message and 'keys = {x = "...", y = "..."}' in message
    assert "name them with --keys x=images,y=labels" in message
    assert refused().endswith("set.npz holds no arrays: expected pictures and labels, as x_train and y_train")
    assert "x (0, 8, 8) holds no pictures" in refused(x=np.zeros((0, 8, 8)), y=np.zeros(0))
    assert "no pictures with labels" in refused(x_test=IMAGES, y_test=LABELS)


@pytest.mark.parametrize(
    "y",
    [
        np.eye(3)[LABELS],
        np.eye(3, dtype=bool)[LABELS],
        LABELS.astype(float),
        LABELS.astype(np.uint8)[:, None],
        np.array(["0", "1", "2"])[LABELS],
        np.array([b"0", b"1", b"2"])[LABELS],
    ],
)
def test_every_way_to_write_labels(saved, y):
    source = saved(x=IMAGES, y=y)
    assert source.classes == ("0", "1", "2")
    np.testing.assert_array_equal(source.labels, LABELS)


def test_labels_with_gaps_and_text(saved):
    assert saved(x=IMAGES, y=LABELS * 10 + 3).classes == ("3", "13", "23")
    assert saved(x=IMAGES, y=np.array(["été", "a", "a", "été", "b", "b"])).classes == ("a", "b", "été")
    assert saved(x=IMAGES, y=LABELS > 0).classes == ("False", "True")


def test_chosen_classes(saved):
    source = saved(x=IMAGES, y=LABELS, classes=["2", "0"])
    np.testing.assert_array_equal(source.images[..., 0], IMAGES[[0, 2, 3, 5]])
    assert source.labels.tolist() == [1, 0, 1, 0]
    assert source.paths == ("x[0]", "x[2]", "x[3]", "x[5]")


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        ((6, 5, 4), (6, 5, 4, 1)),
        ((6, 5, 4, 3), (6, 5, 4, 3)),
        ((6, 3, 5, 4), (6, 5, 4, 3)),
        ((6, 1, 5, 4), (6, 5, 4, 1)),
        ((6, 3, 5, 3), (6, 3, 5, 3)),
        ((6, 60), (6, 60)),
    ],
)
def test_layouts(saved, shape, expected):
    x = np.random.default_rng(1).random(shape)
    source = saved(x=x, y=LABELS)
    assert source.images.shape == expected
    assert source.images.flags.c_contiguous and source.images.dtype == np.float32
    axes = (0, 2, 3, 1) if expected != shape and len(shape) == 4 else range(len(shape))
    np.testing.assert_array_equal(source.images.ravel(), x.transpose(*axes).astype(np.float32).ravel())


@pytest.mark.parametrize(
    ("values", "dtype", "expected"),
    [
        ([0, 7], np.uint8, (0, 255)),
        ([0, 1], bool, (0, 1)),
        ([0, 1], np.float32, (0, 1)),
        ([-1, 0.5], np.float64, (-1, 1)),
        ([0, 16], np.float64, (0, 16)),
        ([0, 16], np.int64, (0, 16)),
        ([0, 15.5], np.float64, (0, 255)),
        ([0, 200], np.int32, (0, 255)),
        ([0, 4095], np.uint16, (0, 65535)),
        ([-3, 3], np.float64, (-3, 3)),
        ([-3, -3], np.float64, (-3, -2)),
    ],
)
def test_value_range(saved, values, dtype, expected):
    source = saved(x=np.resize(np.array(values, dtype), (6, 2, 2)), y=LABELS)
    assert source.value_range == expected
    assert source.images.dtype == (np.uint8 if dtype in (np.uint8, bool) else np.float32)


@pytest.mark.parametrize(
    ("arrays", "problem"),
    [
        ({"x": IMAGES, "y": LABELS[:5]}, "x (6, 5, 4) and y (5,) do not fit"),
        ({"x": IMAGES, "y": np.array(3)}, "do not fit"),
        ({"x": IMAGES[0, 0], "y": LABELS[:4]}, "x has shape (4,)"),
        ({"x": IMAGES[:0], "y": LABELS[:0]}, "x (0, 5, 4) holds no pictures"),
        ({"x": np.zeros((6, 5, 4, 2)), "y": LABELS}, "expected 1 or 3 channels"),
        ({"x": np.zeros((6, 1, 5, 4, 3)), "y": LABELS}, "x has shape (6, 1, 5, 4, 3)"),
        ({"x": np.full((6, 2, 2), np.nan), "y": LABELS}, "6 of 6 pictures hold NaN"),
        ({"x": np.where(np.arange(6) == 4, np.inf, 0)[:, None], "y": LABELS}, "the first is number 4"),
        ({"x": np.full((6, 2, 2), 1e300), "y": LABELS}, "infinite"),
        ({"x": np.full((6, 2, 2), 1j), "y": LABELS}, "type complex128"),
        ({"x": np.full((6, 2), "a"), "y": LABELS}, "type <U1"),
        ({"x": IMAGES, "y": LABELS / 2}, "y of type float64 holds no class labels"),
        ({"x": IMAGES, "y": np.full(6, np.nan)}, "no class labels"),
        ({"x": IMAGES, "y": np.ones((6, 3))}, "not one-hot"),
        ({"x": IMAGES, "y": np.zeros((6, 3))}, "not one-hot"),
        ({"x": IMAGES, "y": np.zeros((6, 3, 2))}, "y has shape (6, 3, 2)"),
        ({"x": IMAGES, "y": LABELS, "target_names": np.array(["a", "b"])}, "do not fit 2 class names"),
        ({"x": IMAGES, "y": np.zeros(6, int)}, "its labels must name two or more"),
        ({"x": IMAGES, "y": LABELS.astype(object)}, "y in"),
        ({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES[:, :4], "y_test": LABELS}, "x_test (6, 4, 4)"),
        ({"x_train": IMAGES, "y_train": LABELS, "x_test": IMAGES, "y_test": LABELS + 1}, 'class "3" has 2 pictures'),
    ],
)  # fmt: skip
def test_arrays_that_cannot_be_used(refused, arrays, problem):
    assert problem in refused(**arrays)


def test_pickles_are_not_loaded(tmp_path, refused):
    class Bomb:
        def __reduce__(self):
            return (tmp_path.joinpath("bang").mkdir, ())

    message = refused(x=IMAGES, y=np.array([Bomb()] * 6))
    assert "never loaded" in message and "dtype=str" in message
    assert not (tmp_path / "bang").exists()


@pytest.mark.parametrize("content", [b"", b"hello", b"PK\x03\x04", b"\x80\x04N."])
def test_no_npz_at_all(tmp_path, content):
    (tmp_path / "set.npz").write_bytes(content)
    with pytest.raises(DataError, match=r"is no \.npz file"):
        open_source(tmp_path / "set.npz")


def test_a_single_array(tmp_path):
    np.save(tmp_path / "set.npy", IMAGES)
    (tmp_path / "set.npy").rename(tmp_path / "set.npz")
    with pytest.raises(DataError, match="one unnamed array"):
        open_source(tmp_path / "set.npz")


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_damaged_files_are_data_errors_or_still_right(tmp_path_factory, data):
    """Cut a file off anywhere, or change any byte: nothing but DataError, or the same pictures."""
    path = tmp_path_factory.mktemp("npz") / "set.npz"
    save = data.draw(st.sampled_from([np.savez, np.savez_compressed]))
    save(path, x=IMAGES, y=LABELS)
    content = bytearray(path.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    if data.draw(st.booleans()):
        del content[at:]
    else:
        content[at] ^= data.draw(st.integers(1, 255))
    path.write_bytes(content)
    try:
        source = open_source(path)
    except DataError as error:
        assert "\n" not in str(error)
    else:
        np.testing.assert_array_equal(source.images[..., 0], IMAGES)
        np.testing.assert_array_equal(source.labels, LABELS)
