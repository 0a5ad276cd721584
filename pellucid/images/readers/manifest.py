"""A table that names pictures and their labels, as CSV or JSON lines: path,label[,split][,group].

Paths are relative to the folder of the table.
"""

import contextlib
import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pellucid.errors import DataError
from pellucid.images.formats import is_picture
from pellucid.images.labels import in_words, number_labels, quoted
from pellucid.images.readers.parts import WORDS
from pellucid.images.readers.rows import Row, Table, csv_table, first_cells, json_lines_table, read_text
from pellucid.images.source import Source, slug
from pellucid.images.split import TRAIN

_PATH = ("path", "file_name", "filename", "filepath", "file_path", "file", "image", "image_path")
_LABEL = ("label", "class", "category", "target", "label_name", "class_name")
_SPLIT = ("split", "part", "subset")
_GROUP = ("group", "group_id")


class Columns(NamedTuple):
    """The names that a table has for what is read."""

    path: str | None
    label: str | None
    split: str | None
    group: str | None


class Listed(NamedTuple):
    """A row with the file that it came from, and the folder that its path is relative to."""

    table: Path
    line: int
    path: str  # relative to the source's folder
    label: str
    part: str
    group: str


def is_manifest(text: str) -> bool:
    """Whether a CSV names files: in a column called so, or without names, in its first cell."""
    cells = first_cells(text)
    return any(cell.lower() in _PATH for cell in cells) or is_picture(cells[0])


def open_manifest(path: Path) -> Source:
    """The pictures that a table names. Raises DataError for a table that cannot be read, and for files that are not there."""
    table = table_of(path)
    rows = listed_in(path, table)
    left_out = _beside(path.parent, rows)
    source = source_of_rows(path.parent, path.stem, rows, f"the column {quoted(columns_of(table).label)} of {path.name}")
    return replace(source, ignored={f"pictures that {path.name} does not name": left_out} if left_out else {})


def table_of(path: Path) -> Table:
    """The table in a CSV file, or in one of JSON lines. Raises DataError."""
    text = read_text(path)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return json_lines_table(path, text)
    return csv_table(path, text, ("path", "label", "split", "group") if is_picture(first_cells(text)[0]) else ())


def columns_of(table: Table) -> Columns:
    """Which columns of a table are read."""
    known = (_PATH, _LABEL, _SPLIT, _GROUP)
    return Columns(*(next((name for name in names if name in table.columns), None) for names in known))


def listed_in(file: Path, table: Table, prefix: str = "", part: str = "") -> list[Listed]:
    """The rows of a table whose paths begin with `prefix`; all of `part`, where that is given. Raises DataError."""
    columns = columns_of(table)
    if not columns.path or not columns.label:
        raise DataError(
            f"{file} has the columns {in_words(table.columns) or 'none'}: expected path and label, and perhaps split and group"
        )
    for column in columns:
        if column and table.columns.count(column) > 1:
            raise DataError(f"{file} has {table.columns.count(column)} columns {quoted(column)}: rename all but one")
    listed = [
        Listed(
            file,
            line,
            prefix + _cell(file, (line, row), columns.path).replace("\\", "/"),
            _cell(file, (line, row), columns.label),
            part or _part(file, line, row.get(columns.split, "") if columns.split else ""),
            row.get(columns.group, "") if columns.group else "",
        )
        for line, row in table.rows
    ]
    if not listed:
        raise DataError(f"{file} names no pictures: expected a line for each, as cats/1.jpg,cat below path,label")
    return listed


def _cell(file: Path, row: Row, column: str) -> str:
    line, cells = row
    if not cells.get(column):
        raise DataError(f"line {line} of {file} has no {column}: fill it in, or remove the line")
    return cells[column]


def _part(file: Path, line: int, word: str) -> str:
    if word and word.casefold() not in WORDS:
        raise DataError(f"line {line} of {file} has the split {quoted(word)}: expected train, validation or test")
    return WORDS[word.casefold()] if word else ""


def source_of_rows(root: Path, name: str, listed: Sequence[Listed], rule: str) -> Source:
    """The rows as a source; paths are relative to `root`. Raises DataError for files that are not there, or named twice."""
    _check_files(root, listed)
    labels, classes = number_labels(row.label for row in listed)
    parts = np.array([row.part or TRAIN for row in listed])
    groups = [row.group for row in listed]
    return Source(
        name=slug(name),
        location=str(root),
        paths=tuple(row.path for row in listed),
        labels=labels,
        classes=classes,
        label_rule=rule,
        root=root,
        split=parts if any(row.part for row in listed) else None,
        groups=_numbered(listed) if any(groups) else None,
    )


def _numbered(listed: Sequence[Listed]) -> np.ndarray:
    """A number for each group; a picture without one is a group of its own."""
    names = [f"group {row.group}" if row.group else f"picture {number}" for number, row in enumerate(listed)]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _check_files(root: Path, listed: Sequence[Listed]) -> None:
    missing = [row for row in listed if not os.path.isfile(os.path.join(root, row.path))]
    if missing:
        first = missing[0]
        raise DataError(
            f"{first.table} names {len(missing)} of {len(listed)} files that are not there, the first {quoted(first.path)} in line "
            f"{first.line}: paths are relative to {root}; mend the paths, or remove the lines"
        )
    seen: dict[str, Listed] = {}
    for row in listed:
        if (other := seen.setdefault(place_of(root, row.path), row)) is not row:
            lines = f"lines {other.line}" if other.table == row.table else f"line {other.line} of {other.table}"
            raise DataError(f"{row.table} names {quoted(row.path)} twice, in {lines} and {row.line}: remove one of them")


def place_of(root: Path, path: str) -> str:
    """Where a file lies, however its path is written: ./1.png and 1.png are one."""
    return os.path.normcase(os.path.abspath(os.path.join(root, path)))


def _beside(root: Path, listed: Sequence[Listed]) -> int:
    """How many pictures lie in the folders of those that are listed without being listed themselves."""
    named = {place_of(root, row.path) for row in listed}
    unnamed = 0
    for folder in {os.path.dirname(place) for place in named}:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:  # a folder that may be entered and not listed
            unnamed += sum(is_picture(entry.name) and place_of(root, entry.path) not in named for entry in entries)
    return unnamed
