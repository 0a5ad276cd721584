"""Copies stay on one side of a split, whoever makes it; a split that is given is kept, and what crosses it is told."""

import json

import numpy as np
import pytest
from PIL import Image

import pellucid
from benchmarks.planted.pictures import at_size, scene
from pellucid.checks import join
from pellucid.errors import DataError
from pellucid.images import Dataset
from pellucid.recipes import Recipe
from pellucid.runs.cross_validation import _splits
from pellucid.runs.explanation import explained
from pellucid.runs.leak_guard import guard, in_words
from pellucid.runs.prepare import prepare, split_of
from pellucid.runs.progress import Silent

pytestmark = pytest.mark.usefixtures("no_figures", "reference_kernels")


def dataset(n=60, copies=20, split=None, groups=None):
    """n distinct pictures, then mirrored copies of the first ones."""
    rng = np.random.default_rng(0)
    images = np.stack([at_size(scene(rng, 48), (32, 32, 3)) for _ in range(n)])
    images = np.concatenate([images, images[:copies, :, ::-1]])
    labels = np.arange(len(images)) % 2
    paths = tuple(f"{number}.png" for number in range(len(images)))
    return Dataset("scenes", "scenes", images, labels, ("a", "b"), paths, split=split, groups=groups)


def test_copies_stay_on_one_side():
    guarded, leaks = guard(dataset(), Recipe())
    assert (leaks.distinct, leaks.repeated, leaks.together) == (60, 20, True)
    for seed in range(5):
        names = split_of(Recipe().override({"seed": seed}), guarded).names(80)
        assert np.array_equal(names[:20], names[60:])
    assert "20 of 80 pictures repeat another one" in in_words(leaks)


def test_without_the_guard_they_do_not_but_are_told():
    free, leaks = guard(dataset(), Recipe().override({"leak_guard": False}))
    assert (leaks.distinct, leaks.together, leaks.told) == (60, False, True) and free.groups is None
    names = split_of(Recipe(), free).names(80)
    assert not np.array_equal(names[:20], names[60:])


def test_switched_off_nobody_looks_for_copies(folder, tmp_path, monkeypatch):
    def searched(*arguments):
        raise AssertionError("copies were looked for")

    monkeypatch.setattr("pellucid.runs.leak_guard.find_copies", searched)
    monkeypatch.setattr("pellucid.runs.checking.find_copies", searched)
    run = pellucid.train(folder, "mnist/part-two", tmp_path / "run", epochs=1, size=16, leak_guard="off")
    assert "Copies of pictures were not looked for" in run.report.read_text(encoding="utf-8")
    checks = json.loads((tmp_path / "run" / "checks.json").read_text(encoding="utf-8"))
    assert checks["copies_searched"] == "none" and checks["distinct"] is None and run.worth.seen is None


def test_groups_of_the_source_are_joined_by_copies():
    groups = np.arange(80)
    groups[21] = 20  # 20 and 21 are one person; 60 is a copy of 0
    guarded, _ = guard(dataset(groups=groups), Recipe())
    assert guarded.groups[20] == guarded.groups[21] and guarded.groups[0] == guarded.groups[60]
    assert len(np.unique(guarded.groups)) == 59


@pytest.mark.parametrize("wanted", ["group", "drop"])
def test_a_given_split_is_kept_and_what_crosses_it_is_told(wanted):
    given = np.array(["train"] * 60 + ["test"] * 20)
    guarded, leaks = guard(dataset(split=given), Recipe().override({"leak_guard": wanted}))
    assert leaks.crossing.tolist() == list(range(20)) and leaks.dropped == (wanted == "drop")
    names = split_of(Recipe(), guarded).names(80)
    assert np.all(names[60:] == "test")
    assert np.all((names[:20] == "") == (wanted == "drop"))
    assert ("left out" if wanted == "drop" else "leak_guard=drop") in in_words(leaks)
    assert np.array_equal(given, ["train"] * 60 + ["test"] * 20)


def test_own_groups_that_the_given_split_cuts_are_an_error():
    given = np.array(["train"] * 60 + ["test"] * 20)
    with pytest.raises(DataError, match="the given split cuts a group"):
        guard(dataset(split=given, groups=np.arange(80) % 60), Recipe())


def test_a_class_of_one_picture_is_told_and_trained():
    data = dataset(40, 0)
    data.images[data.labels == 1] = data.images[1]
    guarded, leaks = guard(data, Recipe())
    assert not leaks.together and guarded.groups is None
    assert "all of a class" in in_words(leaks)


