"""The table of docs/honesty.md on pictures that are none of a model's classes."""

import json
from pathlib import Path

FOUND = Path(__file__).parent / "novelty.json"  # what `python -m benchmarks.novelty` measured
HEADING = "## Pictures that are none of the classes"
INTRODUCTION = """Models trained by `python -m benchmarks.novelty` are given test pictures of all three data sets; each cell is the
share that they refuse as "none of these". In bold, pictures of the model's own kind, of which about 1 % should be."""


def section() -> str:
    """The part of the page; "" before anything was measured."""
    rows = rows_found()
    if not rows:
        return ""
    names = [*rows[0]["refused"]]
    lines = [HEADING, "", INTRODUCTION, "", "| model | accuracy | " + " | ".join(names) + " | stored for it |"]
    lines.append("| --- " * (len(names) + 3) + "|")
    for row in rows:
        cells = [_share(row["refused"][name], name == row["model"]) for name in names]
        size = f"{row['novelty_bytes'] / 1000:,.0f} of {row['bytes'] / 1000:,.0f} kB"
        stored = f"{row['known']:,} × {row['features']} numbers, {size}"
        lines.append(f"| {row['model']} | {100 * row['accuracy']:.1f} % | {' | '.join(cells)} | {stored} |")
    return "\n".join(lines) + "\n"


def rows_found() -> list[dict]:
    """What was measured, a dict a model."""
    return json.loads(FOUND.read_text(encoding="utf-8")) if FOUND.exists() else []


def _share(found: dict, own: bool) -> str:
    text = f"{100 * found['strange']:.1f} % of {found['n']:,}"
    return f"**{text}**" if own else text
