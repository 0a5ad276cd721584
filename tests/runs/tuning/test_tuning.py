"""A search: what its trials see, what it leaves, how it goes on."""

import json
import math
import sys

import joblib
import numpy as np
import pytest

import pellucid
from pellucid import runs
from pellucid.errors import Interrupted, OutputError, PellucidError, RecipeError
from pellucid.machine import cores
from pellucid.runs.assemble import assemble
from pellucid.runs.learn import learn
from pellucid.runs.prepare import prepare
from pellucid.runs.tuning.tuning import _jobs
from tests.runs.tuning.space import SMALL, recipe_with

optuna = pytest.importorskip("optuna")


@pytest.fixture(autouse=True)
def reference_kernels(monkeypatch):
    """A search is the same over both kernel sets; those of NumPy need no compilation."""
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")


class Heard(runs.Silent):
    def __init__(self):
        self.lines = []

    def say(self, text):
        self.lines.append(text)


@pytest.fixture(scope="module")
def search(tmp_path_factory):
    folder = tmp_path_factory.mktemp("search")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PELLUCID_KERNELS", "reference")
        return runs.tune("digits", recipe_with(SMALL), folder / "out", trials=10)


def test_what_it_finds(search):
    assert len(search.trials) == 10
    complete = [trial for trial in search.trials if trial.state == "complete"]
    assert search.best.loss == min(trial.loss for trial in complete)
    assert all(trial.state in ("complete", "pruned") for trial in search.trials)
    assert any(trial.state == "pruned" for trial in search.trials)
    rates = [trial.values["optimizer.learning_rate"] for trial in search.trials]
    assert all(1e-5 <= rate <= 0.1 for rate in rates) and len(set(rates)) == 10
    assert {trial.values["training.batch_size"] for trial in search.trials} <= set(range(32, 257))
    assert {tuple(trial.values["network.hidden"]) for trial in search.trials} == {(4,), (16,)}


def test_the_first_trial_is_the_recipe_as_it_is(search):
    assert search.trials[0].values == {"optimizer.learning_rate": 1e-3, "training.batch_size": 64, "network.hidden": [16]}
    assert search.trials[0].state == "complete"


def test_what_a_trial_reports_is_what_training_reports(search):
    """The best recipe learns in the same bits by itself, and has the lowest loss that the search promised."""
    prepared = prepare("digits", search.recipe, {}, runs.Silent())
    assert prepared.recipe.tune == {}
    curve = tuple(epoch.validation_loss for epoch in learn(assemble(prepared)))
    assert curve == search.best.curve
    assert min(curve) == search.best.loss


def test_test_pictures_are_never_looked_at(tmp_path, monkeypatch):
    """Pictures that would end everything are put where the test part is."""
    from pellucid.runs.tuning import tuning

    real = tuning.prepare

    def poisoned(*arguments):
        prepared = real(*arguments)
        images = prepared.dataset.images.astype(np.float32)
        images[prepared.split.test] = np.nan
        object.__setattr__(prepared.dataset, "images", images)
        return prepared

    monkeypatch.setattr(tuning, "prepare", poisoned)
    found = runs.tune("digits", recipe_with(SMALL), tmp_path / "out", trials=2, epochs=2)
    assert all(math.isfinite(trial.loss) for trial in found.trials)


def test_it_goes_on_as_if_it_had_not_ended(tmp_path):
    whole = runs.tune("digits", recipe_with(SMALL), tmp_path / "whole", trials=4, epochs=2)
    runs.tune("digits", recipe_with(SMALL), tmp_path / "parts", trials=2, epochs=2)
    heard = Heard()
    parts = runs.tune("digits", recipe_with(SMALL), tmp_path / "parts", trials=4, epochs=2, progress=heard)
    assert any(line.startswith("going on after 2 trials") for line in heard.lines)
    assert [trial.values for trial in parts.trials] == [trial.values for trial in whole.trials]
    assert [trial.curve for trial in parts.trials] == [trial.curve for trial in whole.trials]
    again = runs.tune("digits", recipe_with(SMALL), tmp_path / "parts", trials=4, epochs=2)
    assert len(again.trials) == 4


@pytest.mark.slow
def test_processes_share_a_study_and_the_cores(tmp_path, monkeypatch):
    monkeypatch.setattr("pellucid.runs.tuning.tuning.cores", lambda: 2)
    found = runs.tune("digits", recipe_with(SMALL), tmp_path / "out", trials=6, jobs=2, epochs=3)
    assert [trial.state in ("complete", "pruned") for trial in found.trials] == [True] * 6
    assert len({trial.values["optimizer.learning_rate"] for trial in found.trials}) == 6
    alone = runs.tune("digits", recipe_with(SMALL), tmp_path / "alone", trials=1, epochs=3)
    assert found.trials[0].curve == alone.trials[0].curve


