"""pellucid predict."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.arguments import JsonOption, ModelArgument, QuietOption, model_file
from pellucid.cli.output import percent, say, show, show_json, table
from pellucid.cli.progress import shown

if TYPE_CHECKING:
    from pellucid.runs.prediction import Answers

NOT_SURE = "(not sure)"
SKIPPED_SHOWN = 5


def predict(
    model: ModelArgument,
    pictures: Annotated[list[str], typer.Argument(metavar="PICTURES", help="Picture files, and folders of pictures.")],
    csv: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write the answers as a CSV table.", show_default=False)
    ] = None,
    sheet: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the pictures with their answers (PNG).", show_default=False),
    ] = None,
    sort_into: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Copy each picture into a folder named as its class.", show_default=False),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Name the class and the probability of each picture."""
    from pellucid.runs.prediction import predict as answer

    with shown(quiet) as progress:
        answers = answer(model_file(model), pictures, progress=progress)
    _tell_skipped(answers, quiet)
    _write(answers, csv, sheet, sort_into)
    if json:
        show_json(answers.to_json())
    elif csv or sheet or sort_into:
        show(counts(answers))
    else:
        show(rows(answers))


def rows(answers: "Answers") -> str:
    """A line a picture: file, class, probability."""
    return table([(str(each.path), each.label or NOT_SURE, percent(each.probability)) for each in answers], right=(2,))


def counts(answers: "Answers") -> str:
    """A line a class: how many pictures, most first."""
    found = Counter(each.label or NOT_SURE for each in answers)
    return table([(name, str(count)) for name, count in found.most_common()], right=(1,))


def _write(answers: "Answers", csv: Path | None, sheet: Path | None, sort_into: Path | None) -> None:
    if csv:
        answers.write_csv(csv)
    if sheet:
        from pellucid.runs.sheet import write_sheet

        write_sheet(answers, sheet)
    if sort_into:
        from pellucid.runs.sorting import sort_into as sort

        sort(answers, sort_into)


def _tell_skipped(answers: "Answers", quiet: bool) -> None:
    if quiet:
        return
    for path, reason in answers.skipped[:SKIPPED_SHOWN]:
        say(f"skipped {path}: {reason}")
    if len(answers.skipped) > SKIPPED_SHOWN:
        say(f"skipped {len(answers.skipped) - SKIPPED_SHOWN} more")
