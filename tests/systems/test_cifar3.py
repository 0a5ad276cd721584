"""What the findings of the three classes say, of runs with known numbers and of the pictures themselves."""

import numpy as np
import pytest

from pellucid.recipes import load_recipe
from pellucid.systems import Results, system
from pellucid.systems import cifar3_evidence as evidence
from pellucid.words import plain
from tests.systems.made import made


def results(tmp_path, confusion=evidence.PUBLISHED, **facts):
    labels = np.repeat([0, 1, 2], confusion.sum(axis=1))
    answers = np.concatenate([np.repeat([0, 1, 2], row) for row in confusion])
    run = made(tmp_path, "faithful", labels=labels, answers=answers, classes=evidence.CLASSES, **facts)
    return Results([run])


def test_the_published_numbers_follow_from_its_confusion_matrix(tmp_path):
    found = evidence.against_the_claim(results(tmp_path))
    assert found.table.rows[0] == ("airplane", "0.823", "0.823", "0.741", "0.741", "0.780", "0.780")
    assert found.table.rows[1][5] == "0.865" and found.table.rows[2][5] == "0.811"
    text = plain(found.text)
    assert "80.6 % to 83.3 %" in text and "82.0 % lies inside" in text and "60 % is met" in text


def test_the_scores_of_the_classes_stand_beside_the_claims(tmp_path):
    runs = results(tmp_path)["faithful"]
    assert evidence.precision(runs) == "0.823, 0.833, 0.803"
    assert (evidence.recall(runs), evidence.f1(runs)) == ("0.741, 0.899, 0.820", "0.780, 0.865, 0.811")


def test_worse_is_outside(tmp_path):
    found = evidence.against_the_claim(results(tmp_path, np.array([[550, 250, 200], [200, 550, 250], [200, 250, 550]])))
    text = plain(found.text)
    assert "55.0 % lies outside" in text and "60 %" not in text


def test_the_analysis_is_drawn_from_the_numbers(tmp_path):
    found = evidence.analysis(results(tmp_path, losses=[1.0, 0.5, 0.49, 0.49, 0.49], train_accuracy=0.95))
    assert "Best found is automobile (89.9 %), least airplane (74.1 %)" in plain(found.text)
    assert "Of 540 mistakes 259 (48.0 %) are between bird and airplane" in plain(found.text)
    text = plain(found.text)
    assert "gap of 13.0 points" in text and "nearly stopped falling" in text
    assert found.table.rows[0] == ("airplane", "bird", "155")


def test_another_matrix_another_analysis(tmp_path):
    swapped = evidence.PUBLISHED[::-1, ::-1]
    found = evidence.analysis(results(tmp_path, swapped, losses=[1.0, 0.8, 0.6], train_accuracy=0.825))
    text = plain(found.text)
    assert "least bird (74.1 %)" in text and "it learned too little" in text and "still falling" in text


def test_a_network_without_a_mistake(tmp_path):
    found = evidence.analysis(results(tmp_path, np.diag([10, 10, 10])))
    text = plain(found.text)
    assert "100 %" in text and "no class is taken for another" in text.lower()


def test_what_early_stopping_saw(tmp_path):
    stopped = made(
        tmp_path, "early-stop", labels=[0], answers=[0], classes=evidence.CLASSES, losses=[1, 0.5, 0.2], validation=[1, 0.6, 0.9]
    )
    found = evidence.watched(Results([*results(tmp_path)["faithful"], stopped]))
    text = plain(found.text)
    assert "lowest after epoch 2 of 3, 0.600; at the end it was 0.900" in text and "+18.0 points" in text


def test_plain_borders_and_the_most_similar_pictures():
    rng = np.random.default_rng(0)
    plain, busy = np.full((32, 32, 3), 200, np.uint8), rng.integers(0, 256, (32, 32, 3)).astype(np.uint8)
    plain[10:20, 10:20] = 0  # what stands in the middle is not looked at
    assert evidence._plain_borders(np.stack([plain, busy])).tolist() == [True, False]
    lighter = np.clip(busy.astype(int) + 3, 0, 255).astype(np.uint8)
    assert evidence._most_similar(np.stack([lighter, plain]), np.stack([plain, busy])).tolist() == [1, 0]


@pytest.mark.slow  # 15,000 pictures compared with 3,000
def test_the_real_pictures(real_data):
    rows = evidence.alike(Results()).table.rows
    plain = {row[0]: float(row[1].split()[0]) for row in rows}
    assert plain["automobile"] < 2 < 15 < min(plain["airplane"], plain["bird"])
    assert "imbalance explains nothing" in evidence.balance(Results()).text


def test_the_recipe_is_the_published_one():
    recipe = load_recipe("cifar3/faithful")
    assert recipe.data.classes == evidence.CLASSES and recipe.network.hidden == (128, 64) and recipe.network.initialiser == "he"
    assert (recipe.optimizer.name, recipe.optimizer.learning_rate) == ("sgd", 0.01)
    assert (recipe.training.batch_size, recipe.training.epochs) == (64, 50)
    assert {variant.name for variant in system("cifar3").variants} >= {"convolutions", "deeper", "dropout", "l2", "mlp", "cnn"}
