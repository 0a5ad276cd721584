"""The main job on real sources: what it leaves behind, what it refuses, and how it ends early."""

import csv
import json
import os
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

import pellucid
from pellucid.errors import DataError, Interrupted, OutputError, RecipeError, TrainingDiverged
from pellucid.runs.prepare import prepare
from pellucid.runs.progress import Silent

pytestmark = pytest.mark.usefixtures("no_figures", "reference_kernels")

QUICK = {"recipe": "digits/faithful", "epochs": 3, "hidden": [16]}
FILES = {
    "model.safetensors",
    "report.html",
    "scores.json",
    "checks.json",
    "metrics.jsonl",
    "config.toml",
    "split.csv",
    "predictions.csv",
    "confusion_matrix.csv",
    "classification_report.txt",
    "figures",
}


@pytest.fixture
def photographs(tmp_path):
    """Two classes that a small network can tell apart: bright and dark pictures of several sizes."""
    rng = np.random.default_rng(0)
    for name, level in (("bright", 180), ("dark", 60)):
        for number in range(20):
            size = (int(rng.integers(8, 30)), int(rng.integers(8, 30)), 3)
            path = tmp_path / "photos" / name / f"{number}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(np.clip(rng.normal(level, 30, size), 0, 255).astype(np.uint8)).save(path)
    return tmp_path / "photos"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PELLUCID_KERNELS", "reference")
        return pellucid.train("digits", out=tmp_path_factory.mktemp("train") / "run", **QUICK)


def test_leaves_every_file_of_the_design(run):
    assert {path.name for path in run.folder.iterdir()} == FILES
    figures = {"loss_curve.png", "confusion_matrix.png", "sample_predictions.png", "samples.png"}
    assert {path.name for path in (run.folder / "figures").iterdir()} >= figures


def test_files_and_run_tell_the_same(run):
    scores = json.loads((run.folder / "scores.json").read_text())
    assert scores["test"]["accuracy"] == run.accuracy == run.to_json()["accuracy"]
    rows = list(csv.DictReader((run.folder / "predictions.csv").read_text().splitlines()))
    assert len(rows) == 1797
    test = [row for row in rows if row["split"] == "test"]
    assert np.mean([row["label"] == row["predicted"] for row in test]) == pytest.approx(run.accuracy)
    assert len((run.folder / "metrics.jsonl").read_text().splitlines()) == 3
    cells = [row.split(",")[1:] for row in (run.folder / "confusion_matrix.csv").read_text().splitlines()[1:]]
    assert np.trace(np.array(cells, dtype=int)) == scores["test"]["correct"]


def test_the_saved_model_answers_as_the_run_did(run):
    model = pellucid.load(run.model)
    evaluation = pellucid.evaluate(model, "digits")
    assert evaluation.part == "test" and evaluation.n == run.n_test == 360
    assert evaluation.scores.accuracy == run.accuracy
    assert evaluation.scores.loss == pytest.approx(run.loss, rel=1e-5)


def test_the_resolved_configuration_repeats_the_run(run, tmp_path):
    again = pellucid.train(recipe=run.folder / "config.toml", out=tmp_path / "again")
    assert again.model.read_bytes() == run.model.read_bytes()


def test_another_seed_is_another_run(run, tmp_path):
    other = pellucid.train("digits", out=tmp_path / "other", seed=1, **QUICK)
    assert other.model.read_bytes() != run.model.read_bytes()


def test_photographs_of_any_size_train_by_default(photographs, tmp_path):
    run = pellucid.train(photographs, out=tmp_path / "run", epochs=10)
    assert run.recipe == "photographs"
    assert run.accuracy == 1.0
    assert run.classifier.input.shape == (29, 29, 3) or run.classifier.input.shape == (64, 64, 3)
    assert set(run.classifier.predict([photographs / "dark" / "3.png", photographs / "bright" / "3.png"])) == {"dark", "bright"}


def test_the_number_of_epochs_follows_the_number_of_pictures(tmp_path):
    def epochs(pictures, **overrides):
        source = tmp_path / f"{pictures}.npz"
        np.savez(source, x=np.zeros((pictures, 4, 4, 1), np.uint8), y=np.arange(pictures) % 2)
        chosen = {"epochs": "auto", "data.validation": 0.0, "data.test": 0.5, "data.leak_guard": "off", **overrides}
        return prepare(source, "photographs", chosen, Silent()).recipe.training.epochs

    assert [epochs(pictures) for pictures in (20, 2000, 200_000)] == [200, 60, 8]
    assert epochs(2000, epochs=7) == 7


