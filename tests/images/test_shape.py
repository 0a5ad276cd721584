import dataclasses

import numpy as np
import pytest
from PIL import Image

from pellucid.errors import DataError, RecipeError
from pellucid.images import Source, bulk, choose_shape


def files(folder, pictures) -> Source:
    """A source of the given Pillow images, saved as PNG."""
    for index, image in enumerate(pictures):
        image.save(folder / f"{index}.png")
    paths = tuple(f"{index}.png" for index in range(len(pictures)))
    return Source("test", str(folder), paths, np.zeros(len(paths), np.int64), ("a",), "none", root=folder)


def arrays(*shape) -> Source:
    return Source("test", "test.npz", ("0", "1"), np.array([0, 1]), ("a", "b"), "none", images=np.zeros(shape, np.uint8))


def images(mode, *sizes):
    return [Image.new(mode, size) for size in sizes]


def test_a_common_small_size_is_kept(tmp_path):
    assert choose_shape(files(tmp_path, images("RGB", (28, 20), (28, 20)))) == (20, 28, 3)


@pytest.mark.parametrize("sizes", [((28, 28), (28, 27)), ((65, 10), (65, 10)), ((300, 300),)])
def test_other_sizes_become_64(tmp_path, sizes):
    assert choose_shape(files(tmp_path, images("RGB", *sizes))) == (64, 64, 3)


@pytest.mark.parametrize("mode", ["1", "L", "LA", "I;16"])
def test_grey_if_no_picture_has_colour(tmp_path, mode):
    grey = images(mode, *[(9, 9)] * 20)
    assert choose_shape(files(tmp_path, grey)) == (9, 9, 1)
    assert choose_shape(files(tmp_path, [*grey, Image.new("RGB", (9, 9))])) == (9, 9, 3)


def test_settings_decide(tmp_path):
    source = files(tmp_path, images("RGB", (300, 200)))
    assert choose_shape(source, size=90) == (90, 90, 3)
    assert choose_shape(source, size=(90, 60), channels="grey") == (90, 60, 1)
    assert choose_shape(source, size=[90, 60], channels="rgb") == (90, 60, 3)
    assert choose_shape(source, channels="grey") == (64, 64, 1)


def test_no_header_is_read_when_all_is_settled(tmp_path):
    source = dataclasses.replace(files(tmp_path, []), paths=("missing.png",))
    assert choose_shape(source, size=10, channels="grey") == (10, 10, 1)


def test_no_more_headers_are_read_than_decide(tmp_path, monkeypatch):
    source = files(tmp_path, images("RGB", (90, 90)))
    source = dataclasses.replace(source, paths=source.paths * 10_000)
    opened = []
    read_header = bulk.read_header
    monkeypatch.setattr(bulk, "read_header", lambda file: opened.append(file) or read_header(file))
    assert choose_shape(source) == (64, 64, 3)
    assert len(opened) < 5_000


def test_broken_files_are_passed_over(tmp_path):
    source = files(tmp_path, images("L", (12, 10), (12, 10)))
    (tmp_path / "0.png").write_bytes(b"")
    assert choose_shape(source) == (10, 12, 1)
    (tmp_path / "1.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"none of the 2 pictures can be read; .*0.png: empty file"):
        choose_shape(source)


def test_arrays_keep_their_shape():
    assert choose_shape(arrays(2, 28, 20, 1)) == (28, 20, 1)
    assert choose_shape(arrays(2, 28, 20, 3), size=10, channels="grey") == (10, 10, 1)
    assert choose_shape(arrays(2, 30)) == (30,)
    with pytest.raises(RecipeError, match="rows of 30 numbers"):
        choose_shape(arrays(2, 30), size=8)


@pytest.mark.parametrize("settings", [{"size": 0}, {"size": (1, 2, 3)}, {"size": (8.0, 8)}, {"channels": "blue"}])
def test_settings_that_make_no_sense(settings):
    with pytest.raises(RecipeError, match=r"unknown (size|channels)"):
        choose_shape(arrays(2, 8, 8, 1), **settings)
