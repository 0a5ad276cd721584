"""Planted copies are found, and nothing else is."""

import numpy as np
import pytest
from PIL import Image

from benchmarks.planted.pictures import KINDS, at_size, scene
from pellucid.checks import NOT_SEARCHED, candidates, copies, find_copies, join
from pellucid.checks.fingerprint import Fingerprints
from pellucid.images import open_source

SHAPE = (64, 64, 3)


@pytest.fixture(scope="module")
def scenes():
    rng = np.random.default_rng(0)
    return [scene(rng) for _ in range(120)]


@pytest.mark.parametrize("kind", KINDS)
def test_every_planted_copy_is_found_and_nothing_else(scenes, kind):
    changed = [KINDS[kind](image) for image in scenes[:30]]
    images = np.stack([at_size(image, SHAPE) for image in [*scenes, *changed]])
    found = find_copies(images, np.arange(150) % 2)
    assert found.pairs.tolist() == [[number, 120 + number] for number in range(30)]
    assert np.all(found.mirrored == (kind in ("mirrored", "all_at_once")))


@pytest.mark.parametrize("kind", KINDS)
def test_copies_of_real_photographs(real_data, kind):
    """150 rabbits and cats, 60 copied: all found, as crops or not; the pictures themselves are told apart."""
    names = [f"cat/cat.{number}.jpg" for number in range(1, 301) if number % 2]
    files = [real_data / "rabbits-cats" / "train" / name for name in names]
    photographs = [Image.open(file).convert("RGB") for file in files if file.is_file()]
    images = np.stack([at_size(image, SHAPE) for image in photographs])
    labels = np.zeros(len(images) + 60, np.int64)
    already = find_copies(images, labels[:-60]).pairs.tolist()
    changed = np.stack([at_size(KINDS[kind](image), SHAPE) for image in photographs[:60]])
    found = find_copies(np.concatenate([images, changed]), labels).pairs.tolist()
    planted = [[number, len(images) + number] for number in range(60)]
    assert sum(pair in found for pair in planted) >= 59
    assert [pair for pair in found if pair not in planted] == already


def test_cells_lose_few_copies_and_invent_none(scenes, monkeypatch):
    """More than ALL_PAIRS pictures are compared within cells: here 19 pivots, of which each picture chooses 6."""
    changed = [KINDS[kind](image) for kind in KINDS for image in scenes[:10]]
    images = np.stack([at_size(image, SHAPE) for image in [*scenes, *changed]])
    labels = np.zeros(len(images), np.int64)
    expected = {tuple(pair) for pair in find_copies(images, labels).pairs.tolist()}
    monkeypatch.setattr(candidates, "ALL_PAIRS", 64)
    found = {tuple(pair) for pair in find_copies(images, labels).pairs.tolist()}
    assert found <= expected and len(found) >= 0.97 * len(expected) and len(expected) >= 10 * 7 * 8 / 2


@pytest.mark.parametrize("pictures", [0, 1, 3, 200])
def test_candidates_are_the_pairs_closer_than_both_limits(pictures):
    rng = np.random.default_rng(pictures)
    even, odd = rng.normal(size=(2, pictures, 4)).astype(np.float32)
    length = np.sqrt(np.sum(even**2 + odd**2, axis=1, keepdims=True))
    prints, limits = Fingerprints(even / length, odd / length), rng.uniform(0, 0.6, pictures)
    distance = 1 - prints.similarity(prints)
    close = np.triu(distance < np.minimum(limits, limits[:, None]), k=1)
    assert candidates.candidates(prints, limits).tolist() == np.argwhere(close).tolist()


def test_of_too_many_pictures_only_equal_ones_are_looked_for(scenes, monkeypatch):
    monkeypatch.setattr(copies, "MOST", 20)
    images = np.stack([at_size(image, SHAPE) for image in scenes[:20]])
    images = np.concatenate([images, images[3:4], images[5:6, :, ::-1]])
    found = find_copies(images, np.zeros(22, np.int64))
    assert found.pairs.tolist() == [[3, 20]] and found.searched == "equal"
    assert find_copies(images[:20], np.zeros(20, np.int64)).searched == "all" and NOT_SEARCHED.searched == "none"


def test_grey_float_and_another_value_range_find_the_same(scenes):
    images = np.stack([at_size(image.convert("L"), (64, 64, 1)) for image in scenes])
    images = np.concatenate([images, images[:5, :, ::-1]])
    labels = np.zeros(len(images), np.int64)
    expected = [[number, 120 + number] for number in range(5)]
    assert find_copies(images, labels).pairs.tolist() == expected
    scaled = (images / 127.5 - 1).astype(np.float32)
    assert find_copies(scaled, labels, (-1.0, 1.0)).pairs.tolist() == expected


def test_blank_pictures_are_copies_only_where_they_are_equal(scenes):
    images = np.stack([at_size(image, SHAPE) for image in scenes[:20]])
    images[3], images[7], images[9] = 255, 255, 254
    assert find_copies(images, np.zeros(20, np.int64)).pairs.tolist() == [[3, 7]]


def test_rows_of_numbers_are_copies_where_they_are_equal():
    rows = np.random.default_rng(0).normal(size=(30, 5)).astype(np.float32)
    rows[20] = rows[4]
    assert find_copies(rows, np.zeros(30, np.int64)).pairs.tolist() == [[4, 20]]
    assert len(find_copies(rows[:0], np.zeros(0, np.int64)).pairs) == 0


def test_many_frames_of_one_film(scenes):
    """More copies than neighbours are asked for: what is usual must not be measured on the copies alone."""
    rng = np.random.default_rng(1)
    frames = [at_size(image, SHAPE) for image in scenes[:12] for _ in range(10)]
    noisy = [np.clip(frame + rng.normal(0, 2, SHAPE), 0, 255).astype(np.uint8) for frame in frames]
    groups = find_copies(np.stack(noisy), np.arange(120) % 2).groups(120)
    assert groups.tolist() == [number // 10 for number in range(120)]


def test_handwritten_digits_are_alike_but_no_copies():
    source = open_source("digits")
    assert len(find_copies(source.images, source.labels, source.value_range).pairs) == 0


def test_joining_is_transitive_and_numbers_in_order():
    assert join(np.array([0, 1, 2, 3, 4]), np.array([[1, 3], [3, 4]])).tolist() == [0, 1, 2, 1, 1]
    assert join(np.array([7, 7, 5]), np.empty((0, 2), np.int64)).tolist() == [0, 0, 1]
