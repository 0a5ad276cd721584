"""pellucid explain."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.arguments import JsonOption, ModelArgument, QuietOption, model_file
from pellucid.cli.output import show, show_json, table
from pellucid.cli.progress import shown
from pellucid.words import percent

if TYPE_CHECKING:
    from pellucid.runs import Explanation


def explain(
    model: ModelArgument,
    picture: Annotated[str, typer.Argument(metavar="PICTURE", help="A picture file, or a row of a source such as digits[17].")],
    out: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder for page and PNG files; by default explain-1, -2, ...", show_default=False),
    ] = None,
    target: Annotated[
        str | None,
        typer.Option(metavar="CLASS", help="The class to explain; by default the answer.", show_default=False),
    ] = None,
    label: Annotated[str | None, typer.Option(metavar="CLASS", help="The true class, for the loss.", show_default=False)] = None,
    training: Annotated[
        str | None,
        typer.Option(metavar="SOURCE", help="Where the training pictures are, for those that look alike.", show_default=False),
    ] = None,
    weight: Annotated[
        str | None,
        typer.Option(metavar="1.W[3,5]", help="The weight whose update is followed.", show_default=False),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Show what a model sees in one picture, and every number on the way.

    The page shows which pixels count, which training pictures look alike, and the picture's way through every layer,
    the loss and back, each step with its equation, its numbers and its lines of code.
    """
    from pellucid import runs

    with shown(quiet) as progress:
        found = runs.explain(
            model_file(model),
            picture,
            out,
            target=target,
            label=label,
            training=training,
            weight=weight,
            progress=progress,
        )
    if json:
        show_json(found.to_json())
    else:
        show(summary(found))


def summary(explanation: "Explanation") -> str:
    """The answer, what hurts it most, and where the page is."""
    found = explanation.found
    name = found.classes[found.target]
    row, column = found.occlusion.strongest
    rows = [
        ("answer", f"{found.answer or f'({found.refused})'}, {percent(found.probabilities.max())}"),
        ("covered", f"{name} falls to {percent(found.covered_probability)} without the patch at row {row}, column {column}"),
    ]
    if found.neighbours:
        nearest = found.neighbours[0]
        rows.append(("looks like", f"{nearest.name} ({nearest.label})"))
    else:
        rows.append(("looks like", found.neighbours_from))
    rows.append(("page", str(explanation.page)))
    return table(rows)
