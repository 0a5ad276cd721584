"""Finished runs are read back from their folders and tested on the pictures that both held back."""

import csv
import shutil
from itertools import combinations
from math import comb
from pathlib import Path

import pytest

import pellucid
from pellucid.errors import DataError, PellucidError
from pellucid.runs.record import _held_out, short_names

OLD = Path(__file__).parent.parent / "files" / "model-version-1.safetensors"


@pytest.fixture(scope="module")
def runs(tmp_path_factory):
    """Folders of five runs on the digits: two networks, another seed, folds, and an autoencoder."""
    parent = tmp_path_factory.mktemp("runs")
    kinds = {
        "narrow": {"hidden": (4,), "epochs": 1},
        "wide": {"hidden": (48,), "epochs": 3},
        "reseeded": {"hidden": (48,), "epochs": 3, "seed": 1},
        "folds": {"hidden": (4,), "epochs": 1, "folds": 2, "final": True},
        "squeezed": {"recipe": "autoencoder", "epochs": 1},
    }
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PELLUCID_KERNELS", "reference")  # nothing here is worth compiling for
        patch.setattr("pellucid.report.save_figures", lambda data, folder: [])  # nor any figure looked at
        for name, settings in kinds.items():
            pellucid.train("digits", out=parent / name, **settings)
    return parent


def held_out(folder):
    """Name -> right or wrong, straight from the table."""
    with open(folder / "predictions.csv", encoding="utf-8", newline="") as file:
        return {
            row["path"]: row["label"] == row["predicted"]
            for row in csv.DictReader(file)
            if row["split"] in ("test", "fold 1", "fold 2")
        }


@pytest.mark.parametrize(("one", "other"), [*combinations(("narrow", "wide", "reseeded", "folds"), 2)])
def test_the_test_is_that_of_the_tables(runs, one, other):
    [pair] = pellucid.compare([runs / one, runs / other]).pairs
    first, second = held_out(runs / one), held_out(runs / other)
    common = set(first) & set(second)
    alone = [sum(first[name] > second[name] for name in common), sum(first[name] < second[name] for name in common)]
    assert (pair.pairing.n, pair.pairing.first, pair.pairing.second) == (len(common), *alone)
    n = sum(alone)
    tail = 2 * sum(comb(n, k) for k in range(min(alone) + 1)) / 2**n
    assert pair.pairing.p == pytest.approx(min(1, tail))


def test_splits_that_differ_leave_few_pictures_and_folds_all(runs):
    same, few, all_of = (pellucid.compare([runs / "wide", runs / name]).pairs[0] for name in ("narrow", "reseeded", "folds"))
    assert same.pairing.n == 270 == all_of.pairing.n
    assert 0 < few.pairing.n < 100
    assert same.better.name == "wide"


def test_rows_hold_what_the_runs_reported(runs):
    narrow, squeezed = pellucid.compare([runs / "narrow", runs / "squeezed"]).runs
    assert narrow.parameters == 64 * 4 + 4 + 4 * 10 + 10
    assert (narrow.name, narrow.data, narrow.part, len(narrow.epochs)) == ("narrow", "digits", "test", 1)
    assert narrow.seconds > 0 and narrow.version == pellucid.__version__
    assert squeezed.classes == () and 0 < squeezed.score["explained"] < 1


def test_settings_that_differ(runs):
    assert pellucid.compare([runs / "wide", runs / "reseeded"]).differences == {"training.seed": [0, 1]}
    found = pellucid.compare([runs / "narrow", runs / "wide"]).differences
    assert found == {"network.hidden": [[4], [48]], "training.epochs": [1, 3]}


def test_an_older_run_with_little_in_it(runs, tmp_path):
    """A model file of version 1, a recipe with a key that is gone, scores without what was added since."""
    old = tmp_path / "old"
    old.mkdir()
    shutil.copy(OLD, old / "model.safetensors")
    (old / "config.toml").write_text('name = "mine"\n[training]\nepochs = 3\nseed = 0\nlong_gone = true\n')
    (old / "scores.json").write_text('{"test": {"n": 4, "accuracy": 0.75, "interval": [0.3, 0.95], "loss": 1.0}}')
    (old / "metrics.jsonl").write_text('{"number": 0, "loss": 1.5}\n')
    (old / "predictions.csv").write_text("path,label,predicted,split\nx.png,a,a,test\n")
    found = pellucid.compare([old, runs / "narrow"])
    assert found.runs[0].recipe == "mine" and found.runs[0].classes == ("a", "b", "c")
    assert found.pairs[0].reason.startswith("they were trained on different data")
    assert found.differences["training.long_gone"] == [True, None]


def test_names_of_pictures_may_hold_any_character():
    text = "path,label,predicted,probability,split,refused\n" + '"a\u2028b\x0b.png",cat,dog,0.6,test,\n'
    assert _held_out(text) == {"a\u2028b\x0b.png": ("cat", "dog")}


def test_names_are_short_and_different():
    assert short_names([Path("/a/runs/x-1"), Path("/a/runs/x-2")]) == ["x-1", "x-2"]
    assert short_names([Path("/a/x"), Path("/b/x"), Path("/b/y")]) == ["a/x", "b/x", "b/y"]


def test_a_folder_named_twice(runs, tmp_path):
    (tmp_path / "link").symlink_to(runs / "wide")
    for other in (runs / "wide", runs / "narrow" / ".." / "wide", tmp_path / "link"):
        with pytest.raises(DataError, match="same folder; name each run once"):
            pellucid.compare([runs / "wide", other])


def broken(folder, copy, **changes):
    """A copy of a run with some of its files rewritten, or gone (None)."""
    shutil.copytree(folder, copy)
    for name, content in changes.items():
        path = copy / name.replace("_", ".")
        path.unlink()
        if content is not None:
            path.write_bytes(content)
    return copy


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"config_toml": None}, "holds no run"),
        ({"scores_json": None}, "has not ended; finish it with pellucid train --resume"),
        ({"model_safetensors": None}, "has not ended"),
        ({"scores_json": b"{"}, "scores.json is damaged"),
        ({"scores_json": b"{}"}, "holds no scores"),
        ({"scores_json": b"\xff\xfe"}, "scores.json is damaged"),
        ({"config_toml": b"a = ["}, "config.toml is damaged"),
        ({"metrics_jsonl": b'{"number": 0}\n{"num'}, "metrics.jsonl is damaged"),
        ({"predictions_csv": b"path,label\na,b\n"}, "predictions.csv is damaged"),
        ({"predictions_csv": b""}, "predictions.csv is damaged"),
        ({"predictions_csv": None}, "cannot read"),
        ({"model_safetensors": b"no model"}, "damaged or no model"),
    ],
)
def test_what_is_no_finished_run_is_refused_in_one_line(runs, tmp_path, changes, said):
    folder = broken(runs / "wide", tmp_path / "broken", **changes)
    with pytest.raises(PellucidError, match=said) as error:
        pellucid.compare([runs / "narrow", folder])
    assert str(folder) in str(error.value) and "\n" not in str(error.value)


def test_what_is_no_folder_is_refused(runs, tmp_path):
    for other, said in ((tmp_path / "none", "not there"), (runs / "wide" / "report.html", "a file"), (tmp_path, "no run")):
        with pytest.raises(DataError, match=said):
            pellucid.compare([runs / "wide", other])
    for few in ([], [runs / "wide"]):
        with pytest.raises(DataError, match="expected two or more"):
            pellucid.compare(few)
