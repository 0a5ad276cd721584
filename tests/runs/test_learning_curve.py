"""Trainings on shares: classes in proportion, groups whole, an interrupted run goes on where it was."""

import json
from dataclasses import replace

import numpy as np
import pytest

import pellucid
from pellucid.errors import RecipeError
from pellucid.evaluation import Training
from pellucid.recipes import Recipe
from pellucid.runs.folder import RunFolder
from pellucid.runs.learning_curve import SHARES, announce, shares_of, train_shares
from pellucid.runs.prepare import prepare, split_of
from pellucid.runs.progress import Silent

QUICK = {"recipe": "digits/faithful", "hidden": [16], "network.initialiser": "he", "epochs": 3, "learning_curve": True}


@pytest.fixture(autouse=True)
def reference_kernels(monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")


class Told(Silent):
    def __init__(self):
        self.lines = []

    def say(self, text):
        self.lines.append(text)


def points(folder, n=400):
    """Two clouds of points that are easily told apart."""
    rng = np.random.default_rng(0)
    y = np.arange(n) % 2
    x = (rng.standard_normal((2, 10))[y] + 0.8 * rng.standard_normal((n, 10))).astype(np.float32)
    np.savez(folder / "points.npz", x=x, y=y)
    return folder / "points.npz"


def prepared(**settings):
    return prepare("digits", Recipe().override({"network.hidden": [16], "epochs": 2} | settings), {}, Silent())


def test_shares_keep_classes_in_proportion_and_the_other_parts():
    ready = prepared()
    splits = shares_of(ready)
    for share, split in zip(SHARES, splits, strict=True):
        assert abs(len(split.train) - share * len(ready.split.train)) <= 1
        assert set(split.train) <= set(ready.split.train)
        counts = np.bincount(ready.dataset.labels[split.train], minlength=10)
        assert np.all(abs(counts - share * np.bincount(ready.dataset.labels[ready.split.train])) <= 2)
        assert np.array_equal(split.test, ready.split.test) and np.array_equal(split.validation, ready.split.validation)
    assert not np.array_equal(splits[0].train, splits[1].train)  # two draws
    assert all(np.array_equal(one.train, two.train) for one, two in zip(splits, shares_of(ready), strict=True))


def test_groups_stay_whole():
    ready = prepared()
    dataset = replace(ready.dataset, groups=np.arange(len(ready.dataset)) // 3)
    ready = replace(ready, dataset=dataset).with_split(split_of(ready.recipe, dataset))
    for part in shares_of(ready):
        touched = np.isin(dataset.groups, dataset.groups[part.train])
        assert np.array_equal(np.flatnonzero(touched), part.train)


def test_a_run_says_what_twice_the_pictures_would_give(tmp_path):
    told = Told()
    run = pellucid.train(points(tmp_path), out=tmp_path / "run", progress=told, **QUICK)
    curve = run.worth.learning_curve
    assert [each.pictures for each in curve.trainings] == [40, 40, 80, 160, 320]
    assert curve.part == "test" and all(each.answers == 80 for each in curve.trainings)
    assert curve.trainings[-1].accuracy == run.accuracy
    assert run.to_json()["learning_curve"] == json.loads((tmp_path / "run" / "scores.json").read_text())["learning_curve"]
    assert told.lines[[line.startswith("learning curve") for line in told.lines].index(True)].endswith("about as long again")
    assert sum("test pictures right" in line for line in told.lines) == len(SHARES)
    page = run.report.read_text(encoding="utf-8")
    assert "Would more rows help?" in page and (tmp_path / "run" / "figures" / "learning_curve.png").exists()


def test_without_it_there_is_none(tmp_path):
    run = pellucid.train(points(tmp_path), out=tmp_path / "run", **QUICK | {"learning_curve": False})
    assert run.worth.learning_curve is None and "learning_curve" not in run.to_json()
    assert "Would more" not in run.report.read_text(encoding="utf-8")
    assert not RunFolder(tmp_path / "run").learning_curve.exists()


def test_finished_shares_are_not_trained_again(tmp_path):
    ready, folder = prepared(), RunFolder(tmp_path)
    whole = train_shares(ready, folder, Silent(), lambda: False)
    stored = json.loads(folder.learning_curve.read_text())
    del stored["3"]
    stored["0"] = {"pictures": 7, "wrong": 1, "answers": 2}
    folder.learning_curve.write_text(json.dumps(stored))
    again = train_shares(ready, folder, Silent(), lambda: False)
    assert again == [Training(7, 1, 2), *whole[1:]]


def test_stopped_in_the_middle_it_keeps_the_model_and_what_was_finished(tmp_path):
    asked = Told()

    def stop():
        return any("1/8 of the training" in line for line in asked.lines)

    run = pellucid.train(points(tmp_path), out=tmp_path / "run", progress=asked, stop=stop, **QUICK)
    curve = run.worth.learning_curve
    assert len(run.epochs) == 3 and [each.pictures for each in curve.trainings] == [40, 320]
    assert curve.obstacle == "few sizes" and "interrupted" not in run.report.read_text(encoding="utf-8")


def test_a_training_that_diverges_is_left_out(tmp_path):
    ready, told = prepared(**{"optimizer.name": "sgd", "optimizer.learning_rate": 1e20}), Told()
    assert train_shares(ready, RunFolder(tmp_path), told, lambda: False) == []
    assert sum("diverged and is left out" in line for line in told.lines) == len(SHARES)


def test_nothing_held_back_is_an_error():
    with pytest.raises(RecipeError, match="held back; keep some back with"):
        announce(prepared(test=0.0, validation=0.0), Silent())


def test_validation_serves_where_there_is_no_test(tmp_path):
    run = pellucid.train(points(tmp_path), out=tmp_path / "run", **QUICK | {"test": 0.0, "validation": 0.2})
    assert run.worth.learning_curve.part == "validation"


@pytest.mark.parametrize("settings", [{"final": True}, {"loss.name": "reconstruction", "network.preset": "autoencoder"}])
def test_what_it_does_not_go_with(settings):
    with pytest.raises(RecipeError, match="learning_curve"):
        Recipe().override({"learning_curve": True} | settings)