def test_mean_and_deviation_come_from_the_training_part_alone(photographs, tmp_path):
    spec = pellucid.train(photographs, out=tmp_path / "a", epochs=1, size=16).classifier.input
    rng = np.random.default_rng(1)
    for line in (tmp_path / "a" / "split.csv").read_text().splitlines():
        path, _, part = line.split(",")
        if part == "test":  # no two alike: copies would be kept together, in other parts than before
            Image.fromarray(rng.integers(230, 256, (9, 9, 3)).astype(np.uint8)).save(photographs / path)
    again = pellucid.train(photographs, out=tmp_path / "b", epochs=1, size=16).classifier.input
    assert np.array_equal(spec.mean, again.mean) and np.array_equal(spec.std, again.std)


def test_an_ordered_split_cuts_parts_and_folds_by_the_order_of_the_pictures(tmp_path):
    """And `evaluate`, which cuts anew, finds the same pictures."""
    settings = QUICK | {"data.split": "ordered", "test": 0.5, "validation": 0.1, "folds": 3, "epochs": 1}
    run = pellucid.train("digits", out=tmp_path / "run", **settings)
    names = [line.rsplit(",", 1)[1] for line in (run.folder / "split.csv").read_text().splitlines()[1:]]
    assert names == ["train"] * 718 + ["validation"] * 180 + ["test"] * 899
    assert pellucid.evaluate(run.model, "digits").scores.accuracy == run.accuracy
    assert run.folds.predictions.split.tolist() == ["fold 1"] * 599 + ["fold 2"] * 599 + ["fold 3"] * 599


def test_folds_beside_a_network_of_its_own(tmp_path):
    run = pellucid.train("digits", out=tmp_path / "run", folds=3, **QUICK | {"validation": 0.05})
    assert run.part == "test" and run.scores["cross-validation"].n == 1797
    assert json.loads((tmp_path / "run" / "scores.json").read_text())["cross-validation"]["n"] == 1797
    assert not [finding for finding in run.findings if finding.fault == "validation too small"]  # folds are what it advises
    assert "Over 3 folds" in (tmp_path / "run" / "report.html").read_text(encoding="utf-8")


def test_another_network_than_the_recipe_speaks_of_is_said(tmp_path):
    told = []
    progress = type("Told", (Silent,), {"say": staticmethod(told.append)})()
    pellucid.train("digits", out=tmp_path / "run", hidden=[8], epochs=1, progress=progress)
    assert any(line.endswith('), but with network.preset = "mlp"; another one with --recipe') for line in told)


def test_cross_validation_and_final(tmp_path):
    run = pellucid.train("digits", out=tmp_path / "run", folds=3, final=True, **QUICK)
    assert run.part == "cross-validation" and run.n_test == 1797
    assert len(run.folds.accuracies) == 3
    assert run.accuracy == pytest.approx(np.average(run.folds.accuracies, weights=[599, 599, 599]), abs=1e-3)
    assert run.classifier.provenance["pictures"] == {"train": 1797, "validation": 0, "test": 0}
    stored = pellucid.load(run.model)
    assert stored.scores["folds"]["accuracies"] == list(run.folds.accuracies)
    evaluation = pellucid.evaluate(stored, "digits")
    assert "no test" in evaluation.why  # it was trained on all of these


def test_l_bfgs_learns_and_is_stored_in_float32(tmp_path):
    run = pellucid.train("digits", "digits/faithful", tmp_path / "run", optimizer="lbfgs", batch_size=0, epochs=3)
    assert run.accuracy > 0.9
    assert pellucid.load(run.model).network.dtype == np.float32


def test_diverging_keeps_the_last_good_model(tmp_path):
    with pytest.raises(TrainingDiverged, match=r"diverged: .* at step \d+ .* learning rate 1e\+06.*nothing|try a learning"):
        pellucid.train("digits", out=tmp_path / "never", learning_rate=1e38, **QUICK)
    assert not (tmp_path / "never").exists()  # not even one good epoch: nothing is left

    settings = {**QUICK, "epochs": 6, "schedule.name": "step", "schedule.every": 1, "schedule.factor": 0.999999}
    with pytest.raises(TrainingDiverged, match=r"the model of epoch \d+ is kept in"):
        _diverge_later(tmp_path / "kept", settings)
    assert np.isfinite(pellucid.load(tmp_path / "kept" / "model.safetensors").network.theta).all()


