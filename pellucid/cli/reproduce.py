"""pellucid reproduce."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.arguments import JsonOption, QuietOption
from pellucid.cli.interrupt import stoppable
from pellucid.cli.output import show, show_json, table
from pellucid.cli.progress import shown
from pellucid.errors import RecipeError
from pellucid.words import percent, span

if TYPE_CHECKING:
    from pellucid.runs import Reproduction
    from pellucid.runs.reproduction.reproduction import Row

NameArgument = Annotated[
    str | None, typer.Argument(metavar="NAME", help="A system; without one, all are listed.", show_default=False)
]
SourceArgument = Annotated[
    str | None,
    typer.Argument(metavar="SOURCE", help="Its pictures, where they do not lie below PELLUCID_DATA.", show_default=False),
]
QuickOption = Annotated[
    bool, typer.Option("--quick", help="One seed, few steps, few pictures: shows that everything runs, and no more.")
]
VariantsOption = Annotated[
    str | None, typer.Option(metavar="A,B", help="Only these variants, and what they start from.", show_default=False)
]
SeedsOption = Annotated[int | None, typer.Option(metavar="N", help="At most N seeds of each variant.", show_default=False)]
FromOption = Annotated[
    Path | None,
    typer.Option("--from", metavar="MODEL", help="A trained model in place of one trained first.", show_default=False),
]
OutOption = Annotated[
    Path | None,
    typer.Option(metavar="DIR", help="Folder for runs and report; by default runs/reproduce-NAME.", show_default=False),
]


def reproduce(
    name: NameArgument = None,
    source: SourceArgument = None,
    quick: QuickOption = False,
    variants: VariantsOption = None,
    seeds: SeedsOption = None,
    start_from: FromOption = None,
    out: OutOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Train a published system as it was, without its faults, and better; compare all with what was claimed.

    Every result is kept at once: run the same command again after an interruption, and only what is missing is trained.
    """
    if name is None:
        if source or quick or variants or seeds or start_from or out:
            raise RecipeError("no system named: `pellucid reproduce` lists them")
        return _list(json)
    from pellucid import runs

    chosen = [part.strip() for part in variants.split(",") if part.strip()] if variants else []
    with shown(quiet) as progress, stoppable(progress.say) as stop:
        found = runs.reproduce(
            name,
            source,
            out,
            quick=quick,
            variants=chosen,
            seeds=seeds,
            start_from=start_from,
            progress=progress,
            stop=stop,
        )
    if json:
        show_json(found.to_json())
    else:
        show(summary(found))
    return None


def _list(json: bool) -> None:
    from pellucid.systems import SYSTEMS

    if json:
        systems = [
            {"name": each.name, "summary": each.summary, "variants": [variant.name for variant in each.variants]}
            for each in SYSTEMS
        ]
        show_json({"systems": systems})
    else:
        show(table([(each.name, each.summary) for each in SYSTEMS]))


def summary(found: "Reproduction") -> str:
    """A line for each variant, and where the report is."""
    lines = [table([("variant", "right", "95 % interval", "seeds", "goal"), *map(_line, found.rows)], right=(1, 2, 3, 4))]
    lines += [f"{name} was left out: {why}" for name, why in found.problems.items()]
    return "\n".join([*lines, "", f"report  {found.report}"])


def _line(row: "Row") -> tuple[str, ...]:
    from pellucid.evaluation import decimals
    from pellucid.runs.reproduction.sentences import score

    if row.mean is None:
        return row.variant.name, score(row), "", str(len(row.runs)), ""
    digits = decimals(row.n)
    spread = "" if row.spread is None else f" ± {100 * row.spread:.{digits}f}"
    goal = "" if row.variant.goal is None else percent(row.variant.goal, digits)
    interval = f"{span(row.interval, digits)} of {row.n:,}"
    return row.variant.name, percent(row.mean, digits) + spread, interval, str(len(row.runs)), goal
