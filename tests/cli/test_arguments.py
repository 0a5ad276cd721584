from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from pellucid.cli.arguments import LENGTH, NETWORK, PICTURES, model_file, not_blank, parse_keys, parse_shape, with_settings
from pellucid.errors import RecipeError
from pellucid.recipes import EVERYDAY, Recipe

FLAGS = (*LENGTH, *NETWORK, *PICTURES)


def settings_of(*words):
    """The settings that a command with every flag receives."""
    received = {}
    app = typer.Typer()

    @app.command()
    @with_settings(*FLAGS)
    def command(source: str = "", recipe: str = "", *, settings: dict[str, Any]) -> None:
        received.update(settings)

    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return received


def test_nothing_given_sets_nothing():
    assert settings_of() == {}


def test_every_everyday_setting_has_a_flag():
    assert {flag.setting or flag.name for flag in FLAGS} - {"data.keys"} == set(EVERYDAY)


WORDS = {
    "--epochs 20": {"epochs": "20"},
    "--hidden 128,64 --learning-rate 1e-2": {"hidden": "128,64", "learning_rate": "1e-2"},
    "--grey": {"grey": True},
    "--rgb": {"grey": False},
    "--final --folds 3": {"final": True, "folds": "3"},
    "--allow-broken": {"max_broken": 1.0},
    "--keys x=a,y=b": {"data.keys": {"x": "a", "y": "b"}},
    "--set loss.l2=1e-4 --set data.group=(a=.)": {"loss.l2": "1e-4", "data.group": "(a=.)"},
}


@pytest.mark.parametrize("words", WORDS)
def test_flags_become_settings_that_recipes_take(words):
    settings = settings_of(*words.split())
    assert settings == WORDS[words]
    Recipe().override(settings)


@pytest.mark.parametrize("text", ["", "x", "x=", "=a", "x=a,"])
def test_keys_need_names(text):
    with pytest.raises(RecipeError, match="x=images,y=labels"):
        parse_keys(text)


@pytest.mark.parametrize("text", ["abc", "8", "28,28,1,1", "8,-8"])
def test_a_shape_is_explained_as_it_is_written_on_the_command_line(text):
    with pytest.raises(RecipeError, match=r"--shape is .*for example 28,28"):
        parse_shape(text)
    assert settings_of("--shape", "28,28,3") == {"shape": (28, 28, 3)}


@pytest.mark.parametrize("text", ["", " "])
def test_no_classes_are_not_all_classes(text):
    with pytest.raises(RecipeError, match="--classes is empty"):
        not_blank(text)


def test_folder_of_a_run_stands_for_its_model(tmp_path):
    assert model_file(tmp_path) == tmp_path / "model.safetensors"
    assert model_file(tmp_path / "other.safetensors") == tmp_path / "other.safetensors"
