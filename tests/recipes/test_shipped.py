import inspect
import tomllib

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.images import Source
from pellucid.nn import layers, presets
from pellucid.nn.activations import ACTIVATIONS
from pellucid.nn.initialisers import NAMES
from pellucid.nn.losses import LOSSES
from pellucid.optim import OPTIMIZERS
from pellucid.recipes import Recipe, default_for, load_recipe, parse_toml, recipe_text, shipped
from pellucid.recipes.kinds import Activation, Initialiser
from pellucid.recipes.layers import LAYERS
from pellucid.recipes.sections import KEYS

NAMES_SHIPPED = [name for name, _ in shipped()]


def choices(section, key):
    return set(Recipe.model_fields[section].annotation.model_fields[key].annotation.__args__)


def test_the_five_data_sets_and_the_defaults_have_recipes():
    assert set(NAMES_SHIPPED) >= {
        "cats/faithful",
        "rabbits/faithful",
        "mnist/part-two",
        "cifar3/faithful",
        "digits",
        "digits/faithful",
        "photographs",
        "features",
    }


@pytest.mark.parametrize("name", NAMES_SHIPPED)
def test_recipe_is_complete_and_named_as_its_file(name):
    recipe = load_recipe(name)
    assert recipe.name == name
    assert 20 < len(recipe.description) < 120
    assert parse_toml(recipe.to_toml()) == recipe


@pytest.mark.parametrize("name", NAMES_SHIPPED)
def test_printed_text_is_the_recipe(name):
    assert Recipe.parse(tomllib.loads(recipe_text(name))) == load_recipe(name)


def test_text_of_an_unknown_recipe():
    with pytest.raises(RecipeError, match="did you mean rabbits"):
        recipe_text("rabbit")


def test_faithful_digits():
    recipe = load_recipe("digits/faithful")
    assert recipe.network.hidden == (32,)
    assert (recipe.data.test, recipe.data.validation) == (0.2, 0.0)
    assert (recipe.optimizer.name, recipe.training.batch_size) == ("sgd", 32)


def test_names_are_those_of_the_network_room():
    assert set(Activation.__args__) == set(ACTIVATIONS)
    assert set(Initialiser.__args__) == set(NAMES)
    assert choices("loss", "name") == set(LOSSES) - {"poisson"}  # counts are for estimators
    assert choices("optimizer", "name") == {*OPTIMIZERS, "lbfgs"}


def test_presets_and_layers_are_those_of_the_network_room():
    assert choices("network", "preset") == set(KEYS)
    for name, keys in KEYS.items():
        assert set(keys) <= set(inspect.signature(getattr(presets, name)).parameters)
    assert LAYERS.keys() == set(layers.__all__)
    for name, section in LAYERS.items():
        arguments, keys = inspect.signature(getattr(layers, name)).parameters, section.model_fields.keys() - {"type"}
        assert keys <= arguments.keys() and arguments.keys() - keys <= {"bias", "initialiser", "std"}
        for key in keys:
            default, theirs = section.model_fields[key].get_default(), arguments[key].default
            assert section.model_fields[key].is_required() or key == "initialiser" or default == theirs, (name, key)


def source(name, images):
    return Source(
        name=name,
        location=name,
        paths=("a", "b"),
        labels=np.array([0, 1]),
        classes=("x", "y"),
        label_rule="",
        images=images,
    )


@pytest.mark.parametrize(
    ("name", "images", "recipe"),
    [
        ("digits", np.zeros((2, 8, 8, 1), np.float32), "digits"),
        ("mnist", np.zeros((2, 28, 28, 1), np.uint8), "mnist-cnn"),
        ("cifar-10", np.zeros((2, 32, 32, 3), np.uint8), "cifar-10"),
        ("measurements", np.zeros((2, 30), np.float32), "features"),
        ("thumbnails", np.zeros((2, 28, 28, 1), np.uint8), "photographs"),
        ("holiday", None, "photographs"),
    ],
)
def test_default_recipe_of_a_source(name, images, recipe):
    assert default_for(source(name, images)) == recipe
