"""pellucid train."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.arguments import (
    LENGTH,
    NETWORK,
    PICTURES,
    JsonOption,
    QuietOption,
    RecipeOption,
    SourceArgument,
    with_settings,
)
from pellucid.cli.interrupt import stoppable
from pellucid.cli.output import remaining, scored, shell_word, show, show_json, table
from pellucid.cli.progress import shown
from pellucid.errors import RecipeError
from pellucid.words import count, part_word, percent

if TYPE_CHECKING:
    from pellucid.runs import Run


@with_settings(*LENGTH, *NETWORK, *PICTURES)
def train(
    source: SourceArgument = None,
    recipe: RecipeOption = None,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for the results; by default runs/SOURCE-1, -2, ...", show_default=False
        ),
    ] = None,
    resume: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Go on with an interrupted run.", show_default=False)
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Train a classifier; leave model, report and tables in a folder.

    Ctrl-C stops after the step it is in and keeps the best model so far; a second Ctrl-C ends at once.
    """
    from pellucid import runs

    if resume and (source or recipe or out or settings):
        raise RecipeError(f"--resume {resume} takes everything from the run it goes on with; give nothing else")
    with shown(quiet) as progress, stoppable(progress.say) as stop:
        if resume:
            run = runs.resume(resume, progress=progress, stop=stop)
        else:
            run = runs.train(source, recipe, out, progress=progress, stop=stop, **settings)
    if json:
        show_json(run.to_json())
    else:
        show(summary(run))


def summary(run: "Run") -> str:
    """What a person wants to know at once: how good, compared to what, where, and what next."""
    from pellucid.report.worth import learning_curve

    rows = _rebuilt(run) if run.predictions is None else _named(run)
    if run.folds:
        scores, spread = run.folds.scores, 100 * run.folds.spread
        found = f"{scored(scores.accuracy, scores.interval, scores.n)}, deviation {spread:.1f}"
        rows.append((f"{len(run.folds.accuracies)} folds", found))
    if seen := run.worth.seen:
        others = f", of the others {percent(seen.others_accuracy)}" if seen.others else ""
        those = "1 of these pictures was" if seen.n == 1 else f"{seen.n} of these pictures were"
        rows.append(("copies", f"{those} in training too: {percent(seen.accuracy)} right{others}"))
    if run.worth.learning_curve:
        rows.append(("more pictures", learning_curve(run.worth.learning_curve)))
    rows += [("doctor", finding.what) for finding in run.findings]
    rows += [("model", str(run.model)), ("report", str(run.report))]
    if run.predictions is not None:
        rows.append(("next", f"pellucid predict {shell_word(run.model)} PICTURE"))
    return table(rows)


def _named(run: "Run") -> list[tuple[str, str]]:
    name, share = run.scores[run.part].majority
    left = run.worth.refusals.answered if run.worth.refusals else None
    return [
        (f"{part_word(run.part)} accuracy", scored(run.accuracy, run.interval, run.n_test)),
        *([("without the refused", remaining(left))] if left else []),
        ("most common class", f"{percent(share)} (always answering {name})"),
    ]


def _rebuilt(run: "Run") -> list[tuple[str, str]]:
    scores = run.scores[run.part]
    pictures = count(scores.n, f"{part_word(run.part)} picture")
    return [
        ("given back", f"{percent(scores.explained)} of the pixels' variance, on {pictures}"),
        ("squared error", f"{scores.loss:.4f} a pixel (always the mean picture: {scores.baseline:.4f}; values from 0 to 1)"),
    ]
