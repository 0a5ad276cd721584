"""pellucid evaluate."""

from typing import TYPE_CHECKING, Annotated

import typer

from pellucid.cli.arguments import JsonOption, ModelArgument, QuietOption, model_file, not_blank, parse_keys, parse_shape
from pellucid.cli.output import remaining, say, scored, show, show_json, table
from pellucid.cli.progress import shown
from pellucid.errors import RecipeError
from pellucid.words import percent

if TYPE_CHECKING:
    from pellucid.evaluation import ClassScore
    from pellucid.runs import Evaluation

MISTAKES = 5  # that are named

PartOption = Annotated[
    str | None,
    typer.Option(metavar="PART", help="test, validation, train or all; by default test, or all.", show_default=False),
]
RequireOption = Annotated[
    float | None,
    typer.Option(metavar="SHARE", help="Exit with status 1 below this accuracy, for example 0.6.", show_default=False),
]
ClassesOption = Annotated[
    str | None,
    typer.Option(metavar="A,B", help="Classes whose pictures count; others are left out.", show_default=False),
]
LabelRuleOption = Annotated[
    str | None,
    typer.Option(metavar="RULE", help="folder, prefix, or a regular expression with one group.", show_default=False),
]
KeysOption = Annotated[
    str | None,
    typer.Option(metavar="x=A,y=B", help="Names of the arrays in an .npz or HDF5 file.", show_default=False),
]
ShapeOption = Annotated[
    str | None,
    typer.Option(metavar="H,W[,C]", help="Shape of the pictures in a CSV of pixels.", show_default=False),
]


def evaluate(
    model: ModelArgument,
    source: Annotated[str, typer.Argument(metavar="SOURCE", help="Labelled pictures, as for train.")],
    part: PartOption = None,
    require: RequireOption = None,
    classes: ClassesOption = None,
    label_rule: LabelRuleOption = None,
    keys: KeysOption = None,
    shape: ShapeOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
) -> None:
    """Score a model on labelled pictures."""
    from pellucid import runs
    from pellucid.evaluation import decimals

    if require is not None and not 0 <= require <= 1:
        raise RecipeError(f"--require is {require:g}; expected a share from 0 to 1, for example 0.6 for 60 %")
    with shown(quiet) as progress:
        found = runs.evaluate(
            model_file(model),
            source,
            part=part,
            classes=[name.strip() for name in not_blank(classes).split(",")] if classes is not None else None,
            label_rule=label_rule,
            keys=parse_keys(keys) if keys else None,
            shape=parse_shape(shape) if shape else None,
            progress=progress,
        )
    if json:
        show_json(found.to_json())
    else:
        show(summary(found))
    if require is not None and found.scores.accuracy < require:
        reached = percent(found.scores.accuracy, decimals(found.scores.n))
        say(f"pellucid: the accuracy is {reached}, below the required {percent(require)}")
        raise typer.Exit(1)


def summary(found: "Evaluation") -> str:
    """The accuracy with its interval, the baseline, a row a class, the surest mistakes, and parts that are worse than the rest."""
    scores = found.scores
    name, share = scores.majority
    head = [
        ("accuracy", scored(scores.accuracy, scores.interval, scores.n)),
        *([("without the refused", remaining(found.answered))] if found.answered else []),
        ("most common class", f"{percent(share)} (always answering {name})"),
        ("loss", f"{scores.loss:.4f}"),
        ("measured on", found.why if found.why != "as asked" else f"the {found.part} part"),
    ]
    rows = [("", "precision", "recall", "F1", "pictures")]
    rows += map(_row, (*scores.per_class, scores.macro, scores.weighted))
    return "\n\n".join([table(head), table(rows, right=(1, 2, 3, 4)), *_mistakes(found), *_worse(found)])


def _mistakes(found: "Evaluation") -> list[str]:
    """The surest mistakes, a line each."""
    worst = found.predictions.mistakes_json(MISTAKES)
    wrong = found.scores.n - found.scores.correct
    rows = [(row["path"], row["predicted"], f"is {row['label']}", percent(row["probability"])) for row in worst]
    if not rows:
        return []
    title = "mistakes, the surest first" if wrong == len(rows) else f"the {len(rows)} surest of {wrong} mistakes"
    return [table([(title, "predicted", "truth", "how sure"), *rows], right=(3,))]


def _worse(found: "Evaluation") -> list[str]:
    """What is said of parts of the pictures that are worse than the rest."""
    from pellucid.report.worth import worse_slices

    sentences = worse_slices(found.slices)
    return ["\n".join(sentences)] if sentences else []


def _row(score: "ClassScore") -> tuple[str, ...]:
    return score.name, f"{score.precision:.3f}", f"{score.recall:.3f}", f"{score.f1:.3f}", str(score.support)
