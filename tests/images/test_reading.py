import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pellucid.errors import DataError
from pellucid.images import InputSpec, Source, bulk, choose_shape, open_source, read
from pellucid.images.decode import decode


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def source(tmp_path) -> Source:
    """40 pictures of two classes, JPEG and PNG, in three sizes."""
    rng = np.random.default_rng(0)
    paths = []
    for index in range(40):
        suffix = "jpg" if index % 4 else "png"
        size = [(40, 30), (30, 40), (16, 16)][index % 3]
        paths.append(f"{index}.{suffix}")
        pixels = rng.integers(0, 256, (*size[::-1], 3), dtype=np.uint8)
        Image.fromarray(pixels).save(tmp_path / paths[-1])
    return Source(
        "test",
        str(tmp_path),
        tuple(paths),
        np.arange(40) % 2,
        ("cat", "dog"),
        "by hand",
        root=tmp_path,
        split=np.array(["train", "test"] * 20),
        groups=np.arange(40) // 4,
        ignored={".MOV": 2},
    )


def breaks(source, *indices):
    for index in indices:
        (source.root / source.paths[index]).write_bytes(b"")


def test_pictures_facts_and_labels(source):
    dataset = read(source, (12, 10, 3), fit="crop")
    assert dataset.images.shape == (40, 12, 10, 3)
    assert dataset.images.dtype == np.uint8
    for index, path in enumerate(source.paths):
        np.testing.assert_array_equal(dataset.images[index], decode(source.root / path, (12, 10, 3), "crop"))
    assert dataset.paths == source.paths
    assert dataset.sizes == {(40, 30): 14, (30, 40): 13, (16, 16): 13}
    assert dataset.formats == {"JPEG": 30, "PNG": 10}
    assert dataset.value_range == (0.0, 255.0)
    assert dataset.broken == ()
    assert (dataset.name, dataset.location, dataset.classes) == ("test", str(source.root), ("cat", "dog"))
    assert (dataset.label_rule, dataset.ignored) == ("by hand", {".MOV": 2})
    np.testing.assert_array_equal(dataset.labels, source.labels)
    np.testing.assert_array_equal(dataset.groups, source.groups)


@pytest.mark.parametrize("cache", [True, False])
def test_training_and_prediction_see_the_same_bits(source, cache):
    spec = InputSpec((12, 10, 1), fit="pad")
    for _ in range(2):
        dataset = read(source, spec.shape, fit=spec.fit, cache=cache)
        trained = np.empty((40, 12, 10, 1), np.float32)
        spec.normalise(dataset.images, trained)
        np.testing.assert_array_equal(spec.prepare([source.root / path for path in source.paths]), trained)


def test_broken_files_are_left_out_and_named(source):
    breaks(source, 3, 17)
    dataset = read(source, (8, 8, 3))
    kept = np.delete(np.arange(40), [3, 17])
    assert dataset.broken == (("3.jpg", "empty file (0 bytes)"), ("17.jpg", "empty file (0 bytes)"))
    assert dataset.paths == tuple(source.paths[index] for index in kept)
    for name in ("labels", "split", "groups"):
        np.testing.assert_array_equal(getattr(dataset, name), getattr(source, name)[kept])
    np.testing.assert_array_equal(dataset.images[3], decode(source.root / "4.png", (8, 8, 3)))


def test_broken_files_add_to_those_known_before(source):
    breaks(source, 0)
    known = dataclasses.replace(source, broken=(("x.jpg", "odd name"),))
    assert read(known, (8, 8, 3)).broken == (("x.jpg", "odd name"), ("0.png", "empty file (0 bytes)"))


def test_too_many_broken_files(source):
    breaks(source, 0, 1, 2, 3)
    for _ in range(2):  # from the cache too
        with pytest.raises(DataError) as caught:
            read(source, (8, 8, 3))
        message = str(caught.value)
        assert "4 of 40 pictures are broken, 10.0 % where 5.0 % may be: 0.png: empty file (0 bytes); 1.jpg:" in message
        assert "and 1 more" in message and "--allow-broken" in message
    assert len(read(source, (8, 8, 3), max_broken=0.1)) == 36