def test_more_jobs_than_cores_are_refused_by_number(tmp_path):
    heard = Heard()
    jobs, across = _jobs(10 * cores(), heard)
    assert jobs == cores() and not across
    assert heard.lines == [f"{cores()} trials at once in place of {10 * cores()}: more than cores would only wait for each other"]
    assert _jobs(-1, heard)[0] == min(joblib.cpu_count(), cores())


def test_ctrl_c_keeps_what_is_finished(tmp_path, monkeypatch):
    from pellucid.runs.tuning import trial

    real, begun = trial.learn, []

    def until_the_third(parts):
        begun.append(parts)
        if len(begun) == 3:
            raise KeyboardInterrupt
        return real(parts)

    monkeypatch.setattr(trial, "learn", until_the_third)
    found = runs.tune("digits", recipe_with(SMALL), tmp_path / "out", trials=5, epochs=2)
    assert found.stopped and [each.state for each in found.trials] == ["complete", "complete", "failed"]
    assert found.report.exists() and found.recipe.exists()
    monkeypatch.setattr(trial, "learn", real)
    found = runs.tune("digits", recipe_with(SMALL), tmp_path / "out", trials=5, epochs=2)
    assert [each.state for each in found.trials].count("complete") == 5


def test_ctrl_c_before_anything_is_finished(tmp_path, monkeypatch):
    from pellucid.runs.tuning import trial

    def at_once(parts):
        raise KeyboardInterrupt

    monkeypatch.setattr(trial, "learn", at_once)
    with pytest.raises(Interrupted, match="stopped before a trial was finished"):
        runs.tune("digits", recipe_with(SMALL), tmp_path / "out", trials=2)


def test_a_rate_that_diverges_ends_a_trial_and_not_the_search(tmp_path):
    space = {"optimizer.learning_rate": {"choices": [0.01, 1e30]}}
    found = runs.tune("digits", recipe_with(space), tmp_path / "out", trials=6, epochs=2, optimizer="sgd")
    diverged = [trial for trial in found.trials if trial.values["optimizer.learning_rate"] == 1e30]
    assert diverged and all(trial.state == "pruned" and "training diverged" in trial.problem for trial in diverged)
    assert found.best.values == {"optimizer.learning_rate": 0.01}


def test_what_is_written(search):
    assert {path.name for path in search.folder.iterdir()} == {"best.toml", "report.html", "study.journal", "trials.json"}
    assert json.loads((search.folder / "trials.json").read_text()) == json.loads(json.dumps(search.to_json()))


def test_another_search_in_the_same_study_is_refused(search, tmp_path):
    with pytest.raises(OutputError, match=r"was begun with optimizer.name = adamw, not sgd; go on with the same"):
        runs.tune("digits", recipe_with(SMALL), tmp_path / "out", storage=search.study, optimizer="sgd")
    with pytest.raises(OutputError, match="begun with "):
        runs.tune("digits", recipe_with({"loss.l2": {"low": 0, "high": 1}}), tmp_path / "other", storage=search.study)


def test_a_folder_in_use_is_left_alone(tmp_path):
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(OutputError, match="is not empty"):
        runs.tune("digits", out=tmp_path)


def test_a_file_that_is_no_study(tmp_path):
    (tmp_path / "notes.txt").write_text("mine\n")
    with pytest.raises(PellucidError, match=r"notes.txt is no study of pellucid"):
        runs.tune("digits", recipe_with(SMALL), tmp_path / "out", storage=tmp_path / "notes.txt")
    assert (tmp_path / "notes.txt").read_text() == "mine\n"


def test_a_line_that_was_cut_off_is_left_out(search, tmp_path):
    broken = tmp_path / "study.journal"
    broken.write_bytes(search.study.read_bytes() + b'{"op_code": 6, "worker')
    found = runs.tune("digits", recipe_with(SMALL), tmp_path / "out", trials=10, storage=broken)
    assert [trial.values for trial in found.trials] == [trial.values for trial in search.trials]


BAD = {
    "no trials": ({"trials": 0}, "trials is 0; expected a whole number of at least 1"),
    "no jobs": ({"jobs": 0}, "jobs is 0; expected"),
    "nothing to compare on": ({"validation": 0.0}, "no validation pictures to compare trials on; set data.validation above 0"),
}


@pytest.mark.parametrize(("settings", "part"), BAD.values(), ids=BAD)
def test_bad_input(settings, part, tmp_path):
    with pytest.raises(RecipeError, match=part):
        runs.tune("digits", recipe_with(SMALL), tmp_path / "out", **settings)
    assert not (tmp_path / "out" / "best.toml").exists()


def test_a_value_that_does_not_fit_the_recipe(tmp_path):
    with pytest.raises(RecipeError, match=r"tune.network.width: network.width does not describe the preset mlp"):
        runs.tune("digits", recipe_with({"network.width": {"choices": [8]}}), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_without_optuna(monkeypatch):
    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(PellucidError, match=r"a search needs Optuna, which is missing: pip install 'pellucid\[tune\]'"):
        pellucid.tune("digits")
