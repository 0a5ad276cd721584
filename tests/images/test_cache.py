import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from pellucid.images import Source, bulk, cache, read
from pellucid.images.cache import cache_folder


@pytest.fixture
def folder(tmp_path) -> Path:
    return tmp_path / "kept"


@pytest.fixture
def source(tmp_path) -> Source:
    rng = np.random.default_rng(0)
    (tmp_path / "photos").mkdir()
    for index in range(20):
        Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8)).save(tmp_path / "photos" / f"{index}.png")
    (tmp_path / "photos" / "7.png").write_bytes(b"broken")
    paths = tuple(f"{index}.png" for index in range(20))
    return Source("test", "test", paths, np.arange(20) % 2, ("a", "b"), "", root=tmp_path / "photos")


@pytest.fixture
def decoded(monkeypatch) -> list:
    """The files decoded so far."""
    files = []
    real = bulk.decode_with_header
    monkeypatch.setattr(bulk, "decode_with_header", lambda file, *rest: files.append(file) or real(file, *rest))
    return files


def same(one, other):
    np.testing.assert_array_equal(one.images, other.images)
    for name in ("paths", "broken", "sizes", "formats"):
        assert getattr(one, name) == getattr(other, name)


def test_a_second_run_decodes_nothing(source, folder, decoded):
    first = read(source, (6, 5, 3), cache=folder)
    assert len(decoded) == 20
    second = read(source, (6, 5, 3), cache=folder)
    assert len(decoded) == 20
    same(first, second)
    same(first, read(source, (6, 5, 3), cache=False))
    assert second.broken[0][0] == "7.png"
    assert isinstance(second.images, np.memmap)
    assert not second.images.flags.writeable


def test_the_users_folder_is_used_unless_cache_is_false(source, folder, decoded, monkeypatch):
    monkeypatch.setenv("PELLUCID_CACHE", str(folder))
    read(source, (6, 5, 3), cache=False)
    assert not folder.exists()
    read(source, (6, 5, 3))
    read(source, (6, 5, 3))
    assert len(decoded) == 40
    assert {file.suffix for file in (folder / "pictures").iterdir()} == {".npy", ".json"}


def touch(source):
    os.utime(source.root / "3.png", (1, 1))


def rewrite(source):
    status = os.stat(source.root / "3.png")
    Image.new("RGB", (9, 9)).save(source.root / "3.png")
    os.utime(source.root / "3.png", ns=(status.st_atime_ns, status.st_mtime_ns))


def remove(source):
    (source.root / "3.png").unlink()


@pytest.mark.parametrize("change", [touch, rewrite, remove])
def test_a_changed_file_is_read_again(source, folder, decoded, change):
    read(source, (6, 5, 3), cache=folder)
    change(source)
    again = read(source, (6, 5, 3), cache=folder, max_broken=0.1)
    assert len(decoded) == 40
    same(again, read(source, (6, 5, 3), cache=False, max_broken=0.1))


def test_another_shape_fit_or_set_of_rules_is_read_again(source, folder, decoded, monkeypatch):
    read(source, (6, 5, 3), cache=folder)
    read(source, (6, 5, 1), cache=folder)
    read(source, (6, 5, 3), fit="pad", cache=folder)
    assert len(decoded) == 60
    monkeypatch.setattr(cache, "RULES", -1)
    read(source, (6, 5, 3), cache=folder)
    assert len(decoded) == 80


def cut(file):
    file.write_bytes(file.read_bytes()[:-10])


def empty(file):
    file.write_bytes(b"")


def flip_first(file):
    flip(file, 0)


def flip_middle(file):
    flip(file, 0.5)


def flip_last(file):
    flip(file, 1)


def flip(file, place):
    data = bytearray(file.read_bytes())
    data[int(place * (len(data) - 1))] ^= 0x11
    file.write_bytes(data)