@pytest.fixture
def folder(tmp_path):
    rng = np.random.default_rng(0)
    for name in ("day", "night"):
        (tmp_path / "photos" / name).mkdir(parents=True)
        for number in range(20):
            picture = scene(rng)
            picture.save(tmp_path / "photos" / name / f"{number}.png")
            picture.resize((60, 60), Image.Resampling.BILINEAR).save(tmp_path / "photos" / name / f"{number}-copy.jpg", quality=60)
    return tmp_path / "photos"


def test_folds_keep_copies_together(folder):
    prepared = prepare(str(folder), None, {}, Silent())
    paths = np.array(prepared.dataset.paths)
    for split in _splits(prepared, 3):
        held_out = {path.split(".")[0].removesuffix("-copy") for path in paths[split.test]}
        trained = {path.split(".")[0].removesuffix("-copy") for path in paths[np.concatenate([split.train, split.validation])]}
        assert not held_out & trained


def test_evaluation_finds_the_same_test_part(folder, tmp_path):
    run = pellucid.train(folder, out=tmp_path / "run", epochs=2, hidden=[8])
    evaluation = pellucid.evaluate(run.model, folder)
    assert (evaluation.part, evaluation.n) == ("test", run.n_test)
    assert evaluation.scores.accuracy == run.accuracy


def test_series_of_one_moment_stay_together_whenever_the_model_is_looked_at(tmp_path):
    """48 pictures taken three a moment: the parts are those of the training when the model is evaluated and explained."""
    rng = np.random.default_rng(0)
    for number in range(48):
        exif = Image.Exif()
        exif.get_ifd(0x8769)[0x9003] = f"2024:05:{1 + number // 3:02} 12:00:{10 * (number % 3):02}"
        (tmp_path / "photos" / str(number // 24)).mkdir(parents=True, exist_ok=True)
        scene(rng, 48).save(tmp_path / "photos" / str(number // 24) / f"{number:02}.jpg", exif=exif)
    settings = {"epochs": 1, "size": 16, "hidden": [8], "data.burst_seconds": 60}
    run = pellucid.train(tmp_path / "photos", out=tmp_path / "run", **settings)
    parts = dict(zip(run.predictions.paths, run.predictions.split, strict=True))
    moments = {}
    for path, part in parts.items():
        moments.setdefault(int(path[2:4]) // 3, set()).add(part)
    assert all(len(each) == 1 for each in moments.values()) and set(parts.values()) == {"train", "validation", "test"}
    evaluation = pellucid.evaluate(run.model, tmp_path / "photos")
    assert sorted(evaluation.predictions.paths) == sorted(path for path in parts if parts[path] == "test")
    found = explained(pellucid.load(run.model), tmp_path / "photos" / "0" / "00.jpg")
    names = {neighbour.name for neighbour in found.neighbours}
    assert names and all(parts[name] == "train" for name in names)


def test_without_the_guard_the_report_says_that_the_score_flatters(folder, tmp_path):
    for guarded, text in ((True, "lie on one side of the split"), (False, "the score flatters")):
        run = pellucid.train(folder, "mnist/part-two", tmp_path / str(guarded), epochs=1, size=16, leak_guard=guarded)
        assert text in run.report.read_text(encoding="utf-8")
        assert (run.worth.seen is None) == guarded
    seen, names = run.worth.seen, dict(zip(run.predictions.paths, run.predictions.split, strict=True))
    trained = {path.split(".")[0].removesuffix("-copy") for path in names if names[path] == "train"}
    copied = [path for path in names if names[path] == "test" and path.split(".")[0].removesuffix("-copy") in trained]
    assert seen.n == len(copied) > 0 and seen.n + seen.others == run.n_test
    assert seen.correct + seen.others_correct == round(run.accuracy * run.n_test)
    assert run.to_json()["seen_in_training"]["n"] == seen.n
    assert "a copy among the training pictures" in run.report.read_text(encoding="utf-8")


def test_rabbits_and_cats(real_data):
    """1,600 files hold 1,162 distinct pictures; ten of these are mirror images or crops of others."""
    prepared = prepare(str(real_data / "rabbits-cats" / "train"), None, {}, Silent())
    assert len(prepared.dataset) == 1600
    copies = prepared.leaks.copies
    plain = ~copies.mirrored & ~copies.cropped
    assert abs(len(np.unique(join(np.arange(1600), copies.pairs[plain]))) - 1162) <= 2
    assert 1150 <= prepared.leaks.distinct <= 1155
    rabbits = np.flatnonzero(prepared.dataset.labels == 1)
    assert 695 <= len(np.intersect1d(copies.pairs, rabbits)) <= 710
    names = prepared.split.names(1600)
    for group in np.unique(prepared.leaks.groups):
        assert len(set(names[prepared.leaks.groups == group])) == 1
