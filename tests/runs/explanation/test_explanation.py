"""From a model and a picture to a page, PNG files and numbers."""

import re

import numpy as np
import pytest
from PIL import Image
from sklearn.datasets import load_digits

import pellucid
from pellucid.classifier import Classifier
from pellucid.errors import DataError, ModelFileError, OutputError, RecipeError
from pellucid.images import InputSpec
from pellucid.kernels import reference
from pellucid.nn import BatchNorm, Conv2D, Dense, Flatten, GlobalAvgPool, Network
from pellucid.runs.explanation import explained


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return pellucid.train("digits", out=tmp_path_factory.mktemp("run") / "run", epochs=4, hidden=(16,))


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def png(path, number=17):
    Image.fromarray((load_digits().images[number] * 255 / 16).astype("uint8")).save(path)
    return path


def test_a_file_is_explained_in_a_folder_of_its_own(run, here):
    first = pellucid.explain(run.model, png(here / "seven.png"))
    second = pellucid.explain(run.classifier, here / "seven.png")
    assert (first.folder.name, second.folder.name) == ("explain-1", "explain-2")
    page = first.page.read_text(encoding="utf-8")
    assert "The walk" in page and "<script" not in page and "http" not in re.sub("http-equiv", "", page)
    assert {path.stem for path in first.figures} == {
        "picture", "input_gradient", "integrated_gradients", "occlusion", "activations", "first_layer", "neighbours",
    }  # fmt: skip
    assert all(path.read_bytes().startswith(b"\x89PNG") for path in first.figures)
    assert {path.name for path in first.folder.iterdir()} == {"explanation.html", *(path.name for path in first.figures)}


def test_the_numbers_are_those_of_the_prediction(run, here):
    path = png(here / "seven.png")
    found = explained(run.classifier, path)
    values = found.to_json()
    assert found.answer == run.classifier.predict(path)[0]
    assert np.array_equal(found.probabilities, run.classifier.predict_proba(path)[0])
    assert values["completeness"]["sum"] == pytest.approx(values["completeness"]["difference"], rel=0.02)
    assert values["occlusion"]["drop"] == pytest.approx(found.occlusion.drop.max())
    assert [row["name"] for row in values["layers"]] == [type(layer).__name__ for layer in run.classifier.network.layers]
    assert values["weight"]["after"] != values["weight"]["before"]


def test_a_model_of_some_classes_finds_its_neighbours(here):
    run = pellucid.train("digits", out=here / "run", epochs=1, hidden=(4,), classes=("8", "3"))
    found = explained(run.classifier, png(here / "seven.png"))
    assert {each.label for each in found.neighbours} <= {"8", "3"} and len(found.neighbours) == 8


def test_a_row_of_the_source_brings_its_label_and_is_not_its_own_neighbour(run):
    found = explained(run.classifier, "digits[17]")
    assert (found.classes[found.label], found.label_from) == ("7", "as the source says")
    assert len(found.neighbours) == 8
    assert "digits[17]" not in [each.name for each in found.neighbours]
    train = {path for path, part in zip(run.predictions.paths, run.predictions.split) if part == "train"}
    assert {each.name for each in found.neighbours} <= train
    assert "1,257 training pictures" in found.neighbours_from or f"{len(train):,} training" in found.neighbours_from


def test_a_training_picture_given_as_a_file_finds_itself(run, here):
    row = next(row for row, part in enumerate(run.predictions.split) if part == "train")
    found = explained(run.classifier, png(here / "it.png", row))
    assert found.neighbours[0].name == f"digits[{row}]"
    assert found.neighbours[0].distance < found.neighbours[1].distance / 2


def test_another_class_and_label_may_be_asked_for(run):
    found = explained(run.classifier, "digits[17]", target="3", label="8")
    assert (found.classes[found.target], found.classes[found.label], found.label_from) == ("3", "8", "as given")
    assert found.integrated.score == pytest.approx(float(found.walk.z[3]), rel=1e-5)


