"""What the findings of the digits say: of the data itself, of a short training, and of runs with known numbers."""

import numpy as np
import pytest

import pellucid
from pellucid.images import open_source
from pellucid.recipes import load_recipe
from pellucid.systems import Results, Trained, system
from pellucid.systems import digits_evidence as evidence
from pellucid.words import plain
from tests.systems.made import made

pytestmark = pytest.mark.usefixtures("no_figures")

DIGITS = tuple("0123456789")


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")
    run = pellucid.train("digits", "digits/faithful", folder / "run", epochs=3)
    facts = {"part": "test", "accuracy": run.accuracy, "n": run.n_test, "loss": run.loss, "train_accuracy": 1.0, "train_loss": 0.1}
    return Results([Trained(variant="faithful", seed=0, seconds=1, epochs=3, parameters=1, folder=run.folder, **facts)])


def runs(tmp_path, *variants, answers=(0, 1, 9), **facts):
    return Results([made(tmp_path, name, labels=[0, 1, 3], answers=answers, classes=DIGITS, **facts) for name in variants])


def test_the_data_in_numbers():
    found = evidence.statistics_of_the_data(Results())
    text = plain(found.text)
    assert "1,797 pictures of 8 × 8" in text and "from 0 to 16" in text and "174 to 183" in text
    assert sum(int(row[1]) for row in found.table.rows) == 1797


def test_the_new_digit_is_picture_0(trained):
    assert np.array_equal(open_source("digits").images[0, :, :, 0], np.array(evidence.NEW_DIGIT))
    found = evidence.not_new(trained)
    assert "picture 0 of the data set, a 0." in found.text and "It was no training picture here" in found.text


def test_neighbours_are_of_one_hand():
    near, by_chance = evidence._neighbours(open_source("digits"))
    assert near > 0.5 and by_chance < 0.11


def test_neighbours_without_an_order_are_not():
    source = open_source("digits")
    mixed = np.random.default_rng(0).permutation(len(source))
    shuffled = type(source)(**{**vars(source), "images": source.images[mixed], "labels": source.labels[mixed]})
    near, by_chance = evidence._neighbours(shuffled)
    assert near == pytest.approx(by_chance, abs=0.03)


def test_overfitting_in_numbers(tmp_path):
    results = runs(tmp_path, "faithful", losses=[1.0, 0.1])
    stopped = made(tmp_path, "early-stop", labels=[0], answers=[0], classes=DIGITS, losses=[1, 0.5, 0.4], validation=[1, 0.6, 0.7])
    found = evidence.gap(Results([*results["faithful"], stopped]))
    text = plain(found.text)
    assert text.startswith("The training pictures were named better than")
    assert "500 times" in text and "lowest after 2 epochs and" in text
    assert tuple(map(plain, found.table.rows[0])) == ("accuracy", "100 %", "66.7 %")


def test_what_a_short_training_cannot_show_is_not_said(tmp_path):
    runs = [
        made(tmp_path, "faithful", seed, labels=[0], answers=[0], classes=DIGITS, train_accuracy=1.0, train_loss=0.5, loss=0.5)
        for seed in (0, 1)
    ]
    stopped = made(tmp_path, "early-stop", labels=[0], answers=[0], classes=DIGITS, losses=[1, 0.5], validation=[1, 0.6])
    text = plain(evidence.gap(Results([*runs, stopped])).text)
    assert "In 0 of 2 runs" in text and "no larger than on training pictures" in text
    assert "fell to the last of 2 epochs" in text and "no more" not in text


def test_the_claims_about_loss_and_overfitting_have_a_number_beside_them(tmp_path):
    long = runs(tmp_path, "faithful", losses=np.geomspace(2.3, 0.001, 1000).tolist())["faithful"]
    assert plain(evidence.falling_loss(long)) == "2.3 at first, 1.07 after 100 epochs, 0.001 after 1,000 epochs"
    short = made(tmp_path / "short", "faithful", labels=[0, 1], answers=[0, 2], classes=DIGITS, losses=[2.0, 1.5])
    assert plain(evidence.falling_loss([short])) == "2 at first, 1.5 after 2 epochs"
    said = plain(evidence.both_accuracies([short]))
    assert said.startswith("100") and said.endswith("% of the training pictures right, 50.0 % of the test pictures")


