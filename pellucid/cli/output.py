"""Text for people on stdout and stderr, and the one object of `--json`."""

import json
import math
import os
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import typer

from pellucid.words import count, percent, plain, span

if TYPE_CHECKING:
    from pellucid.evaluation import Answered


def say(text: str) -> None:
    """One line on stderr."""
    typer.echo(plain(text), err=True)


def show(text: str) -> None:
    """Lines on stdout."""
    typer.echo("\n".join(map(plain, text.split("\n"))))


def show_json(value: Any) -> None:
    """One JSON object on stdout; numbers that JSON has no word for become null."""
    typer.echo(json.dumps(_finite(value), indent=2, default=os.fspath))


def scored(accuracy: float, interval: tuple[float, float], pictures: int) -> str:
    """97.2 % (95 % interval 95.0–98.5 %, 360 pictures)."""
    from pellucid.evaluation import decimals

    digits = decimals(pictures)
    return f"{percent(accuracy, digits)} (95 % interval {span(interval, digits)}, {count(pictures, 'picture')})"


def remaining(left: "Answered") -> str:
    """98.9 % (95 % interval 96.8–99.6 %, 350 pictures); 8 not sure, 2 none of these."""
    refused = ", ".join(f"{number:,} {why}" for why, number in left.to_json()["refused"].items() if number) or "none is refused"
    given = scored(left.accuracy, left.interval, left.given) if left.given else "no picture is answered"
    return f"{given}; {refused}"


def shell_word(path: str | os.PathLike) -> str:
    """A path as it can be typed into a shell."""
    text = os.fspath(path)
    return text if all(c.isalnum() or c in "/\\:._-+~" for c in text) else '"' + text.replace('"', '\\"') + '"'


def table(rows: Iterable[Sequence[str]], right: Sequence[int] = ()) -> str:
    """Rows of cells as aligned columns, two spaces apart; the columns whose numbers are in `right` to the right."""
    rows = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    pad = [str.rjust if number in right else str.ljust for number in range(len(widths))]
    lines = ("  ".join(fill(cell, width) for fill, cell, width in zip(pad, row, widths, strict=True)) for row in rows)
    return "\n".join(line.rstrip() for line in lines)


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(each) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
