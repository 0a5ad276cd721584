import pytest

from pellucid.errors import RecipeError
from pellucid.recipes import Recipe, load_recipe, parse_toml
from pellucid.recipes.layers import LAYERS

BAD = {
    "unknown key": ("[training]\nepoch = 3", "unknown key training.epoch; did you mean training.epochs?"),
    "key of another section": (
        "[training]\nlearning_rate = 1",
        "unknown key training.learning_rate; did you mean optimizer.learning_rate?",
    ),
    "key known elsewhere": ("[optimizer]\nlr = 1", "unknown key optimizer.lr; did you mean optimizer.learning_rate?"),
    "key like no other": ("[data]\nzzz = 1", "unknown key data.zzz"),
    "key outside of its section": ("epochs = 3", "unknown key epochs; did you mean training.epochs?"),
    "unknown section": ("[trainning]\nepochs = 3", "unknown section [trainning]; did you mean [training]?"),
    "section like no other": ("[zzz]\na = 1", "unknown section [zzz]"),
    "no section": ("training = 5", "training is 5; expected a table, written [training]"),
    "top-level type": ("name = 3", "name is 3; expected text in quotes"),
    "text for number": ('[training]\nepochs = "3"', 'training.epochs is "3"; expected a whole number of at least 1, or "auto"'),
    "truth for number": ("[training]\nepochs = true", 'training.epochs is true; expected a whole number of at least 1, or "auto"'),
    "fraction for whole": ("[training]\nepochs = 1.5", 'training.epochs is 1.5; expected a whole number of at least 1, or "auto"'),
    "too small": ("[training]\nepochs = 0", 'training.epochs is 0; expected a whole number of at least 1, or "auto"'),
    "negative seed": ("[training]\nseed = -1", "training.seed is -1; expected a whole number from 0 to 4294967295"),
    "number for truth": ("[training]\nfinal = 1", "training.final is 1; expected true or false"),
    "one fold": (
        "[training]\nfolds = 1",
        "training.folds is 1; expected a whole number of at least 2, or 0 for none "
        "(each fold is tested by a network trained on the others)",
    ),
    "rate of zero": ("[optimizer]\nlearning_rate = 0", "optimizer.learning_rate is 0; expected a number above 0"),
    "rate without end": (
        "[optimizer]\nlearning_rate = inf",
        "optimizer.learning_rate is Infinity; expected a number above 0",
    ),
    "unknown name": (
        '[optimizer]\nname = "adamm"',
        'optimizer.name is "adamm"; expected one of sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw, muon, '
        "lbfgs",
    ),
    "all dropped": (
        "[network]\ndropout = 1.0",
        "network.dropout is 1.0; expected a number from 0 up to, but not including, 1, or a list of them, "
        "one a hidden layer",
    ),
    "no units": (
        "[network]\nhidden = [64, 0]",
        "network.hidden is [64, 0]; expected a list of whole numbers of at least 1, for example [128, 64]",
    ),
    "activations that do not fit": (
        '[network]\nactivation = ["relu"]',
        "network.activation has 1 activations for the 2 layers of network.hidden; give one for each, or one for all",
    ),
    "unknown activation": (
        '[network]\nactivation = ["relu", "sin"]',
        'network.activation is ["relu", "sin"]; expected one of linear, relu, leaky_relu, elu, gelu, silu, sigmoid, '
        "tanh, or a list of them, one a hidden layer",
    ),
    "two networks": (
        '[network]\nhidden = [3]\nlayers = [{type = "Dense", units = 3}]',
        "network.layers and network.hidden exclude each other; write the network out in layers "
        "or describe it by a preset and its keys",
    ),
    "unknown layer": (
        '[network]\nlayers = [{type = "Conv", units = 3}]',
        'network.layers[0] is {"type": "Conv", "units": 3}; expected tables with a type, which is one of '
        + ", ".join(LAYERS),
    ),
    "key of a layer": (
        '[network]\nlayers = [{type = "Flatten"}, {type = "Dense", units = 3, rate = 0.1}]',
        "unknown key network.layers[1].rate; this layer has type, units, activation",
    ),
    "key of another preset": (
        '[network]\npreset = "lenet"\nhidden = [3]',
        "network.hidden does not describe the preset lenet; leave it out, or set network.preset to mlp, autoencoder",
    ),
    "width of an mlp": (
        "[network]\nwidth = 8",
        "network.width does not describe the preset mlp; leave it out, or set network.preset to simple_cnn, "
        "resnet, airbench, convolutional_autoencoder",
    ),
    "two widths": (
        '[network]\npreset = "resnet"\nwidth = [8, 16]',
        "network.width is [8, 16]; expected a whole number, 0 or more, or a list of three of at least 1, "
        "for example [32, 64, 64]",
    ),
    "layers and preset": (
        '[network]\npreset = "lenet"\nlayers = [{type = "Flatten"}]',
        "network.layers and network.preset exclude each other; write the network out in layers "
        "or describe it by a preset and its keys",
    ),
    "wrong key of a layer inside": (
        '[network]\nlayers = [{type = "Residual", layers = [{type = "Flatten"}, {type = "Conv2D", filters = 0}]}]',
        "network.layers[0].layers[1].filters is 0; expected a whole number of at least 1",
    ),
    "unknown layer inside": (
        '[network]\nlayers = [{type = "Residual", layers = [{type = "Dense", units = 3, rate = 1}]}]',
        "unknown key network.layers[0].layers[0].rate; this layer has type, units, activation",
    ),
    "padding": (
        '[network]\nlayers = [{type = "Conv2D", filters = 3, padding = "full"}]',
        'network.layers[0].padding is "full"; expected "same", "valid" or a whole number of pixels',
    ),
    "layer without units": (
        '[network]\nlayers = [{type = "Dense"}]',
        "network.layers[0].units is missing; expected a whole number of at least 1",
    ),
    "layer with wrong units": (
        '[network]\nlayers = [{type = "Dense", units = 0}]',
        "network.layers[0].units is 0; expected a whole number of at least 1",
    ),
    "size": (
        "[input]\nsize = [1, 2, 3]",
        'input.size is [1, 2, 3]; expected "auto", one number or [height, width], for example 64 or [90, 120]',
    ),
    "nothing to train on": (
        "[data]\nvalidation = 0.5\ntest = 0.5",
        "data.validation = 0.5 and data.test = 0.5 leave nothing to train on; their sum must be below 1",
    ),
    "broken pattern": (
        '[data]\ngroup = "(a"',
        'data.group is "(a"; expected a regular expression with one group, for example "(session\\\\d+)_" '
        "(missing ), unterminated subpattern at position 0)",
    ),
    "pattern without group": (
        '[data]\nlabel_rule = "a.*"',
        'data.label_rule is "a.*"; expected "folder", "prefix" or a regular expression with one group, '
        'for example "_([a-z]+)\\\\." (it has 0 groups)',
    ),
    "negative weight": (
        "[loss]\nclass_weight = {cat = -1.0}",
        'loss.class_weight is {"cat": -1.0}; expected "none", "balanced" or a table of weights above 0, '
        "for example {cat = 2.0, noncat = 1.0}",
    ),
    "smoothing of another loss": (
        '[loss]\nname = "mean_squared_error"\nlabel_smoothing = 0.1',
        "loss.label_smoothing works with softmax_cross_entropy, not with mean_squared_error; set it to 0",
    ),
    "sigmoid before softmax": (
        '[network]\noutput_activation = "sigmoid"',
        'network.output_activation is "sigmoid", but softmax_cross_entropy works on linear outputs and applies its '
        'own; set it to "linear"',
    ),
}


