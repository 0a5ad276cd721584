"""A training leaves a model that says "not sure" and "none of these", and everybody who asks it hears the same."""

import csv
import json

import numpy as np
import pytest

import pellucid
from pellucid.errors import RecipeError
from pellucid.estimators import PellucidClassifier
from pellucid.images import open_source
from pellucid.runs.refusals import MOST_KNOWN

pytestmark = pytest.mark.usefixtures("no_figures")

SHORT = {"hidden": (64,), "epochs": 12, "validation": 0.35}


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return pellucid.train("digits", out=tmp_path_factory.mktemp("run") / "run", abstain_at_risk=0.05, **SHORT)


def test_the_threshold_is_stored_and_gains_what_it_says(run):
    found, model = run.worth.refusals, pellucid.load(run.model)
    assert model.threshold == found.promise.threshold > 0
    assert found.promise.bound <= 0.05 + 1e-9 and found.curve.part == "validation"
    assert found.answered.n == run.n_test and found.answered.unsure > 0
    assert found.answered.accuracy > run.accuracy
    assert 1 - found.answered.accuracy < 0.05


def test_the_distance_limit_is_stored_and_the_file_stays_small(run):
    model = pellucid.load(run.model)
    assert model.novelty.layers == (0, 2) and model.novelty.widths == (4, 64)  # the picture, and what the last layer sees
    assert model.novelty.features.shape == (MOST_KNOWN, 68) and model.novelty.limit == run.worth.refusals.limit
    noise = np.random.default_rng(0).integers(0, 17, (200, 8, 8)).astype(np.float32)
    assert model.decide(noise).strange.mean() > 0.9
    assert run.worth.refusals.answered.strange < 0.05 * run.n_test


def test_table_python_evaluation_and_estimator_agree(run):
    model, images = pellucid.load(run.model), open_source("digits").images
    with open(run.folder / "predictions.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    numbers = [int(row["path"][7:-1]) for row in rows]
    found = model.decide(images[numbers])
    assert found.refused.tolist() == [row["refused"] for row in rows]
    assert [label or None for label in model.predict(images[numbers])] == [
        row["predicted"] if not row["refused"] else None for row in rows
    ]
    scored = pellucid.evaluate(model, "digits")
    assert scored.answered == run.worth.refusals.answered
    assert scored.scores.accuracy == run.accuracy
    estimator = PellucidClassifier.from_model(run.model)  # its threshold and limit are left behind: a class for everything
    answers = estimator.predict(images[numbers])
    assert (answers == np.array([row["predicted"] for row in rows])).mean() > 0.99


def test_train_and_evaluate_report_the_same_loss(run):
    assert run.classifier.temperature != 1
    assert pellucid.evaluate(run.model, "digits").scores.loss == pytest.approx(run.loss, rel=1e-4)


def test_json_and_scores_say_what_is_refused(run):
    values = json.loads((run.folder / "scores.json").read_text(encoding="utf-8"))["refusals"]
    assert values == json.loads(json.dumps(run.to_json()["refusals"]))
    assert values["promise"]["threshold"] == run.classifier.threshold
    assert set(values["answered"]["refused"]) == {"not sure", "none of these"}


def test_the_report_shows_the_curve_and_the_refused_pictures(run):
    page = run.report.read_text(encoding="utf-8")
    section = page[page.index('<section id="refusals">') :]
    assert "asked for: 5.0" in section and "Not sure: " in section and "Below 8" in section


def test_no_validation_pictures_no_threshold(tmp_path):
    with pytest.raises(RecipeError, match="hold some back with --validation"):
        pellucid.train("digits", out=tmp_path / "run", validation=0, abstain_at_risk=0.02)
    assert not (tmp_path / "run").exists()


def test_where_nothing_can_be_promised_nothing_is_stored_and_one_line_says_so(tmp_path):
    said = []
    short = {"epochs": 2, "hidden": (8,), "validation": 0.05, "abstain_at_risk": 0.02}
    run = pellucid.train("digits", out=tmp_path / "run", progress=listener(said), **short)
    (line,) = [line for line in said if "promises" in line]
    assert "pictures are too few, at least 263 are needed" in line and "\n" not in line
    assert run.classifier.threshold is None and run.worth.refusals.promise is None
    assert "no threshold can promise it" in run.report.read_text(encoding="utf-8")


def test_a_final_network_is_judged_by_the_folds(tmp_path):
    run = pellucid.train("digits", out=tmp_path / "run", epochs=6, hidden=(32,), folds=2, final=True, abstain_at_risk=0.1)
    found = run.worth.refusals
    assert found.curve.part == "cross-validation" and found.curve.n == 1797
    assert run.classifier.threshold == found.promise.threshold
    assert run.classifier.novelty is None  # no picture was held back to say how far is far


def test_strange_pictures_may_be_answered(tmp_path):
    run = pellucid.train("digits", out=tmp_path / "run", epochs=1, hidden=(8,), **{"answers.none_of_these": False})
    assert run.classifier.novelty is None and run.worth.refusals.answered is None
    assert pellucid.evaluate(run.model, "digits").to_json()["answered"] is None


def test_an_autoencoder_has_no_answers_to_be_unsure_of():
    with pytest.raises(RecipeError, match="no answers to be unsure of"):
        pellucid.load_recipe("autoencoder").override({"abstain_at_risk": 0.02})


def listener(said):
    from pellucid.runs.progress import Silent

    class Listener(Silent):
        def say(self, text):
            said.append(text)

    return Listener()