def test_the_loss_and_the_optimiser_are_those_of_the_training(run):
    recipe = pellucid.load_recipe(run.folder / "config.toml")
    found = explained(run.classifier, "digits[17]", weight="1.W[20,3]")
    weight = found.walk.weight
    assert weight.name == "1.W[20,3]"
    assert weight.update.optimizer.name == recipe.optimizer.name
    assert weight.learning_rate == recipe.optimizer.learning_rate
    assert found.walk.loss.label_smoothing == recipe.loss.label_smoothing


def small(layers, classes=("cat", "dog"), **fields):
    network = Network(layers, (8, 8, 3), kernels=reference)
    return Classifier(network, InputSpec((8, 8, 3)), classes, **fields)


def test_a_model_without_a_past_is_explained_all_the_same(here):
    classifier = small([Conv2D(4, activation="relu"), BatchNorm(), GlobalAvgPool(), Dense(1)], link="sigmoid")
    Image.new("RGB", (700, 350), "red").save("red.png")
    found = explained(classifier, "red.png")
    assert found.neighbours == () and "--training" in found.neighbours_from
    assert found.grad_cam.heat.shape == (1, 8, 8)
    assert found.original.shape[1] <= 400 and found.original_size == (700, 350)
    assert "gradient descent" in found.learning
    assert pellucid.explain(classifier, "red.png").page.exists()


def test_other_pictures_can_be_named_as_training_pictures(run, here):
    for name, grey in (("cat", 30), ("dog", 200)):
        for number in range(3):
            (here / "pets" / name).mkdir(parents=True, exist_ok=True)
            Image.new("RGB", (9, 9), (grey + number,) * 3).save(here / "pets" / name / f"{number}.png")
    found = explained(small([Flatten(), Dense(2)]), here / "pets" / "cat" / "1.png", training=here / "pets")
    assert [each.label for each in found.neighbours[:3]] == ["cat"] * 3
    assert "not exactly those" in found.neighbours_from


def test_training_pictures_that_are_gone_are_said_to_be(run, here):
    gone = {**run.classifier.provenance}
    gone["config"] = gone["config"].replace('source = "digits"', 'source = "photos-that-were-here"')
    classifier = Classifier(run.classifier.network, run.classifier.input, run.classifier.classes, provenance=gone)
    found = explained(classifier, png(here / "seven.png"))
    assert found.neighbours == () and "not at photos-that-were-here any more" in found.neighbours_from


@pytest.mark.parametrize(
    ("picture", "settings", "error", "said"),
    [
        ("nowhere.png", {}, DataError, "there is no picture nowhere.png"),
        ("digits[1797]", {}, DataError, r"the last one is digits\[1796\]"),
        ("nowhere[3]", {}, DataError, "nowhere"),
        ("digits[17]", {"target": "cat"}, RecipeError, "no class cat"),
        ("digits[17]", {"label": "cat"}, RecipeError, "no class cat"),
        ("digits[17]", {"weight": "0.W[1]"}, RecipeError, r"no weight 0.W\[1\]"),
        ("digits[17]", {"training": "nowhere"}, DataError, "nowhere"),
    ],
)
def test_bad_input_is_one_line_and_leaves_nothing(run, here, picture, settings, error, said):
    with pytest.raises(error, match=said) as raised:
        pellucid.explain(run.model, picture, here / "out", **settings)
    assert "\n" not in str(raised.value)
    assert not (here / "out").exists()


def test_a_full_folder_and_a_missing_model(run, here):
    (here / "full").mkdir()
    (here / "full" / "x").write_text("")
    with pytest.raises(OutputError, match=r"not empty; choose another folder with --out$"):
        pellucid.explain(run.model, "digits[17]", here / "full")
    with pytest.raises(ModelFileError):
        pellucid.explain(here / "none.safetensors", "digits[17]")


def test_rows_of_numbers_cannot_be_explained():
    classifier = Classifier(Network([Dense(2)], (4,), kernels=reference), InputSpec((4,), normalisation="none"), ("a", "b"))
    with pytest.raises(DataError, match="takes rows of 4 numbers"):
        explained(classifier, "x.png")


def test_an_autoencoder_has_no_class_to_explain():
    network = Network([Flatten(), Dense(48)], (4, 4, 3), kernels=reference)
    classifier = Classifier(network, InputSpec((4, 4, 3)), (), link="picture")
    with pytest.raises(DataError, match="is an autoencoder"):
        explained(classifier, "x.png")
