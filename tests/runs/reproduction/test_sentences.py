"""What the page says in words, of runs with known numbers."""

import pytest

from pellucid.runs.reproduction.plan import Plan
from pellucid.runs.reproduction.reproduction import Reproduction
from pellucid.runs.reproduction.sentences import sentences
from pellucid.systems import Results, system
from pellucid.words import plain
from tests.systems.made import made


@pytest.fixture
def told(tmp_path):
    """The sentences about a system of which these variants were trained, each with these accuracies."""

    def tell(name, **accuracies):
        runs, folder = [], tmp_path / f"{len([*tmp_path.iterdir()])}"
        for variant, values in accuracies.items():
            for seed, accuracy in enumerate(values):
                facts = {"labels": [0, 1], "answers": [0, 1], "classes": ("a", "b"), "accuracy": accuracy, "n": 1000}
                runs.append(made(folder, variant.replace("_", "-"), seed, **facts))
        plan = Plan(system(name), "pictures", system(name).variants)
        return plain(" ".join(sentences(Reproduction(plan, folder, Results(runs), {}))))

    return tell


def test_goals_that_were_not_tested_are_not_called_reached(told):
    said = told("digits", faithful=[0.97, 0.98, 0.975], writers=[0.94])
    assert "Of 5 goals that were set before, 1 was tested here, and reached; the other 4 are for variants that were not" in said
    assert "Of 5 goals that were set before, none was tested here" in told("digits", writers=[0.94])
    said = told("digits", mlp=[0.999], cnn=[0.9])
    assert "2 were tested here, and 1 of them missed: “convolutions, improved, 10-fold” (90.0 % of 99.8 %)" in said


def test_all_goals(told):
    reached = {"part_one_mended": [0.98], "schedule": [0.98], "mlp": [0.995], "cnn": [0.997]}
    assert told("mnist", **reached).endswith("All 4 goals that were set before are reached.")
    said = told("cats", mlp=[0.8], cnn=[0.85], cnn_from_cifar=[0.89])
    assert said.endswith(
        "Of 3 goals that were set before, 2 are missed: “A small convolutional network” (85.0 % of 86.0 %) and “Started from "
        "CIFAR-10 (extra data)” (89.0 % of 90.0 %)."
    )
    said = told("mnist", part_one_mended=[0.96], schedule=[0.98], mlp=[0.995], cnn=[0.997])
    assert "1 is missed: “part one, mended: initialisation, rate and batch too” (96.0 % of 97.0 %)." in said
    assert told("rabbits", faithful=[0.8], cnn=[0.95]).endswith("The goal that was set before is reached.")


def test_the_published_recipe_beside_the_claim(told):
    assert "The claim of 94.95 % fits: on 1,000 test pictures the two cannot be told apart." in told("mnist", part_two=[0.95])
    assert "That is 14.9 points below the claim of 94.95 %, more than chance explains." in told("mnist", part_two=[0.8])
