"""Recipes from TOML: the files that ship beside this one, and the user's own."""

import tomllib
from pathlib import Path

from pellucid.errors import RecipeError
from pellucid.recipes.problems import did_you_mean
from pellucid.recipes.recipe import Recipe

SHIPPED = Path(__file__).parent


def load_recipe(name_or_path: str | Path) -> Recipe:
    """The recipe of that name that ships with pellucid, or the one in that TOML file.

    Raises RecipeError: no such recipe, a file that cannot be read, text that is no TOML, keys or values without sense.
    """
    name = str(name_or_path)
    path = Path(name_or_path)
    if name in _files():
        path = _files()[name]
    elif path.suffix != ".toml" and not path.exists():
        near = did_you_mean(name, _files())
        raise RecipeError(f"no recipe {name}{near} (`pellucid recipes` lists them, a file of yours ends in .toml)")
    return parse_toml(_read(path), origin=f"recipe {name}: ")


def parse_toml(text: str, origin: str = "") -> Recipe:
    """The recipe in `text`; RecipeError, starting with `origin`, where it is not TOML or not a recipe."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RecipeError(f"{origin}not TOML: {error}") from error
    except RecursionError as error:
        raise RecipeError(f"{origin}not a recipe: brackets nested too deep") from error
    return Recipe.parse(tables, origin)


def recipe_text(name: str) -> str:
    """The TOML text of a recipe that ships with pellucid, comments included; RecipeError for any other name."""
    if name not in _files():
        raise RecipeError(f"no recipe {name}{did_you_mean(name, _files())} (`pellucid recipes` lists them)")
    return _read(_files()[name])


def shipped() -> list[tuple[str, str]]:
    """(name, description) of every recipe that ships with pellucid, in alphabetical order, those of the systems last."""
    return [(name, tomllib.loads(_read(path))["description"]) for name, path in _files().items()]


def _files() -> dict[str, Path]:
    """Every recipe that ships: "photographs" lies beside this file, "cats/faithful" is systems/cats/faithful.toml."""
    plain = {path.stem: path for path in SHIPPED.glob("*.toml")}
    systems = {f"{path.parent.name}/{path.stem}": path for path in SHIPPED.glob("systems/*/*.toml")}
    return dict(sorted(plain.items())) | dict(sorted(systems.items()))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # some editors put a byte-order mark first
    except OSError as error:
        raise RecipeError(f"cannot read recipe {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecipeError(f"recipe {path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