def _diverge_later(out, settings):
    """A run whose third epoch meets a gradient that is not a number."""
    from pellucid.optim import Update

    original, calls = Update.__call__, [0]

    def broken(self, learning_rate):
        calls[0] += 1
        if calls[0] > 100:
            self.network.grad[0] = np.nan
        return original(self, learning_rate)

    Update.__call__ = broken
    try:
        pellucid.train("digits", out=out, **settings)
    finally:
        Update.__call__ = original


def test_stopped_early_keeps_the_best_so_far(tmp_path):
    calls = iter(range(10_000))
    run = pellucid.train("digits", out=tmp_path / "run", stop=lambda: next(calls) > 70, **QUICK)
    assert len(run.epochs) == 2 and run.epochs[-1].partial
    assert "it was interrupted" in run.report.read_text()
    with pytest.raises(Interrupted, match="before the first step"):
        pellucid.train("digits", out=tmp_path / "nothing", stop=lambda: True, **QUICK)
    assert not (tmp_path / "nothing").exists()


def test_the_time_budget_ends_the_run(tmp_path):
    run = pellucid.train("digits", "digits/faithful", tmp_path / "run", epochs=100_000, minutes=0.005)
    assert 0 < len(run.epochs) < 100_000
    assert "time budget" in run.report.read_text()


def test_early_stopping_restores_the_best_weights(tmp_path):
    run = pellucid.train("digits", out=tmp_path / "run", recipe="digits/faithful", epochs=300, validation=0.15, patience=3)
    losses = [epoch.validation_loss for epoch in run.epochs]
    best = int(np.argmin(losses))
    assert len(run.epochs) == best + 1 + 3
    assert run.scores["validation"].loss == pytest.approx(losses[best], rel=1e-5)


def test_refuses_a_folder_that_is_not_empty(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(OutputError, match="not empty"):
        pellucid.train("digits", out=tmp_path, **QUICK)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_nothing_is_made_for_a_run_that_cannot_start(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for wrong, error in (
        ({"source": "no-such-folder"}, DataError),
        ({"source": "digits", "recipe": "no-such-recipe"}, RecipeError),
        ({"source": "digits", "epochs": -1}, RecipeError),
        ({"source": "digits", "loss.name": "binary_cross_entropy"}, RecipeError),
        ({"source": "digits", "loss.class_weight": {"eleven": 2.0}}, RecipeError),
        ({"source": None}, RecipeError),
    ):
        with pytest.raises(error) as caught:
            pellucid.train(**wrong)
        assert "\n" not in str(caught.value)
    assert not any(tmp_path.iterdir())


FULL_DISK = """
import resource, sys
import pellucid
from pellucid.errors import OutputError
import signal
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (40_000, 40_000))
try:
    pellucid.train("digits", "digits/faithful", sys.argv[1], epochs=2, hidden=[400])
except OutputError as error:
    print(error)
    sys.exit(2)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="RLIMIT_FSIZE is POSIX")
def test_a_full_disk_is_one_clear_line(tmp_path):
    child = subprocess.run(
        [sys.executable, "-c", FULL_DISK, str(tmp_path / "run")], capture_output=True, text=True, check=False
    )
    assert child.returncode == 2, child.stderr
    assert "cannot write" in child.stdout and child.stdout.count("\n") == 1
    assert not (tmp_path / "run" / "model.safetensors").exists()
    assert not [path for path in (tmp_path / "run").iterdir() if path.name.startswith(".")]


# The doctor


def test_the_doctor_names_a_fault_everywhere(tmp_path):
    heard = []
    progress = pellucid.runs.Silent()
    progress.say = heard.append
    run = pellucid.train("digits", out=tmp_path / "run", progress=progress, **QUICK | {"learning_rate": 50.0})
    finding = next(finding for finding in run.findings if finding.fault == "dead units")
    assert f"doctor, epoch 1: {finding}" in heard
    first = json.loads((run.folder / "metrics.jsonl").read_text().splitlines()[0])
    assert first["findings"] == run.to_json()["findings"]
    assert finding.what in run.report.read_text()


def test_the_doctor_changes_no_bit_and_can_be_switched_off(run, tmp_path):
    without = pellucid.train("digits", out=tmp_path / "run", **QUICK, **{"training.doctor": False})
    assert [epoch.loss for epoch in without.epochs] == [epoch.loss for epoch in run.epochs]
    np.testing.assert_array_equal(without.classifier.network.values, run.classifier.network.values)
    assert {epoch.findings for epoch in without.epochs} == {None} and {epoch.findings for epoch in run.epochs} == {()}
    assert 'id="doctor"' in run.report.read_text() and 'id="doctor"' not in without.report.read_text()