def test_every_file_of_a_class_broken(source):
    breaks(source, *range(1, 40, 2))
    with pytest.raises(DataError, match=r"every picture of class 'dog' is broken: 1.jpg: empty"):
        read(source, (8, 8, 3), max_broken=1.0)


def test_every_file_broken(source):
    breaks(source, *range(40))
    for cache in (True, True, False):
        with pytest.raises(DataError, match="every picture of class 'cat' is broken"):
            read(source, (8, 8, 3), cache=cache)


def test_a_class_without_pictures_is_not_a_broken_one(source):
    breaks(source, 0)
    assert len(read(dataclasses.replace(source, classes=("cat", "dog", "bird")), (8, 8, 3))) == 39


def test_progress_counts_every_picture(source):
    counts = []
    read(source, (8, 8, 3), progress=counts.append)
    assert sum(counts) == 40 and len(counts) > 1
    counts.clear()
    read(source, (8, 8, 3), progress=counts.append)
    assert sum(counts) == 40


def test_an_error_in_the_callers_progress_ends_the_reading(source):
    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(source, (8, 8, 3), progress=stop)
    assert len(read(source, (8, 8, 3))) == 40


@settings(max_examples=20, deadline=None)
@given(broken=st.sets(st.integers(0, 29), max_size=20), chunk=st.integers(1, 9))
def test_rows_and_labels_stay_together_whatever_is_broken(tmp_path_factory, broken, chunk):
    folder = tmp_path_factory.mktemp("pictures")
    for index in range(30):
        image = Image.new("L", (3, 3), index)
        image.save(folder / f"{index}.png")
        if index in broken:
            (folder / f"{index}.png").write_bytes(b"no")
    labels = np.r_[np.arange(30) % 2, 0, 1]
    for index in (30, 31):
        Image.new("L", (3, 3), index).save(folder / f"{index}.png")
    source = Source("t", "t", tuple(f"{k}.png" for k in range(32)), labels, ("a", "b"), "", root=folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bulk, "_CHUNK", chunk)
        for cache in (False, folder / "cache", folder / "cache"):
            dataset = read(source, (3, 3, 1), max_broken=1.0, cache=cache)
            kept = np.array([index for index in range(32) if index not in broken])
            np.testing.assert_array_equal(dataset.images[:, 0, 0, 0], kept)
            np.testing.assert_array_equal(dataset.labels, kept % 2)
            assert {int(path.removesuffix(".png")) for path, _ in dataset.broken} == broken


def test_arrays_pass_through(source):
    images = np.random.default_rng(0).integers(0, 17, (40, 8, 8, 1), dtype=np.uint8)
    held = dataclasses.replace(source, root=None, images=images, value_range=(0.0, 16.0))
    dataset = read(held, (8, 8, 1))
    assert dataset.images is images
    assert (dataset.sizes, dataset.formats, dataset.value_range) == ({(8, 8): 40}, {}, (0.0, 16.0))
    assert read(held, (16, 12, 3)).images.shape == (40, 16, 12, 3)


def test_feature_rows_pass_through(source):
    rows = np.random.default_rng(0).random((40, 5), dtype=np.float32)
    dataset = read(dataclasses.replace(source, root=None, images=rows), (5,))
    assert dataset.images is rows
    assert dataset.sizes == {}


def test_files_cannot_become_feature_rows(source):
    with pytest.raises(DataError, match=r"holds picture files, expected rows \(5,\)"):
        read(source, (5,))


@pytest.mark.parametrize(
    ("name", "count", "shape", "format"),
    [("rabbits-cats", 1600, (64, 64, 3), "JPEG"), ("catnoncat_dataset", 259, (64, 64, 3), "PNG")],
)
def test_real_pictures(real_data, name, count, shape, format):
    source = open_source(real_data / name)
    assert choose_shape(source) == shape
    dataset = read(source, shape, cache=False)
    assert len(dataset) >= count
    assert dataset.broken == ()
    assert dataset.formats == {format: len(dataset)}
    assert sum(dataset.sizes.values()) == len(dataset)
    assert dataset.images.std() > 40
