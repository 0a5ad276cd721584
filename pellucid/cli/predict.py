"""pellucid predict."""

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.arguments import JsonOption, ModelArgument, QuietOption, model_file
from pellucid.cli.output import say, show, show_json, table
from pellucid.cli.progress import shown
from pellucid.words import percent

if TYPE_CHECKING:
    from pellucid.runs.prediction import Answers, Prediction

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
    answer_all: Annotated[
        bool, typer.Option("--answer-all", help="Name a class even where the model is not sure, or finds it none of these.")
    ] = False,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Name the class and the probability of each picture, or say that the model is not sure, or that it is none of the classes."""
    from pellucid.runs.prediction import predict as answer

    with shown(quiet) as progress:
        answers = answer(model_file(model), pictures, answer_all=answer_all, progress=progress)
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
    return table([(str(each.path), _named(each), percent(each.probability)) for each in answers], right=(2,))


def counts(answers: "Answers") -> str:
    """A line a class: how many pictures, most first."""
    found = Counter(map(_named, answers))
    return table([(name, str(count)) for name, count in found.most_common()], right=(1,))


def _named(prediction: "Prediction") -> str:
    """A class, or why there is none in brackets: a class may be called "not sure"."""
    return prediction.label if prediction.label is not None else f"({prediction.refused})"


def _write(answers: "Answers", csv: Path | None, sheet: Path | None, sort_into: Path | None) -> None:
    if csv:
        answers.write_csv(csv)
    if sheet:
        from pellucid.runs.sheets.predictions import write_sheet

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
