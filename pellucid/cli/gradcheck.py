"""pellucid gradcheck."""

import ast
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pellucid.cli.arguments import JsonOption
from pellucid.cli.output import say, show, show_json, table
from pellucid.errors import RecipeError

if TYPE_CHECKING:
    from pellucid.runs.gradcheck import Row


def gradcheck(
    name: Annotated[
        str | None,
        typer.Argument(metavar="CLASS", help="Your own layer or loss: module:Class or file.py:Class.", show_default=False),
    ] = None,
    shape: Annotated[
        str | None, typer.Option(metavar="H,W,C|K", help="Shape of your layer's input.", show_default=False)
    ] = None,
    set: Annotated[
        list[str] | None,
        typer.Option("--set", metavar="KEY=VALUE", help="An argument of your class, for example units=5.", show_default=False),
    ] = None,
    json: JsonOption = False,
) -> None:
    """Check every derivative against a difference quotient, or those of your own layer or loss.

    Each gradient is compared with what the values themselves say, in double precision, along a random direction. Exit status 1
    where one is wrong.
    """
    from pellucid.runs.gradcheck import check_everything, check_own

    if name is None and (shape or set):
        raise RecipeError("--shape and --set describe a class of your own; name it, as in pellucid gradcheck layers.py:MyLayer")
    rows = list(check_own(name, _settings(set or []), _shape(shape)) if name else check_everything())
    wrong = [row for row in rows if not row.passed]
    if json:
        show_json({"passed": not wrong, "rows": [row.to_json() for row in rows]})
    else:
        show(summary(rows))
    if wrong:
        say(f"pellucid: {len(wrong)} of {len(rows)} rows have a wrong derivative")
        raise typer.Exit(1)


def summary(rows: list["Row"]) -> str:
    """A line a row: what was checked, the largest error, the verdict; and where a wrong one is wrong."""
    lines = [("checked", "gradients", "error", ""), *map(_line, rows)]
    faults = [
        f"\n{row.name}, {way}\n  {check}"
        for row in rows
        for way, checks in row.checks.items()
        for check in checks
        if not check.passed
    ]
    return table(lines, right=(2,)) + "\n".join(["", *faults] if faults else [])


def _line(row: "Row") -> tuple[str, ...]:
    return row.name, _shortened(row.arrays), f"{row.worst[1].error:.0e}", "ok" if row.passed else "WRONG"


def _shortened(arrays: list[str]) -> str:
    return " ".join(arrays) if len(arrays) <= 4 else f"{' '.join(arrays[:3])} ... ({len(arrays)})"


def _settings(pairs: list[str]) -> dict[str, Any]:
    """`units=5` as {"units": 5}; what is no number, list or word of Python is text."""
    settings = {}
    for pair in pairs:
        key, equals, value = pair.partition("=")
        if not (key and equals):
            raise RecipeError(f"--set {pair}: expected KEY=VALUE, for example --set units=5")
        try:
            settings[key] = ast.literal_eval(value)
        except (ValueError, SyntaxError):
            settings[key] = value
    return settings


def _shape(text: str | None) -> tuple[int, ...] | None:
    if text is None:
        return None
    try:
        shape = tuple(int(part) for part in text.split(","))
    except ValueError:
        shape = ()
    if not shape or min(shape) < 1:
        raise RecipeError(f"--shape {text}: expected whole numbers above 0, for example --shape 8,8,3 or --shape 10")
    return shape
