"""The tables of the README: what `benchmarks.accuracy` measured, in short."""

import statistics
from collections.abc import Sequence

from benchmarks.accuracy_rows import Row
from benchmarks.report import Table
from benchmarks.results import percent, results_of
from pellucid.systems import SYSTEMS
from pellucid.systems.system import System

RECIPES = {"digits", "mnist-cnn", "mnist/cnn", "cifar-10", "rabbits-cats", "cat-noncat"}  # names of rows
BEGIN, END = "<!-- {}: made by python -m benchmarks.accuracy --write -->", "<!-- end of {} -->"


def with_tables(text: str, rows: Sequence[Row], entries: Sequence[dict]) -> str:
    """The README with its tables made anew."""
    for name, table in (("systems", systems(rows, entries)), ("recipes", recipes(rows, entries))):
        begin, end = BEGIN.format(name), END.format(name)
        before, rest = text.split(begin)
        _, after = rest.split(end)
        text = f"{before}{begin}\n\n{table.markdown()}\n\n{end}{after}"
    return text


def recipes(rows: Sequence[Row], entries: Sequence[dict]) -> Table:
    """Recipes that ship, as far as they are measured: accuracy, pictures it was measured on, time."""
    lines = []
    for row in rows:
        results = list(results_of(row, entries).values())
        if row.name in RECIPES and results:
            seconds = statistics.median(each["seconds"] for each in results)
            lines.append((row.title, mean(results), f"{results[0]['n_test']:,}", f"{len(results)}", f"{seconds:,.0f} s"))
    return Table(("what", "right", "of pictures", "seeds", "training"), lines, words=1)


def systems(rows: Sequence[Row], entries: Sequence[dict]) -> Table:
    """The published systems: what was claimed, what the published recipe gives here, and what the best of ours gives."""
    ours = [row for row in rows if row.command.startswith("pellucid ")]
    measured = {row.recipe: list(results_of(row, entries).values()) for row in ours}
    lines = [line(system, measured) for system in SYSTEMS]
    return Table(("system", "claimed", "as published, here", "improved, here", "by"), lines, words=2)


def line(system: System, measured: dict[str | None, list[dict]]) -> tuple[str, ...]:
    claim = next(each for each in system.claims if each.measure == "accuracy")
    published = claim.variant or next(each.name for each in system.variants if each.role == "faithful")
    contending = [each for each in system.variants if each.contends]
    best = max(contending, key=lambda each: accuracy(measured.get(f"{system.name}/{each.name}")))
    found = [measured.get(f"{system.name}/{name}") for name in (published, best.name)]
    return (f"`{system.name}`: {system.title}", claim.value, *(mean(results) for results in found), f"`{system.name}/{best.name}`")


def accuracy(results: list[dict] | None) -> float:
    """The mean over seeds; 0 where nothing was measured."""
    return statistics.mean(each["accuracy"] for each in results) if results else 0.0


def mean(results: list[dict] | None) -> str:
    return percent(accuracy(results)) if results else "not measured"