@pytest.mark.parametrize("suffix", [".npy", ".json"])
@pytest.mark.parametrize("damage", [cut, empty, flip_first, flip_middle, flip_last, Path.unlink])
def test_a_damaged_entry_is_made_again(source, folder, decoded, damage, suffix):
    first = read(source, (6, 5, 3), cache=folder)
    pixels = np.array(first.images)
    del first
    damage(next(folder.glob(f"*{suffix}")))
    again = read(source, (6, 5, 3), cache=folder)
    assert len(decoded) == 40
    np.testing.assert_array_equal(again.images, pixels)
    read(source, (6, 5, 3), cache=folder)
    assert len(decoded) == 40


def test_every_byte_of_the_facts_counts(source, folder):
    read(source, (6, 5, 3), cache=folder)
    facts = next(folder.glob("*.json"))
    whole = facts.read_bytes()
    for place in range(0, len(whole), 5):
        damaged = bytearray(whole)
        damaged[place] ^= 1
        facts.write_bytes(damaged)
        assert read(source, (6, 5, 3), cache=folder).broken[0][0] == "7.png"


def test_an_interrupted_reading_leaves_no_entry(source, folder):
    def stop(count):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(source, (6, 5, 3), cache=folder, progress=stop)
    assert list(folder.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_done_without(source, tmp_path):
    (tmp_path / "file").write_text("not a folder")
    assert len(read(source, (6, 5, 3), cache=tmp_path / "file" / "below")) == 19


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX limits")
def test_a_full_disk_is_done_without(source, folder):
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, hard))
    try:
        dataset = read(source, (6, 5, 3), cache=folder)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list(folder.iterdir()) == []
    same(dataset, read(source, (6, 5, 3), cache=False))


def test_what_was_used_longest_ago_is_removed(source, folder, decoded, monkeypatch):
    for side in (4, 5, 6):
        read(source, (side, side, 3), cache=folder)
    now = 1_000_000_000
    for side, age in ((4, 300), (5, 200), (6, 100)):
        for file in folder.glob("*.npy"):
            if np.load(file, mmap_mode="r").shape[1] == side:
                os.utime(file, (now - age, now - age))
                os.utime(file.with_suffix(".json"), (now - age, now - age))
    (folder / ".killed.npy").write_bytes(bytes(10_000))
    os.utime(folder / ".killed.npy", (1, 1))
    monkeypatch.setattr(cache, "KEPT_BYTES", 7 * 7 * 3 * 19 + 6 * 6 * 3 * 19 + 2_000)
    read(source, (7, 7, 3), cache=folder)
    sides = sorted(np.load(file, mmap_mode="r").shape[1] for file in folder.glob("*.npy"))
    assert sides == [6, 7]
    assert len(list(folder.iterdir())) == 4


def test_an_entry_larger_than_all_is_kept(source, folder, decoded, monkeypatch):
    monkeypatch.setattr(cache, "KEPT_BYTES", 1)
    for _ in range(2):
        read(source, (6, 5, 3), cache=folder)
    assert len(decoded) == 20


def test_where_the_cache_lies(monkeypatch, tmp_path):
    for name in ("PELLUCID_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", lambda: tmp_path)
    monkeypatch.setattr(sys, "platform", "linux")
    assert cache_folder() == tmp_path / ".cache" / "pellucid"
    monkeypatch.setattr(sys, "platform", "darwin")
    assert cache_folder() == tmp_path / "Library" / "Caches" / "pellucid"
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", str(tmp_path / "Local"))
    assert cache_folder() == tmp_path / "Local" / "pellucid" / "Cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    assert cache_folder() == tmp_path / "xdg" / "pellucid"
    monkeypatch.setenv("PELLUCID_CACHE", str(tmp_path / "own"))
    assert cache_folder() == tmp_path / "own"


def test_a_user_without_a_home_has_a_cache_too(monkeypatch):
    def no_home():
        raise RuntimeError("Could not determine home directory.")

    for name in ("PELLUCID_CACHE", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(Path, "home", no_home)
    assert cache_folder().name == "pellucid"
