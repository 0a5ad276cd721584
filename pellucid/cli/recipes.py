"""pellucid recipes."""

from typing import Annotated

import typer

from pellucid.cli.arguments import JsonOption
from pellucid.cli.output import show, show_json, table


def recipes(
    name: Annotated[
        str | None,
        typer.Argument(metavar="NAME", help="Print this recipe, as a start for your own.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the recipes that ship with pellucid, those of `pellucid reproduce` last, or print one.

    `pellucid recipes photographs > mine.toml`, then `pellucid train photos/ --recipe mine.toml`.
    """
    from pellucid.recipes import load_recipe, recipe_text, shipped

    if name:
        text = recipe_text(name)
        if json:
            show_json(load_recipe(name).tables())
        else:
            show(text.rstrip("\n"))
        return
    found = shipped()
    if json:
        show_json({"recipes": [{"name": name, "description": text} for name, text in found]})
    else:
        ours = [recipe for recipe in found if "/" not in recipe[0]]
        show(f"{table(ours)}\n\nof `pellucid reproduce`:\n\n{table(found[len(ours):])}")
