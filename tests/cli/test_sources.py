"""Every kind of source from the command line: a run repeats from its configuration, and what is damaged is one line."""

import json
import pickle

import numpy as np
import pytest
from PIL import Image

from tests.cli.program import one_line
from tests.images.readers.published import idx_bytes, write_cifar10, write_mnist

pytestmark = pytest.mark.usefixtures("no_figures")

PIXELS = np.random.default_rng(0).integers(0, 256, (40, 12))


def write_pixels(path):
    path.write_text("\n".join(",".join(map(str, [k % 2, *row])) for k, row in enumerate(PIXELS.tolist())))


def test_a_run_on_a_csv_of_pixels_repeats_from_its_configuration(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    write_pixels(tmp_path / "set.csv")
    first = run(
        "train", "set.csv", "--shape", "4,3", "--classes", "1,0", "--epochs", "1", "--hidden", "4", "--out", "first", "--json"
    )
    assert json.loads(first.out)["classes"] == ["1", "0"]
    assert 'labels: the first column of set.csv: "1" (20), "0" (20)' in first.err
    assert run("train", "--recipe", "first/config.toml", "--out", "second", "-q").status == 0
    for name in ("config.toml", "split.csv", "predictions.csv"):
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()
    assert (tmp_path / "first" / "split.csv").read_text().splitlines()[1].startswith("line[0],0,")
    scored = json.loads(run("evaluate", "first", "set.csv", "--shape", "4,3", "--json").out)
    assert scored["accuracy"] == json.loads(first.out)["accuracy"]


def test_trained_runs_among_the_pictures_are_told_of_and_left_out(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, grey in (("dark", 20), ("light", 200)):
        for number in range(12):
            (tmp_path / name).mkdir(exist_ok=True)
            Image.new("L", (4, 4), grey + 3 * number).save(tmp_path / name / f"{number}.png")
    first, second = (run("train", ".", "--epochs", "1", "--hidden", "4", "--json") for _ in range(2))
    assert json.loads(first.out)["classes"] == json.loads(second.out)["classes"] == ["dark", "light"]
    line = "left out: runs, a folder of trained runs"
    assert line not in first.err and second.err.count(line) == 1
    assert run("check", ".").err.count(line) == 1
    (tmp_path / "notes.txt").touch()
    scored = run("evaluate", json.loads(first.out)["model"], ".")
    assert scored.err.count(line) == scored.err.count(".TXT (1)") == 1
    assert "left out: runs, a folder of trained runs" in next(tmp_path.glob("*-check.html")).read_text()
    answers = json.loads(run("predict", json.loads(first.out)["model"], ".", "--json").out)
    assert len(answers["predictions"]) == 24 and answers["ignored"]["trained run"] == 2


def damaged_idx(folder):
    write_mnist(folder, compressed=False)
    (folder / "train-images-idx3-ubyte").write_bytes(idx_bytes(np.zeros((20, 6, 5), np.uint8))[:-1])
    return folder


def damaged_cifar(folder):
    write_cifar10(folder)
    (folder / "data_batch_2").write_bytes((folder / "data_batch_2").read_bytes()[:-100])
    return folder


def label_outside(folder):
    folder.mkdir()
    rows = np.zeros((20, 3073), np.uint8)
    rows[3, 0] = 10
    (folder / "data_batch_2.bin").write_bytes(rows.tobytes())
    (folder / "batches.meta.txt").write_text("\n".join("abcdefghij"))
    return folder


class Runs:
    def __reduce__(self):
        return exec, ("open('captured', 'w')",)


def pickle_with_code(folder):
    write_cifar10(folder)
    (folder / "data_batch_5").write_bytes(pickle.dumps({"data": Runs(), "labels": [1]}, protocol=2))
    return folder


def damaged_hdf5(folder):
    folder.mkdir()
    (folder / "set.h5").write_bytes(b"\x89HDF\r\n\x1a\n" + bytes(100))
    return folder / "set.h5"


def damaged_csv(folder):
    folder.mkdir()
    write_pixels(folder / "set.csv")
    (folder / "set.csv").write_text((folder / "set.csv").read_text()[:-5])
    return folder / "set.csv"


def missing_file(folder):
    folder.mkdir()
    (folder / "set.jsonl").write_text('{"path": "a.png", "label": "cat"}\n')
    return folder / "set.jsonl"


BAD = {
    damaged_idx: "train-images-idx3-ubyte is damaged or cut off: 599 bytes of values, expected 600",
    damaged_cifar: "data_batch_2 is damaged or cut off",
    label_outside: "has label 10: expected 0 to 9",
    pickle_with_code: 'is refused: it asks Python for "__builtin__.exec"',
    damaged_hdf5: "is no HDF5 file, or is damaged or cut off",
    damaged_csv: "line 40 of ",
    missing_file: 'names 1 of 1 files that are not there, the first "a.png" in line 1',
}


@pytest.mark.parametrize(("make", "part"), BAD.items(), ids=lambda each: getattr(each, "__name__", ""))
def test_bad_sources_are_one_line_and_nothing_is_written(run, tmp_path, monkeypatch, make, part):
    if make is damaged_hdf5:
        pytest.importorskip("h5py")
    monkeypatch.chdir(tmp_path)
    source = make(tmp_path / "source")
    before = sorted(tmp_path.rglob("*"))
    message = one_line(run("train", source))
    assert part in message and str(source) in message
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize("words", [("check",), ("train",), ("evaluate", "model")], ids=" ".join)
def test_no_classes_are_not_all_classes(run, words):
    assert one_line(run(*words, "digits", "--classes", "")).startswith("--classes is empty; expected names")
