"""pellucid check."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.arguments import PICTURES, JsonOption, QuietOption, RecipeOption, SourceArgument, with_settings
from pellucid.cli.output import show, show_json
from pellucid.cli.progress import shown
from pellucid.errors import RecipeError

if TYPE_CHECKING:
    from pellucid.checks import Findings


@with_settings(*(flag for flag in PICTURES if flag.name in ("classes", "label_rule", "keys", "shape", "allow_broken", "size")))
def check(
    source: SourceArgument = None,
    recipe: RecipeOption = None,
    out: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="The page with pictures; by default SOURCE-check.html.", show_default=False),
    ] = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Look for what makes pictures hard to learn from or their scores wrong.

    Copies of one picture, facts about the files that give the label away, odd pictures, doubtful labels.
    With --json no page is written unless --out names one.
    """
    from pellucid import runs

    if not source:
        raise RecipeError("no source given: name a folder, a file or a data set, as in `pellucid check photos/`")
    with shown(quiet) as progress:
        findings = runs.check(source, recipe, progress=progress, **settings)
    page = out or (None if json else Path(f"{findings.dataset.name}-check.html"))
    if page:
        runs.write_page(findings, page)
    if json:
        show_json(findings.to_json() | ({"page": str(page)} if page else {}))
    else:
        show(summary(findings, page))


def summary(findings: "Findings", page: Path) -> str:
    """What was found, serious things marked, and where the pictures are."""
    from pellucid.report import check_sentences

    sentences, serious = check_sentences(findings)
    marks = ["warning: "] * serious + [""] * (len(sentences) - serious)
    lines = [mark + text for mark, text in zip(marks, sentences, strict=True)]
    return "\n".join([*lines, f"pictures of all this: {page}"])
