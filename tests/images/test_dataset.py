import dataclasses

import numpy as np
import pytest

from pellucid.images import dataset as module
from pellucid.images.dataset import Dataset


def make(**changes) -> Dataset:
    images = np.arange(5 * 2 * 2 * 3, dtype=np.uint8).reshape(5, 2, 2, 3)
    whole = Dataset("toy", "toy/", images, np.array([0, 1, 1, 0, 1]), ("cat", "dog"), tuple("abcde"))
    return dataclasses.replace(whole, **changes)


def test_counts():
    assert make().counts() == {"cat": 2, "dog": 3}
    assert make().counts(np.array([1, 2])) == {"cat": 0, "dog": 2}
    assert len(make()) == 5


def test_pictures_or_rows():
    assert make().is_pictures
    assert not make(images=np.zeros((5, 7), np.float32)).is_pictures


@pytest.mark.parametrize(
    "changes",
    [
        {"images": make().images + 1},
        {"images": make().images.reshape(5, 2, 3, 2)},
        {"images": make().images.astype(np.float32)},
        {"labels": np.array([0, 1, 1, 1, 1])},
        {"classes": ("dog", "cat")},
    ],
)
def test_hash_sees_every_change(changes):
    assert make(**changes).content_hash() != make().content_hash()


def test_hash_does_not_see_how_the_data_lies_in_memory(tmp_path, monkeypatch):
    images = np.linspace(0, 1, 60, dtype=np.float32).reshape(5, 2, 2, 3)
    expected = make(images=images).content_hash()
    np.save(tmp_path / "images.npy", images)
    mapped = np.load(tmp_path / "images.npy", mmap_mode="r")
    assert make(images=mapped).content_hash() == expected
    assert make(images=images.astype(">f4")).content_hash() == expected
    assert make(images=np.asfortranarray(images), labels=make().labels.astype(np.int32)).content_hash() == expected
    monkeypatch.setattr(module, "_CHUNK_BYTES", 100)
    assert make(images=images).content_hash() == expected


def test_repr_is_short():
    assert len(repr(make(paths=tuple(map(str, range(10_000)))))) < 400
