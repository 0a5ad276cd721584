"""Networks that give back their input: trained, scored and shown without classes."""

import json

import numpy as np
import pytest
from sklearn.datasets import load_digits

import pellucid
from pellucid.errors import DataError, RecipeError
from pellucid.recipes import load_recipe

FILES = {"model.safetensors", "report.html", "scores.json", "metrics.jsonl", "config.toml", "split.csv", "figures"}


@pytest.fixture(scope="module", params=["autoencoder", "convolutional_autoencoder"])
def run(request, tmp_path_factory):
    preset = {"network.preset": request.param, "network.code": 16}
    return pellucid.train("digits", "autoencoder", tmp_path_factory.mktemp("ae") / "run", epochs=8, **preset)


def test_what_is_left_behind(run):
    assert {path.name for path in run.folder.iterdir()} == FILES
    figures = {path.name for path in (run.folder / "figures").iterdir()}
    assert figures == {"loss_curve.png", "reconstructions.png", "samples.png"}
    epochs = [json.loads(line) for line in (run.folder / "metrics.jsonl").read_text().splitlines()]
    assert all(epoch["accuracy"] is None for epoch in epochs) and epochs[-1]["loss"] < epochs[0]["loss"]


def test_pictures_come_back(run):
    scores = run.scores["test"]
    assert scores.explained > 0.5
    assert run.to_json()["explained"] == scores.explained and "accuracy" not in run.to_json()


def test_the_scores_are_those_of_the_saved_model(run):
    model, images = pellucid.load(run.model), load_digits().images.astype(np.float32)[..., None]
    split = [line.rsplit(",", 1)[1] for line in (run.folder / "split.csv").read_text().splitlines()[1:]]
    test = images[np.array(split) == "test"]
    rebuilt = model.reconstruct(test)
    assert rebuilt.shape == test.shape
    assert np.mean((rebuilt - test) ** 2) / 16**2 == pytest.approx(run.scores["test"].loss, rel=1e-4)
    mean = images[np.array(split) == "train"].mean(axis=0)
    assert np.mean((mean - test) ** 2) / 16**2 == pytest.approx(run.scores["test"].baseline, rel=1e-4)


def test_it_names_no_classes(run):
    model = pellucid.load(run.model)
    assert model.classes == () and repr(model).startswith("<Autoencoder of pictures 8 x 8 x 1")
    for ask in (model.predict, model.predict_proba):
        with pytest.raises(DataError, match="names no classes"):
            ask(np.zeros((8, 8), np.float32))
    with pytest.raises(DataError, match="names no classes"):
        pellucid.evaluate(run.model, "digits")


def test_a_classifier_gives_back_no_pictures(tmp_path):
    run = pellucid.train("digits", "digits/faithful", tmp_path / "run", epochs=1)
    with pytest.raises(DataError, match="gives back no pictures"):
        run.classifier.reconstruct(np.zeros((8, 8), np.float32))


def test_the_report_shows_both(run):
    page = run.report.read_text()
    assert page.count("<figcaption>\n          <span>error ") == 40
    assert "pass through 16" in page and "mean picture" in page and "Accuracy" not in page


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"input.normalisation": "standard"}, 'goes with input.normalisation = "unit"'),
        ({"folds": 3}, "goes with training.folds = 0"),
        ({"augment.views": "flip"}, 'goes with augment.views = "none"'),
        ({"transfer.model": "m.safetensors"}, "goes with no transfer.model"),
        ({"loss.name": "softmax_cross_entropy"}, "gives back pictures, but softmax_cross_entropy needs a score for each class"),
        ({"network.preset": "mlp", "network.output_activation": "sigmoid"}, None),
    ],
)
def test_what_goes_with_it(settings, message):
    if message is None:
        assert load_recipe("autoencoder").override(settings).network.preset == "mlp"
        return
    with pytest.raises(RecipeError, match=message):
        load_recipe("autoencoder").override(settings)


def test_rows_of_numbers_are_refused(tmp_path):
    np.savez(tmp_path / "rows.npz", x=np.random.default_rng(0).random((40, 6), np.float32), y=np.arange(40) % 2)
    with pytest.raises(RecipeError, match="gives back pictures, but the source holds rows of numbers"):
        pellucid.train(tmp_path / "rows.npz", "autoencoder", tmp_path / "run")


def test_one_width_for_the_convolutional_one(tmp_path):
    preset = {"network.preset": "convolutional_autoencoder", "network.width": [4, 8, 8]}
    with pytest.raises(RecipeError, match="takes one width"):
        pellucid.train("digits", "autoencoder", tmp_path / "run", **preset)
