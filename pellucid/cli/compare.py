"""pellucid compare."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.arguments import JsonOption
from pellucid.cli.output import show, show_json, table
from pellucid.words import duration, shorten

if TYPE_CHECKING:
    from pellucid.evaluation import ComparedRun, Comparison

DEFAULT = Path("comparison.html")


def compare(
    runs: Annotated[list[Path], typer.Argument(metavar="RUN", help="Folders of finished runs, two or more.", show_default=False)],
    out: Annotated[Path | None, typer.Option(metavar="FILE", help=f"The page; by default {DEFAULT}.", show_default=False)] = None,
    json: JsonOption = False,
) -> None:
    """Set finished runs side by side: scores, learning, settings, time.

    Two runs are tested against each other on the pictures that were test pictures of both (exact McNemar test), and a sentence
    says whether they can be told apart. With --json no page is written unless --out names one.
    """
    from pellucid import runs as jobs

    found = jobs.compare(runs)
    page = out or (None if json else DEFAULT)
    if page:
        jobs.write_comparison(found, page)
    if json:
        show_json(found.to_json() | ({"page": str(page)} if page else {}))
    else:
        show(summary(found, page))


def summary(found: "Comparison", page: Path) -> str:
    """A row a run, what it means in words, the settings that differ, and where the page is."""
    from pellucid.report.comparison import setting
    from pellucid.report.comparison_sentences import findings

    head = ("run", "score", "95 % interval", found.noun + "s", "parameters", "epochs", "time", "data", "recipe")
    parts = [table([head, *map(_row, found.runs)], right=(1, 2, 3, 4, 5, 6))]
    parts.append("\n".join(findings(found)))
    if found.differences:
        rows = [("differs", *(run.name for run in found.runs))]
        rows += [(key, *(shorten(setting(value), 24) for value in values)) for key, values in found.differences.items()]
        parts.append(table(rows))
    return "\n\n".join([*parts, f"page: {page}"])


def _row(run: "ComparedRun") -> tuple[str, ...]:
    from pellucid.report.comparison import interval_text, score_text

    pictures = f"{run.score['n']} {run.part}"
    numbers = (f"{run.parameters:,}", str(len(run.epochs)), duration(run.seconds))
    return run.name, score_text(run), interval_text(run), pictures, *numbers, run.data, run.recipe
