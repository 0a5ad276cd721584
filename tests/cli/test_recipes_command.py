import json
import tomllib

from pellucid.recipes import load_recipe, shipped


def test_list(run):
    ended = run("recipes")
    assert (ended.status, ended.err) == (0, "")
    ours, _, systems = ended.out.partition("\nof `pellucid reproduce`:\n\n")
    assert [line.split()[0] for line in f"{ours}{systems}".splitlines()] == [name for name, _ in shipped()]
    assert all("/" in line.split()[0] for line in systems.splitlines())


def test_json_list(run):
    assert json.loads(run("recipes", "--json").out) == {
        "recipes": [{"name": name, "description": text} for name, text in shipped()]
    }


def test_one_recipe_can_be_saved_and_used(run, tmp_path):
    path = tmp_path / "mine.toml"
    path.write_text(run("recipes", "photographs").out, encoding="utf-8")
    assert load_recipe(path) == load_recipe("photographs")
    assert tomllib.loads(path.read_text(encoding="utf-8"))["training"]


def test_json_of_one_is_complete(run):
    assert json.loads(run("recipes", "cats/faithful", "--json").out)["optimizer"]["beta1"] == 0.9
