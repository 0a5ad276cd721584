"""Facts about files, odd pictures, and series by the camera's clock."""

import numpy as np
from PIL import Image

from benchmarks.planted.pictures import at_size, scene
from pellucid.checks import bursts, facts_of_files, find_oddities


def photograph(path, when, size=(40, 30)):
    exif = Image.Exif()
    if when:
        exif.get_ifd(0x8769)[0x9003] = when
    Image.new("RGB", size, "red").save(path, exif=exif)
    return str(path)


def test_facts_of_files(tmp_path):
    files = [
        photograph(tmp_path / "a.jpg", "2024:05:01 12:00:00"),
        photograph(tmp_path / "b.jpg", "2024:05:01 12:00:30"),
        photograph(tmp_path / "c.jpg", "no time"),
        str(tmp_path / "gone.jpg"),
    ]
    Image.new("L", (7, 9)).save(tmp_path / "d.png")
    facts = facts_of_files([*files, str(tmp_path / "d.png")])
    assert facts.format.tolist() == ["JPEG", "JPEG", "JPEG", "", "PNG"]
    assert (facts.width[0], facts.height[0], facts.width[4], facts.height[4]) == (40, 30, 7, 9)
    assert facts.bytes[0] == (tmp_path / "a.jpg").stat().st_size
    assert facts.taken[1] - facts.taken[0] == 30 and np.isnan(facts.taken[2:]).all()
    assert not facts_of_files([]).of_files


def test_bursts_are_of_one_class():
    taken = np.array([0.0, 50.0, 100.0, 1000.0, 20.0, np.nan])
    labels = np.array([0, 0, 0, 0, 1, 0])
    assert bursts(taken, labels, 60).tolist() == [[0, 1], [1, 2]]
    assert len(bursts(np.full(3, np.nan), labels[:3], 60)) == 0


def test_odd_pictures(tmp_path):
    rng = np.random.default_rng(0)
    pictures = [scene(rng) for _ in range(12)]
    pictures[3] = Image.new("RGB", (72, 72), (250, 250, 250))
    pictures[5] = pictures[5].resize((5, 4))
    pictures[7] = pictures[7].resize((400, 40))
    files = [str(tmp_path / f"{number}.png") for number in range(12)]
    for picture, file in zip(pictures, files):
        picture.save(file)
    images = np.stack([at_size(picture, (32, 32, 3)) for picture in pictures])
    found = [(odd.row, odd.kind) for odd in find_oddities(images, facts_of_files(files))]
    assert found == [(3, "blank"), (5, "tiny"), (7, "odd shape")]


def test_a_set_of_equals_has_no_odd_ones():
    rng = np.random.default_rng(0)
    images = rng.integers(0, 17, (50, 8, 8, 1)).astype(np.uint8)
    assert find_oddities(images, facts_of_files([]), (0.0, 16.0)) == []
