"""The table [tune]: what a search may change."""

import pytest

from pellucid.errors import RecipeError
from pellucid.recipes import Choices, Range, Recipe, default_space, load_recipe, parse_toml, shipped
from pellucid.recipes.space import SECTIONS, whole


def test_keys_are_dotted_with_or_without_quotation_marks():
    rate, sizes = "{low = 1e-4, high = 1e-2, log = true}", "choices = [[8], []]"
    plain = parse_toml(f"[tune]\noptimizer.learning_rate = {rate}\nnetwork.hidden = {{{sizes}}}")
    quoted = parse_toml(f'[tune]\n"optimizer.learning_rate" = {rate}\n[tune."network.hidden"]\n{sizes}')
    assert plain == quoted
    assert plain.tune == {
        "optimizer.learning_rate": Range(low=1e-4, high=1e-2, log=True),
        "network.hidden": Choices(choices=([8], [])),
    }


BAD = {
    "no table": ("tune = 3", "tune is 3; expected a table, written [tune]"),
    "unknown key": ("tune.optimizer.learning_rat = {low=1, high=2}", "did you mean optimizer.learning_rate?"),
    "unknown section": ("tune.x = {low=1, high=2}", "tune.x: a search changes keys of augment, network"),
    "the parts": ("tune.data.test = {low=0.1, high=0.2}", "tune.data.test: a search changes keys of"),
    "the seed": ("tune.training.seed = {low=0, high=9}", "cannot change training.seed, for all trials learn from the same"),
    "the measure": ("tune.loss.label_smoothing = {low=0, high=0.1}", "trials are compared by their loss, which it changes"),
    "upside down": ("tune.optimizer.learning_rate = {low=1, high=0.1}", "from low = 1 to high = 0.1; low must not be above high"),
    "logarithm of 0": ("tune.loss.l2 = {low=0, high=0.1, log=true}", "a logarithmic range begins above 0"),
    "fraction of a picture": ("tune.training.batch_size = {low=1.5, high=3}", "has 1.5; expected a whole number, 0 or more"),
    "range of names": ("tune.optimizer.name = {low=1, high=3}", "tune.optimizer.name has 1; expected one of sgd"),
    "no such name": ('tune.optimizer.name = {choices=["adam", "adm"]}', 'tune.optimizer.name has "adm"; expected one of sgd'),
    "no list": ("tune.network.hidden = {choices=[3]}", "tune.network.hidden has 3; expected a list of whole numbers"),
    "no choices": ("tune.training.epochs = {choices=[]}", "tune.training.epochs has no choices"),
    "half a range": ("tune.loss.l2 = {low=1}", "expected {low = ..., high = ...}, perhaps with log = true, or {choices = [...]}"),
    "a step": ("tune.loss.l2 = {low=1, high=2, step=0.1}", "expected {low = ..., high = ...}"),
    "a number": ("tune.loss.l2 = 1", "tune.loss.l2 is 1; expected {low"),
    "infinite": ("tune.loss.l2 = {low=0, high=inf}", "expected {low"),
}


@pytest.mark.parametrize(("text", "part"), BAD.values(), ids=BAD)
def test_a_bad_space_is_one_line(text, part):
    with pytest.raises(RecipeError) as error:
        parse_toml(text)
    assert part in str(error.value)
    assert "\n" not in str(error.value)


def test_whole_numbers_where_the_key_takes_no_others():
    found = parse_toml("[tune]\ntraining.batch_size = {low=8, high=64}\naugment.rotate = {low=0, high=20}").tune
    assert whole("training.batch_size", found["training.batch_size"], Recipe)
    assert not whole("augment.rotate", found["augment.rotate"], Recipe)


def test_a_recipe_without_a_space_says_nothing_of_it():
    assert "tune" not in Recipe().tables()


@pytest.mark.parametrize("name", [name for name, _ in shipped()])
def test_the_default_space_of_a_recipe_can_be_written_into_it(name):
    recipe = load_recipe(name)
    space = default_space(recipe)
    written = recipe.override({"tune": {key: found.model_dump() for key, found in space.items()}})
    assert written.tune == space
    assert parse_toml(written.to_toml()) == written
    for key, found in space.items():
        assert key.partition(".")[0] in SECTIONS
        for value in found.values:
            recipe.override({key: value})  # fits


def test_the_default_space_holds_the_recipe_itself():
    recipe = load_recipe("photographs")
    space = default_space(recipe)
    assert space["optimizer.learning_rate"].holds(recipe.optimizer.learning_rate)
    assert space["network.width"].holds([24, 48, 48])
    assert {"training.batch_size", "optimizer.weight_decay", "augment.rotate"} <= space.keys()
