import os
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from pellucid.errors import DataError
from pellucid.images.readers import walk as module
from pellucid.images.readers.folder import open_folder
from pellucid.images.source_opening import open_source


def lay_out(root: Path, *names: str) -> Path:
    """Tiny pictures (and empty files of other kinds) of these names below `root`."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix.lower() in (".png", ".jpg"):
            Image.new("RGB", (2, 2), "red").save(path)
        else:
            path.touch()
    return root


def labelled(source) -> dict[str, str]:
    return {path: source.classes[label] for path, label in zip(source.paths, source.labels)}


def test_one_folder_per_class(tmp_path):
    source = open_source(lay_out(tmp_path / "pets", "dog/1.png", "dog/old/2.png", "cat/a/b/10.jpg", "cat/a/b/9.JPG"))
    assert source.paths == ("cat/a/b/9.JPG", "cat/a/b/10.jpg", "dog/1.png", "dog/old/2.png")
    assert source.classes == ("cat", "dog")
    assert source.labels.dtype == np.int64 and source.labels.tolist() == [0, 0, 1, 1]
    assert source.label_rule == 'one folder per class: "cat" (2), "dog" (2)'
    assert (source.name, source.root, source.split) == ("pets", tmp_path / "pets", None)


def test_classes_in_natural_order(tmp_path):
    lay_out(tmp_path, *(f"grade {k}/{n}.png" for k in (10, 2, 1) for n in (1, 2)))
    assert open_source(tmp_path).classes == ("grade 1", "grade 2", "grade 10")


@pytest.mark.parametrize("validation", ["val", "valid", "Validation", "DEV"])
def test_split_with_class_folders(tmp_path, validation):
    parts = {"TRAIN": "train", validation: "validation", "Test": "test"}
    lay_out(tmp_path, *(f"{part}/{name}/{n}.png" for part in parts for name in ("cat", "dog") for n in (1, 2)))
    source = open_source(tmp_path)
    assert source.label_rule == 'one folder per class: "cat" (2+2+2), "dog" (2+2+2)'
    assert [parts[path.split("/")[0]] for path in source.paths] == source.split.tolist()


def test_split_with_prefixes(tmp_path):
    lay_out(tmp_path, "train/cat1.png", "train/cat2.png", "train/noncat1.jpg", "train/noncat2.jpg", "test/noncat7.png")
    source = open_source(tmp_path)
    assert source.label_rule == 'prefix of the file name: "cat" (2+0), "noncat" (2+1)'
    assert labelled(source)["test/noncat7.png"] == "noncat"


def test_flat_folder_with_prefixes(tmp_path):
    source = open_source(lay_out(tmp_path, "cat1.png", "cat2.png", "noncat1.png", "noncat2.png"))
    assert labelled(source) == {"cat1.png": "cat", "cat2.png": "cat", "noncat1.png": "noncat", "noncat2.png": "noncat"}


def test_given_pattern_sees_the_whole_path(tmp_path):
    lay_out(tmp_path, *(f"train/day{n}/{name}.png" for n in (1, 2) for name in ("x-cat", "x-dog")))
    source = open_source(tmp_path, label_rule=r"day\d/x-(\w+)")
    assert source.classes == ("cat", "dog")
    assert set(source.split) == {"train"}


def test_lone_train_folder(tmp_path):
    source = open_source(lay_out(tmp_path, "train/cat/1.png", "train/cat/2.png", "train/dog/1.png", "train/dog/2.png"))
    assert source.classes == ("cat", "dog")
    assert set(source.split) == {"train"}


def test_train_may_be_a_class(tmp_path):
    source = open_source(lay_out(tmp_path, *(f"{name}/{n}.png" for name in ("car", "train", "plane") for n in (1, 2))))
    assert source.classes == ("car", "plane", "train")
    assert source.split is None


def test_everything_else_is_counted(tmp_path):
    lay_out(tmp_path, "train/a/1.png", "train/a/2.png", "train/b/1.png", "train/b/2.png", "test/a/1.png", "test/b/1.png")
    lay_out(tmp_path, ".DS_Store", "train/a/.DS_Store", "train/a/._1.png", "train/a/IMG.MOV", "notes.txt", "train/b/README")
    lay_out(tmp_path, "extra/1.png", "extra/2.png", "loose.png", "train/loose.png", ".git/1.png")
    source = open_source(tmp_path)
    assert len(source) == 6
    assert source.ignored == {
        ".DS_Store": 2,
        "._*": 1,
        ".MOV": 1,
        ".TXT": 1,
        "no suffix": 1,
        "hidden folder": 1,
        "outside train and test": 3,
        "outside class folders": 1,
    }


def test_folders_that_pellucid_left_are_no_classes(tmp_path):
    lay_out(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png", "dog/keep/config.toml", "dog/keep/3.png")
    for number in (1, 2):
        run = f"runs/pets-{number}"
        lay_out(tmp_path, f"{run}/config.toml", f"{run}/model.safetensors", f"{run}/figures/samples.png", f"{run}/report.html")
    lay_out(
        tmp_path, "runs/pets-3/config.toml", "runs/pets-3/checkpoint.safetensors", "explain-1/explanation.html", "explain-1/a.png"
    )
    lay_out(tmp_path, "again/results.jsonl", "again/files/1.png", "runs/pets-tune-1/study.journal", "runs/pets-tune-1/best.toml")
    (tmp_path / "again" / "results.jsonl").write_text('{"reproduces": "digits", "quick": false}\n')
    source = open_source(tmp_path)
    assert source.classes == ("cat", "dog") and len(source) == 5
    assert source.notes == ("left out: again, a reproduction; explain-1, an explanation; runs, a folder of results",)


def test_a_folder_with_pictures_beside_its_runs_is_read(tmp_path):
    lay_out(tmp_path, "cat/1.png", "cat/2.png", "dog/1.png", "dog/2.png", "dog/runs/a/config.toml", "dog/runs/a/model.safetensors")
    lay_out(tmp_path, "dog/runs/a/figures/1.png", "dog/runs/b/config.toml", "dog/runs/b/model.safetensors")
    source = open_source(tmp_path)
    assert len(source) == 4 and source.notes == ("left out: dog/runs, a folder of trained runs",)


def test_test_pictures_without_a_class_are_an_error(tmp_path):
    lay_out(tmp_path, "train/a/1.png", "train/a/2.png", "train/b/1.png", "train/b/2.png", "test/1.png", "test/2.png")
    with pytest.raises(DataError, match=r'no picture of the test part lies in a class folder, see "test/1\.png"'):
        open_source(tmp_path)


def test_folder_rule_for_loose_pictures_is_an_error(tmp_path):
    with pytest.raises(DataError, match=r'no picture lies in a class folder, see "cat1\.png"'):
        open_source(lay_out(tmp_path, "cat1.png", "dog1.png"), label_rule="folder")


def test_empty_folder(tmp_path):
    with pytest.raises(DataError, match="is empty"):
        open_folder(tmp_path)


def test_no_pictures(tmp_path):
    lay_out(tmp_path, *(f"a/{n}.txt" for n in range(12)), "b/.DS_Store")
    with pytest.raises(DataError, match=r"13 files, none a picture: \.TXT \(12\), \.DS_Store \(1\)"):
        open_folder(tmp_path)


@pytest.fixture
def links(tmp_path):
    try:
        os.symlink(tmp_path, tmp_path / "probe")
    except OSError:
        pytest.skip("this system makes no symbolic links")
    (tmp_path / "probe").unlink()


def test_links(tmp_path, links):
    lay_out(tmp_path / "store", "1.png", "2.png")
    root = lay_out(tmp_path / "pets", "cat/1.png", "cat/2.png", "dog/3.png")
    os.symlink(tmp_path / "store" / "1.png", root / "dog" / "4.png")
    os.symlink(tmp_path / "store", root / "cow")
    os.symlink(root, root / "dog" / "again")
    os.symlink(root / "dog", root / "dog" / "self")
    os.symlink("missing.png", root / "dog" / "gone.png")
    os.symlink("loop.png", root / "dog" / "loop.png")
    source = open_source(root)
    assert source.classes == ("cat", "cow", "dog")
    assert [path for path in source.paths if path.startswith("dog")] == ["dog/3.png", "dog/4.png"]
    assert source.ignored == {"broken link": 2, "link to a folder above": 2}


def test_two_folders_that_link_to_each_other_end(tmp_path, links):
    root = lay_out(tmp_path, "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    os.symlink(root / "b", root / "a" / "b")
    os.symlink(root / "a", root / "b" / "a")
    source = open_source(root)
    assert labelled(source)["a/b/1.png"] == "a"
    assert len(source) == 8


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names themselves")
def test_names_that_are_not_text_are_broken(tmp_path):
    lay_out(tmp_path, "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    Path(os.fsdecode(os.fsencode(tmp_path) + b"/a/caf\xe9.png")).touch()
    source = open_source(tmp_path)
    assert source.broken == (("a/caf\\udce9.png", "its name is not valid text"),)
    assert len(source) == 4


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
def test_a_pipe_is_not_opened(tmp_path):
    lay_out(tmp_path, "a/1.png", "a/2.png", "b/1.png", "b/2.png")
    os.mkfifo(tmp_path / "a" / "3.png")
    assert open_source(tmp_path).ignored == {"special file": 1}


def test_unreadable_folder(tmp_path, monkeypatch):
    lay_out(tmp_path, "a/1.png", "b/1.png")
    scandir = os.scandir

    def refusing(folder):
        if Path(folder).name == "b":
            raise PermissionError(13, "Permission denied", str(folder))
        return scandir(folder)

    monkeypatch.setattr(os, "scandir", refusing)
    with pytest.raises(DataError, match=r"cannot read the folder .*b: Permission denied; change its permissions"):
        open_folder(tmp_path)


names = st.text(st.sampled_from("aAbB_ 019é."), min_size=1, max_size=6).map(lambda text: f"x{text}x")


@settings(max_examples=25, deadline=None)
@given(st.sets(st.tuples(names, names), min_size=1, max_size=12), st.integers(0, 2**32))
def test_the_order_does_not_depend_on_the_file_system(tmp_path_factory, files, seed):
    root = lay_out(tmp_path_factory.mktemp("any"), *(f"{folder}/{name}.gif" for folder, name in files))
    shuffler = random.Random(seed)
    scandir = os.scandir

    class Shuffled:
        def __init__(self, folder):
            with scandir(folder) as entries:
                self.entries = list(entries)

        def __enter__(self):
            return shuffler.sample(self.entries, len(self.entries))

        def __exit__(self, *_):
            pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module.os, "scandir", Shuffled)
        once, again = open_folder(root), open_folder(root)
    assert once.paths == again.paths
    assert once.classes == again.classes
    assert len(once.paths) == len({(folder, name) for folder, name in files})
    np.testing.assert_array_equal(once.labels, again.labels)


def test_rabbits_and_cats(real_data):
    source = open_source(real_data / "rabbits-cats")
    assert source.label_rule == 'one folder per class: "cat" (800+7), "rabbit" (800+4)'
    assert source.name == "rabbits-cats"
    assert not source.broken


def test_cats_and_others(real_data):
    source = open_source(real_data / "catnoncat_dataset")
    assert source.label_rule == 'prefix of the file name: "cat" (72+33), "noncat" (137+17)'
    train, test = source.split == "train", source.split == "test"
    assert (train.sum(), test.sum()) == (209, 50)
    assert np.sum(source.labels[train] == 0) == 72
    assert np.sum(source.labels[test] == 0) == 33
