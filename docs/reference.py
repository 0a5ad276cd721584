"""Make docs/cli.md and docs/recipes.md from the program itself:  python docs/reference.py."""

import inspect
import json
from pathlib import Path

import typer

from pellucid.cli.app import app
from pellucid.recipes import EVERYDAY, Recipe, shipped

DOCS = Path(__file__).parent
TREE = typer.main.get_command(app)


def commands() -> str:
    """The page of all commands with their arguments and options."""
    return "\n\n".join(["# Commands", *(command(*entry) for entry in TREE.commands.items())]) + "\n"


def command(name: str, definition) -> str:
    arguments = [parameter for parameter in definition.params if parameter.param_type_name == "argument"]
    options = [parameter for parameter in definition.params if parameter.param_type_name == "option"]
    usage = " ".join(["pellucid", name, *map(placeholder, arguments), "[OPTIONS]"])
    parts = [f"## {name}", f"    {usage}", inspect.cleandoc(definition.help)]
    if options:
        parts.append(table(("option", "meaning"), [(f"`{spelling(option)}`", option.help or "") for option in options]))
    return "\n\n".join(parts)


def placeholder(argument) -> str:
    name = (argument.metavar or argument.name).upper() + ("..." if argument.nargs == -1 else "")
    return name if argument.required else f"[{name}]"


def spelling(option) -> str:
    """`--epochs INTEGER`, `--grey / --rgb`."""
    names = ", ".join(option.opts)
    if option.secondary_opts:
        return f"{names} / {', '.join(option.secondary_opts)}"
    return names if option.is_flag else f"{names} {(option.metavar or option.name).upper()}"


def recipes() -> str:
    """The page of the recipes that ship and of every key."""
    parts = ["# Recipes", inspect.cleandoc(INTRODUCTION)]
    rows = [(f"`{name}`", text) for name, text in shipped()]
    parts += ["## Recipes that ship", table(("name", "description"), [row for row in rows if "/" not in row[0]])]
    parts += ["## Recipes of `pellucid reproduce`", table(("name", "description"), [row for row in rows if "/" in row[0]])]
    for name, field in Recipe.model_fields.items():
        if inspect.isclass(field.annotation) and hasattr(field.annotation, "model_fields"):
            parts += [f"## [{name}]", inspect.cleandoc(field.annotation.__doc__), keys(name, field.annotation)]
    return "\n\n".join(parts) + "\n"


def keys(section: str, model) -> str:
    rows = [
        (f"`{name}`", f"`{json.dumps(field.get_default())}`", flags(f"{section}.{name}"), field.description)
        for name, field in model.model_fields.items()
    ]
    return table(("key", "default", "flag", "meaning"), rows)


def flags(key: str) -> str:
    """The flags of `pellucid train` that set the key."""
    names = [f"--{name.replace('_', '-')}" for name, dotted in EVERYDAY.items() if dotted == key]
    options = [option for option in TREE.commands["train"].params if set(names) & set(option.opts)]
    return ", ".join(f"`{spelling(option)}`" for option in options)


def table(headings: tuple[str, ...], rows: list[tuple[str, ...]]) -> str:
    return "\n".join(map(line, [headings, ("---",) * len(headings), *rows]))


def line(cells: tuple[str, ...]) -> str:
    return "| " + " | ".join(" ".join(cell.split()).replace("|", "\\|") for cell in cells) + " |"


INTRODUCTION = """
    A recipe is a TOML file that fixes a run completely. `pellucid train SOURCE --recipe NAME` takes one that ships,
    or a file. Flags and `--set key=value` change single keys. The file `config.toml` that a run leaves is a complete
    recipe, which repeats the run. An unknown key or a wrong type is an error that names the nearest right one.
"""


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(commands(), encoding="utf-8")
    (DOCS / "recipes.md").write_text(recipes(), encoding="utf-8")
