"""pellucid preview."""

from pathlib import Path
from typing import Annotated, Any

import typer

from pellucid.cli.arguments import PICTURES, Flag, JsonOption, QuietOption, RecipeOption, SourceArgument, with_settings
from pellucid.cli.output import say, show, show_json
from pellucid.cli.progress import shown


@with_settings(*PICTURES, Flag("seed", "N", "Fixes what is shown, as it fixes a training."))
def preview(
    source: SourceArgument = None,
    recipe: RecipeOption = None,
    out: Annotated[Path, typer.Option(metavar="FILE", help="Where to write the sheet (PNG).")] = Path("preview.png"),
    json: JsonOption = False,
    quiet: QuietOption = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Draw training pictures beside what the recipe's augmentation makes of them.

    `pellucid preview photos/ --set augment.rotate=30 --set augment.erase=0.5`. A warning says where a change seems to turn
    one class into another.
    """
    from pellucid import runs

    with shown(quiet) as progress:
        found = runs.preview(source, recipe, progress=progress, **settings)
    found.write(out)
    if json:
        show_json({"sheet": out, "augment": found.settings, "pictures": len(found.rows), "warnings": list(found.warnings)})
        return
    for warning in found.warnings:
        say(f"warning: {warning}")
    show(str(out))
