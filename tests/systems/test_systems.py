import itertools

import pytest

from pellucid.errors import RecipeError
from pellucid.recipes import load_recipe, shipped
from pellucid.systems import SYSTEMS, Results, Trained, system
from pellucid.systems.cats import by_published_part
from pellucid.words import plain
from tests.systems.made import made

VARIANTS = [(each, variant) for each in SYSTEMS for variant in each.variants]


def test_every_recipe_of_a_system_is_a_variant_and_the_other_way_round():
    recipes = {name for name, _ in shipped() if "/" in name}
    named = {f"{each.name}/{getattr(variant, 'twin_of', '') or variant.name}" for each, variant in VARIANTS}
    assert recipes == named


@pytest.mark.parametrize("each", SYSTEMS, ids=lambda each: each.name)
def test_a_system_is_complete(each):
    names = [variant.name for variant in each.variants]
    assert len(set(names)) == len(names)
    assert each.published.role == "faithful"
    assert {"faithful", "improved"} <= {variant.role for variant in each.variants}
    for finding in each.findings:
        assert set(finding.needs) <= set(names)
    for claim in each.claims:
        assert not claim.measure or claim.measure in Trained.__dataclass_fields__
        assert not claim.variant or claim.variant in names
        assert claim.measure or claim.told  # nothing is claimed that is not set beside what came out


@pytest.mark.parametrize(("each", "variant"), VARIANTS, ids=lambda each: each.name)
def test_a_donor_is_trained_before_those_that_start_from_it(each, variant):
    before = each.variants[: each.variants.index(variant)]
    assert not variant.donor or variant.donor in [other.name for other in before if other.role == "donor"]
    assert variant.goal is None or 0.5 < variant.goal < 1


def test_unknown_names():
    with pytest.raises(RecipeError, match=r"no system dogs; there are cats, .*pellucid reproduce"):
        system("dogs")
    with pytest.raises(RecipeError, match="cats has no variant best; expected some of faithful, course"):
        system("cats").variant("best")


def test_the_folds_of_the_cats_are_told_apart_by_the_published_part(tmp_path):
    head = "path,label,predicted,probability,split,refused\n"
    folds = "train_set_x[0],cat,cat,1,fold 1,\ntrain_set_x[1],non-cat,non-cat,1,fold 2,\ntest_set_x[0],cat,non-cat,1,fold 1,\n"
    run = made(tmp_path, "cnn-folds", labels=[0], answers=[0], classes=("cat", "non-cat"))
    (run.folder / "predictions.csv").write_text(head + folds + "train_set_x[0],cat,non-cat,1,train,\n")
    rows = [[*map(plain, row)] for row in by_published_part(Results([run])).table.rows]
    assert rows == [["published to train on", "2", "50.0 %", "100 %"], ["published to test on", "1", "100 %", "0 %"]]
    (run.folder / "predictions.csv").write_text(head + "a.png,cat,cat,1,fold 1,\n")
    assert "does not tell" in by_published_part(Results([run])).text


def test_what_stands_for_the_best_is_tested_as_the_claim_was():
    """Neither folds over another mixture nor what learned from other pictures besides."""
    assert [variant.name for variant in system("cats").variants if variant.contends] == ["mlp", "cnn"]
    assert all(any(variant.contends for variant in each.variants) for each in SYSTEMS)


def test_the_cats_are_as_published():
    faithful, course, trap = (load_recipe(f"cats/{name}") for name in ("faithful", "course", "trap"))
    assert (faithful.network.hidden, course.network.hidden) == ((12, 4), (20, 7, 5))
    assert (faithful.network.initialiser, faithful.network.std, faithful.optimizer.learning_rate) == ("normal", 0.01, 0.075)
    assert (course.network.initialiser, course.optimizer.learning_rate) == ("lecun", 0.0075)
    assert (trap.network.initialiser, trap.network.std, trap.optimizer.learning_rate) == ("normal", 0.01, 0.0075)
    for recipe in (faithful, course, trap):
        assert (recipe.training.epochs, recipe.training.batch_size, recipe.loss.name) == (2500, 0, "binary_cross_entropy")


def test_the_rabbits_differ_from_what_was_published_in_one_thing_each():
    names = ("faithful", "gradients", "standardised", "twins-together")
    tables = [load_recipe(f"rabbits/{name}").override({"name": "", "description": ""}).model_dump() for name in names]
    changed = [
        {(section, key) for section in one if isinstance(one[section], dict) for key in one[section] if one[section] != two[section]
         if one[section][key] != two[section][key]}
        for one, two in itertools.pairwise(tables)
    ]  # fmt: skip
    assert changed == [
        {("faults", "wrong_count"), ("faults", "summed_biases")},
        {("input", "normalisation"), ("input", "per")},
        {("data", "leak_guard")},
    ]


def test_results_by_variant_and_seed(tmp_path):
    runs = [
        Trained(
            variant=variant, seed=seed, part="test", accuracy=accuracy, n=50, loss=0.1, train_accuracy=1.0, train_loss=0.0,
            seconds=2.0, epochs=3, parameters=7, folder=tmp_path,
        )
        for variant, seed, accuracy in (("a", 1, 0.8), ("a", 0, 0.6), ("b", 0, 0.5))
    ]  # fmt: skip
    results = Results(runs)
    assert [*results] == ["a", "b"]
    assert [run.seed for run in results["a"]] == [0, 1]
    assert results.mean("a") == pytest.approx(0.7)
    assert results.spread("a") == pytest.approx(0.1414, abs=1e-4)
    assert plain(results.first("b").in_words()) == "50.0 % of 50, 2.0 s of training"