@pytest.mark.parametrize(("text", "line"), BAD.values(), ids=BAD)
def test_each_mistake_has_one_exact_line(text, line):
    with pytest.raises(RecipeError) as caught:
        parse_toml(text, "recipe mine.toml: ")
    assert str(caught.value) == f"recipe mine.toml: {line}"


def test_no_toml_names_the_line():
    with pytest.raises(RecipeError, match=r"^mine: not TOML: [^\n]*line 2[^\n]*$"):
        parse_toml("[training]\nepochs 3\n", "mine: ")


def test_brackets_without_end():
    with pytest.raises(RecipeError, match=r"^mine: [^\n]*$"):
        parse_toml("a = " + "[" * 100_000, "mine: ")


def test_whole_numbers_pass_for_fractions():
    assert parse_toml("[optimizer]\nlearning_rate = 1").optimizer.learning_rate == 1.0


def test_one_number_is_a_square():
    assert parse_toml("[input]\nsize = 64").input.size == (64, 64)


def test_layers_written_out():
    recipe = parse_toml(
        '[[network.layers]]\ntype = "Dense"\nunits = 8\nactivation = "tanh"\n'
        '[[network.layers]]\ntype = "Dropout"\nrate = 0.5'
    )
    dense, dropout = recipe.network.layers
    assert (dense.units, dense.activation, dropout.rate) == (8, "tanh", 0.5)
    assert "hidden" not in recipe.tables()["network"]


def test_file_of_ones_own(tmp_path):
    path = tmp_path / "mine.toml"
    path.write_bytes(b"\xef\xbb\xbf[training]\r\nepochs = 7\r\n")  # as an editor on Windows may write it
    assert load_recipe(path).training.epochs == load_recipe(str(path)).training.epochs == 7


def test_file_errors_name_the_file(tmp_path):
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "caf\xe9"')
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("epochs = 3")
    for path, words in (
        (latin, "is not UTF-8 text (byte 11)"),
        (wrong, "unknown key epochs; did you mean training.epochs?"),
        (tmp_path / "none.toml", "No such file"),
        (tmp_path, "directory"),
    ):
        with pytest.raises(RecipeError) as caught:
            load_recipe(path)
        assert str(path) in str(caught.value)
        assert words in str(caught.value)


def test_unknown_name_gives_the_nearest():
    with pytest.raises(RecipeError, match="no recipe digit; did you mean digits"):
        load_recipe("digit")


def test_recipes_do_not_change():
    with pytest.raises(ValueError, match="frozen"):
        Recipe().training.epochs = 3