def test_the_loss_at_the_published_epochs(tmp_path):
    long = runs(tmp_path, "faithful", losses=np.geomspace(2.3, 0.001, 1000).tolist())
    found = evidence.loss_curve(long)
    assert [row[0] for row in found.table.rows] == ["1", "100", "300", "1,000"] and "it falls to 1/227" in plain(found.text)
    short = runs(tmp_path / "short", "faithful", losses=[2.3, 2.0])
    assert [row[0] for row in evidence.loss_curve(short).table.rows] == ["1"]


def test_confusions_and_confidence(tmp_path):
    results = runs(tmp_path, "faithful")
    assert evidence.confused(results).table.rows == (("3", "9", "1"),)
    found = evidence.confidence(results)
    assert "the 1 wrong ones with 90.0 %" in plain(found.text)
    assert [*map(plain, *found.table.rows)] == ["digits[2]", "3", "9", "90.0 %"]
    assert evidence.confidence(runs(tmp_path / "right", "faithful", answers=(0, 1, 3))).table is None


def test_luck_and_enhancements(tmp_path):
    results = runs(tmp_path, "faithful", "adam", "folds", "writers")
    assert "between 94.6 % and 98.3 %" in plain(evidence.luck(results).text)
    assert [row[0] for row in evidence.enhancements(results).table.rows] == ["Adam"]
    assert len(evidence.writers(results).table.rows) == 3


def test_every_future_enhancement_but_the_gpu_is_a_variant():
    """Deeper, momentum, RMSProp, Adam, L2, dropout, batch norm, schedule, cross-validation, other data, CNN, autoencoder."""
    recipes = {variant.name: load_recipe(f"digits/{variant.name}") for variant in system("digits").variants}
    faithful = recipes["faithful"]
    assert faithful.network.hidden == (32,) and faithful.training.epochs == 1000 and faithful.data.test == 0.2
    assert len(recipes["deeper"].network.hidden) > 1
    assert {recipes[name].optimizer.name for name in ("momentum", "rmsprop", "adam")} == {"momentum", "rmsprop", "adam"}
    assert recipes["l2"].loss.l2 and recipes["dropout"].network.dropout and recipes["batch-norm"].network.batch_norm
    assert recipes["schedule"].schedule.name != "constant" and recipes["folds"].training.folds == 10
    assert {recipes[name].data.source for name in ("cifar-10", "fashion-mnist")} == {"cifar-10", "fashion-mnist"}
    assert recipes["convolutions"].network.layers and recipes["autoencoder"].loss.name == "reconstruction"


@pytest.mark.parametrize("name", ["mlp", "cnn"])
def test_both_protocols(name):
    folds, writers = load_recipe(f"digits/{name}"), load_recipe(f"digits/{name}-writers")
    assert (folds.training.folds, folds.training.final, folds.data.split) == (10, True, "shuffled")
    assert (writers.data.split, writers.data.test, writers.data.validation) == ("ordered", 0.5, 0.0)
    assert folds.network == writers.network and folds.augment == writers.augment and folds.optimizer == writers.optimizer


@pytest.mark.slow  # three trainings with their reports
def test_one_command_from_claims_to_evidence(tmp_path):
    done = pellucid.reproduce("digits", out=tmp_path / "out", quick=True, variants=["faithful", "writers", "autoencoder"])
    page = (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    for sentence in ("are those of picture 0 of the data set", "within 100 places in the file", "of the variance of the pixels"):
        assert sentence in page
    assert done.results["writers"][0].n == 100 and done.results["autoencoder"][0].accuracy is None
