"""The file of a search: its order of importance, its luck, its locks."""

import math

import pytest

from pellucid.recipes import Choices, Range
from pellucid.runs.tuning.study import STOPPED, is_finished

pytest.importorskip("optuna")
from pellucid.runs.tuning.study import Study

SPACE = {
    "optimizer.learning_rate": Range(low=1e-4, high=1.0, log=True),
    "augment.rotate": Range(low=0.0, high=20.0),
    "training.batch_size": Range(low=1, high=3),
    "network.width": Choices(choices=(8, [4, 8, 8])),
}


def proposals(path, seed, trials):
    study, found = Study(path, {}, seed), []
    for _ in range(trials):
        trial, values = study.ask(SPACE)
        study.tell(trial, "complete", abs(math.log10(values["optimizer.learning_rate"]) + 2), {"accuracy": 0.5, "seconds": 1.0})
        found.append(values)
    return found


def test_the_seed_and_the_number_of_a_trial_fix_what_it_proposes(tmp_path):
    whole = proposals(tmp_path / "a", 0, 13)
    assert proposals(tmp_path / "b", 0, 6) + proposals(tmp_path / "b", 0, 7) == whole
    assert proposals(tmp_path / "c", 1, 1) != whole[:1]
    assert all(isinstance(values["training.batch_size"], int) for values in whole)
    assert {str(values["network.width"]) for values in whole} == {"8", "[4, 8, 8]"}
    read = Study(tmp_path / "a", {}, 0).trials(SPACE)
    assert [trial.values for trial in read] == whole
    assert read[0].accuracy == 0.5


def test_importance_names_what_matters(tmp_path):
    proposals(tmp_path / "few", 0, 3)
    assert Study(tmp_path / "few", {}, 0).importance() == {}
    proposals(tmp_path / "many", 0, 25)
    found = Study(tmp_path / "many", {}, 0).importance()
    assert max(found, key=found.get) == "optimizer.learning_rate"
    assert math.isclose(sum(found.values()), 1)


def test_what_counts_as_finished(tmp_path):
    study = Study(tmp_path / "study", {}, 0)
    for state, outcome in (("complete", {}), ("pruned", {}), ("failed", {"problem": "too deep"}), ("failed", {"problem": STOPPED})):
        study.tell(study.ask(SPACE)[0], state, 1.0, outcome)
    study.ask(SPACE)
    trials = study.trials(SPACE)
    assert [trial.state for trial in trials] == ["complete", "pruned", "failed", "failed", "unfinished"]
    assert list(map(is_finished, trials)) == [True, True, True, False, False]
