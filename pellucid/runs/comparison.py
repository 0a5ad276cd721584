"""Finished runs, compared."""

from collections.abc import Sequence
from pathlib import Path

from pellucid.errors import DataError
from pellucid.evaluation import Comparison, compare_runs
from pellucid.files import atomic_write
from pellucid.recipes import Recipe
from pellucid.report import render_comparison
from pellucid.runs.record import flat, read_run, short_names


def compare(runs: Sequence[str | Path]) -> Comparison:
    """Set the runs in these folders side by side; nothing is written.

    Two classifiers are tested against each other on the pictures that were test pictures of both: those of the same name and
    label in their `predictions.csv`. Raises DataError for fewer than two folders, a folder named twice, one without a finished
    run; ModelFileError for a damaged model.
    """
    if len(runs) < 2:
        raise DataError(f"{len(runs)} run to compare; expected two or more, as in `pellucid compare runs/photos-1 runs/photos-2`")
    folders: dict[Path, str | Path] = {}
    for given in runs:
        place = Path(given).expanduser().resolve()
        if place in folders:
            raise DataError(f"{folders[place]} and {given} are the same folder; name each run once")
        folders[place] = given
    names = short_names(list(folders))
    records = [read_run(Path(given).expanduser(), name) for given, name in zip(folders.values(), names, strict=True)]
    return compare_runs(records, flat(Recipe().model_dump(mode="json")))


def write_comparison(comparison: Comparison, path: str | Path) -> None:
    """The comparison as one HTML page."""
    atomic_write(path, render_comparison(comparison))
