"""Make docs/cli.md and docs/recipes.md from the program itself:  python docs/reference.py."""

import inspect
import json
from pathlib import Path

import typer

from pellucid.cli.app import app
from pellucid.recipes import EVERYDAY, Recipe, shipped
from pellucid.recipes.space import FIXED

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
    parts += ["## [tune]", inspect.cleandoc(SEARCH), table(("key", "why a search leaves it alone"), fixed())]
    return "\n\n".join(parts) + "\n"


def fixed() -> list[tuple[str, str]]:
    return [(f"`{key}`", reason) for key, reason in FIXED.items()]


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

SEARCH = """
    What `pellucid tune` may change, and how far: keys of [input], [augment], [network], [loss], [optimizer],
    [schedule] and [training], each with a range or with choices.

    ```toml
    [tune]
    optimizer.learning_rate = {low = 1e-4, high = 1e-2, log = true}
    training.batch_size = {low = 16, high = 128}
    network.width = {choices = [16, 32]}
    ```

    With `log = true`, a value between 0.001 and 0.01 is as likely as one between 0.01 and 0.1. Where the key takes whole numbers
    only whole ones are tried. Without this table a search changes the learning rate, the batch size, weight decay or `loss.l2`,
    the size of the network (`hidden` and `dropout`, or `width`), and how far `shift`, `rotate` and `scale` go, where the recipe
    has them.
"""


if __name__ == "__main__":
    (DOCS / "cli.md").write_text(commands(), encoding="utf-8")
    (DOCS / "recipes.md").write_text(recipes(), encoding="utf-8")
