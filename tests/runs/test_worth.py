"""A training leaves baselines, calibration and curves, and a model whose probabilities hold the temperature."""

import json

import numpy as np
import pytest

import pellucid
from pellucid.evaluation import fit_temperature
from pellucid.evaluation.calibration import tempered

pytestmark = pytest.mark.usefixtures("no_figures")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return pellucid.train("digits", out=tmp_path_factory.mktemp("run") / "run", epochs=6, hidden=(32,))


def test_the_network_is_set_beside_simple_methods(run):
    found = run.worth.ladder
    assert found.part == "test" and found.network.n == run.n_test
    assert found.network.accuracy == run.accuracy
    common, nearest, linear, _ = (rung.accuracy for rung in found.rungs)
    assert common == pytest.approx(run.scores["test"].majority[1])
    assert nearest > 0.95 and linear > 0.9
    assert run.to_json()["baselines"] == found.to_json()


def test_scores_json_holds_all_three(run):
    values = json.loads((run.folder / "scores.json").read_text(encoding="utf-8"))
    assert [row["name"] for row in values["baselines"]][-1] == "This network"
    assert values["calibration"]["temperature"] == run.classifier.temperature
    assert values["ranking"]["roc_area"] > 0.9


def test_the_temperature_is_that_of_the_validation_pictures(run):
    temperature = run.classifier.temperature
    assert temperature != 1
    rows = run.predictions.split == "validation"
    without = tempered(run.predictions.probabilities[rows], 1 / temperature)
    assert fit_temperature(without, run.predictions.labels[rows]) == pytest.approx(temperature, rel=1e-3)
    assert run.worth.calibration.error < run.worth.calibration.error_before


def test_the_stored_model_gives_the_probabilities_of_the_table(run):
    from pellucid.images import open_source

    images = open_source("digits").images
    rows = [int(path[7:-1]) for path in run.predictions.paths]
    found = pellucid.load(run.model).predict_proba(images[rows])
    assert np.allclose(found, run.predictions.probabilities, atol=1e-5)


def test_the_report_shows_them(run):
    page = run.report.read_text(encoding="utf-8")
    for section in ("ladder", "calibration", "ranking"):
        assert f'<section id="{section}">' in page


def test_without_held_back_pictures_there_is_no_ladder_and_no_temperature(tmp_path):
    run = pellucid.train("digits", out=tmp_path / "run", epochs=1, hidden=(8,), validation=0, test=0)
    assert run.worth.ladder is None and run.classifier.temperature == 1
    assert run.worth.calibration.fitted_on == 0
    page = run.report.read_text(encoding="utf-8")
    assert '<section id="ladder">' not in page and "No temperature was fitted" in page
