"""pellucid tune."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.arguments import LENGTH, NETWORK, PICTURES, JsonOption, QuietOption, RecipeOption, SourceArgument, with_settings
from pellucid.cli.output import shell_word, show, show_json, table
from pellucid.cli.progress import shown
from pellucid.words import percent

if TYPE_CHECKING:
    from pellucid.runs import Search

SEARCHED = [flag for flag in (*LENGTH, *NETWORK, *PICTURES) if flag.name not in ("folds", "final", "minutes")]


@with_settings(*SEARCHED)
def tune(
    source: SourceArgument = None,
    recipe: RecipeOption = None,
    trials: Annotated[int, typer.Option(metavar="N", help="How many trainings, those of an earlier search counted.")] = 50,
    jobs: Annotated[int, typer.Option(metavar="N", help="How many at once; -1: one a core.")] = 1,
    storage: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="The study; several processes may work on one. By default in the folder.", show_default=False
        ),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR",
            help="Folder for the results; by default runs/SOURCE-tune-1, -2, ... That of an earlier search goes on with it.",
            show_default=False,
        ),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Search for settings that suit the pictures; leave a report and the best recipe in a folder.

    The table [tune] of the recipe says what may change and how far; without one, learning rate, size and a few more do.
    Trials are compared by their validation loss; the test part is not looked at. Whatever ends the search, finished trials
    are kept. Needs Optuna: pip install 'pellucid[tune]'.
    """
    from pellucid import runs

    with shown(quiet) as progress:
        found = runs.tune(source, recipe, out, trials=trials, jobs=jobs, storage=storage, progress=progress, **settings)
    if json:
        show_json(found.to_json())
    else:
        show(summary(found))


def summary(found: "Search") -> str:
    """The best trial beside the recipe as it was, its settings, and what next."""
    from pellucid.report.search import value_text

    rows = [("best trial", f"{found.best.number + 1} of {len(found.trials)}"), ("validation loss", _loss(found.best))]
    first = found.trials[0]
    if first is not found.best and first.state == "complete":
        rows.append(("recipe as it was", _loss(first)))
    rows += [(key, value_text(value)) for key, value in found.best.values.items()]
    rows += [("report", str(found.report)), ("recipe", str(found.recipe))]
    rows.append(("next", f"pellucid train --recipe {shell_word(found.recipe)}"))
    return table(rows)


def _loss(trial) -> str:
    right = "" if trial.accuracy is None else f", {percent(trial.accuracy)} right"
    return f"{trial.loss:.4f}{right}"
