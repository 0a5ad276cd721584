from pathlib import Path

import numpy as np
import pytest

from pellucid.errors import RecipeError
from pellucid.recipes import EVERYDAY, Recipe
from pellucid.recipes.problems import dotted_keys

TEXTS = [  # what a command line sends, and what the recipe makes of it
    ("epochs", "20", 20),
    ("learning_rate", "1e-2", 0.01),
    ("learning_rate", "1", 1.0),
    ("hidden", "64", (64,)),
    ("hidden", "128,64", (128, 64)),
    ("hidden", "[128, 64]", (128, 64)),
    ("hidden", "[]", ()),
    ("size", "90", (90, 90)),
    ("size", "90,120", (90, 120)),
    ("size", "auto", "auto"),
    ("classes", "rabbit,cat", ("rabbit", "cat")),
    ("classes", "0, 1", ("0", "1")),
    ("final", "true", True),
    ("label_rule", r"_(\w+)\.", r"_(\w+)\."),
    ("network.activation", "relu,tanh", ("relu", "tanh")),
    ("network.dropout", "0.1,0.2", (0.1, 0.2)),
    ("loss.class_weight", "balanced", "balanced"),
    ("optimizer.factors", '{"*.b" = 2.0, "0.W" = 0}', {"*.b": 2.0, "0.W": 0.0}),
    ("loss.class_weight", "{cat = 2.0, dog = 1}", {"cat": 2.0, "dog": 1.0}),
    ("name", "123", "123"),
    ("name", '"quoted"', "quoted"),
    ("name", "x\nname = 3", "x\nname = 3"),
    ("data.keys", '{x = "a", y = "b"}', {"x": "a", "y": "b"}),
]


def value_of(recipe, name):
    section, _, key = EVERYDAY.get(name, name).rpartition(".")
    return getattr(getattr(recipe, section) if section else recipe, key)


@pytest.mark.parametrize(("name", "text", "value"), TEXTS)
def test_text_is_read_as_the_key_takes_it(name, text, value):
    assert value_of(Recipe().override({name: text}), name) == value


@pytest.mark.parametrize(
    ("settings", "key", "value"),
    [
        ({"grey": True}, "input.channels", "grey"),
        ({"grey": False}, "input.channels", "rgb"),
        ({"epochs": np.int64(3)}, "training.epochs", 3),
        ({"learning_rate": np.float32(0.5)}, "optimizer.learning_rate", 0.5),
        ({"hidden": np.array([3, 4])}, "network.hidden", (3, 4)),
        ({"data.source": Path("a", "b")}, "data.source", str(Path("a", "b"))),
    ],
)
def test_values_of_python(settings, key, value):
    assert value_of(Recipe().override(settings), key) == value


def test_everyday_names_are_keys_of_the_recipe():
    assert set(EVERYDAY.values()) <= set(dotted_keys(Recipe))


def test_the_recipe_itself_stays():
    recipe = Recipe()
    assert recipe.override({"epochs": 3}) != recipe == Recipe()


def test_layers_take_the_place_of_the_short_form():
    layers = [{"type": "Dense", "units": 3, "activation": "relu"}]
    recipe = Recipe().override({"network.layers": layers})
    assert recipe.network.layers[0].units == 3
    assert recipe.override({"epochs": 3}).network == recipe.network
    with pytest.raises(RecipeError, match=r"network\.layers and network\.hidden exclude each other"):
        recipe.override({"hidden": [5], "network.layers": layers})


def test_another_preset_takes_its_own_keys():
    recipe = Recipe().override({"hidden": [5], "network.initialiser": "glorot"})
    cnn = recipe.override({"network.width": "8", "network.preset": "simple_cnn"})
    assert (cnn.network.preset, cnn.network.width) == ("simple_cnn", 8)
    assert cnn.override({"network.preset": "resnet"}).network.width == 8
    assert cnn.override({"network.width": "4,8,8"}).network.width == (4, 8, 8)
    back = cnn.override({"network.preset": "mlp", "hidden": "7"})
    assert (back.network.hidden, back.network.initialiser) == ((7,), "he")
    written = cnn.override({"network.layers": [{"type": "Flatten"}]})
    assert written.network.described_by == ("layers", "initialiser", "std", "output_activation")
    assert written.override({"network.preset": "lenet"}).tables()["network"] == {"preset": "lenet"}
    with pytest.raises(RecipeError, match=r"network\.dropout does not describe the preset simple_cnn"):
        cnn.override({"network.dropout": 0.1})


@pytest.mark.parametrize(
    ("settings", "line"),
    [
        ({"epoch": 1}, "unknown setting epoch; did you mean epochs?"),
        ({"lr": 1}, "unknown setting lr; did you mean learning_rate?"),
        ({"training.epoch": 1}, "unknown setting training.epoch; did you mean training.epochs?"),
        ({"training": {}}, "unknown setting training"),
        ({"epochs": 1, "training.epochs": 2}, "training.epochs is set twice; give it once"),
        ({"epochs": "many"}, 'training.epochs is "many"; expected a whole number of at least 1, or "auto"'),
        ({"epochs": "2.5"}, 'training.epochs is 2.5; expected a whole number of at least 1, or "auto"'),
        (
            {"hidden": "a,b"},
            'network.hidden is "a,b"; expected a list of whole numbers of at least 1, for example [128, 64]',
        ),
        ({"grey": "maybe"}, 'input.channels is "maybe"; expected one of auto, grey, rgb'),
    ],
)
def test_mistakes(settings, line):
    with pytest.raises(RecipeError) as caught:
        Recipe().override(settings)
    assert str(caught.value) == line


def test_names_that_are_no_unicode_are_refused():
    with pytest.raises(RecipeError, match="surrogates not allowed"):
        Recipe().override({"data.source": "caf\udce9"})


def test_hidden_layers_make_the_network_a_perceptron():
    chosen = Recipe().override({"network.preset": "airbench", "network.width": [8, 8, 8]})
    changed = chosen.override({"hidden": "20,10"})
    assert (changed.network.preset, changed.network.hidden) == ("mlp", (20, 10))
    assert changed.network.described_by == Recipe().network.described_by
    with pytest.raises(RecipeError, match=r"network\.hidden does not describe the preset airbench"):
        chosen.override({"hidden": "20,10", "network.preset": "airbench"})


def test_hidden_layers_replace_those_written_out():
    changed = Recipe().override({"network.layers": [{"type": "Dense", "units": 3}]}).override({"hidden": "20"})
    assert (changed.network.layers, changed.network.preset, changed.network.hidden) == ((), "mlp", (20,))
