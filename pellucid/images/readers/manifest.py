"""A table that names pictures and their labels, as CSV or JSON lines: path,label[,split][,group].

Paths are relative to the folder of the table. In the same way a folder of pictures may hold metadata.csv or metadata.jsonl
(file_name,label), one in all or one in each of its parts, as data sets of Hugging Face do.
"""

import os
from collections.abc import Sequence
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
METADATA = ("metadata.csv", "metadata.jsonl")


class _Columns(NamedTuple):
    """The names that a table has for what is read."""

    path: str | None
    label: str | None
    split: str | None
    group: str | None


class _Listed(NamedTuple):
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
    table = _table(path)
    listed = _listed(path, table, _columns(table), "", "")
    return _source(path.parent, path.stem, listed, f"the column {quoted(_columns(table).label)} of {path.name}")


def open_metadata(folder: Path) -> Source:
    """The pictures that metadata.csv or metadata.jsonl name, in the folder or in its train/, validation/ and test/ folders."""
    listed: list[_Listed] = []
    for prefix, part, file in _metadata_files(folder):
        table = _table(file)
        listed += _listed(file, table, _columns(table), prefix, part)
    label = _columns(table).label
    return _source(folder, folder.resolve().name, listed, f"the column {quoted(label)} of {file.name}")


def has_metadata(folder: Path) -> bool:
    """Whether a folder's pictures are labelled by metadata files: these name files and labels."""
    files = _metadata_files(folder)
    return bool(files) and all(None not in _columns(_table(file))[:2] for _, _, file in files)


def _metadata_files(folder: Path) -> list[tuple[str, str, Path]]:
    """(prefix of the paths, part, file) of the folder itself, else of its folders for parts."""
    if own := [("", "", folder / name) for name in METADATA if (folder / name).is_file()]:
        return own[:1]
    found = []
    for below in sorted(path for path in folder.iterdir() if path.name.casefold() in WORDS):
        files = [below / name for name in METADATA if (below / name).is_file()]
        found += [(below.name + "/", WORDS[below.name.casefold()], file) for file in files[:1]]
    return found


def _table(path: Path) -> Table:
    text = read_text(path)
    if path.suffix.lower() in (".jsonl", ".ndjson"):
        return json_lines_table(path, text)
    return csv_table(path, text, ("path", "label", "split", "group") if is_picture(first_cells(text)[0]) else ())


def _columns(table: Table) -> _Columns:
    known = (_PATH, _LABEL, _SPLIT, _GROUP)
    return _Columns(*(next((name for name in names if name in table.columns), None) for names in known))


def _listed(file: Path, table: Table, columns: _Columns, prefix: str, part: str) -> list[_Listed]:
    if not columns.path or not columns.label:
        raise DataError(
            f"{file} has the columns {in_words(table.columns) or 'none'}: expected path and label, and perhaps split and group"
        )
    listed = [
        _Listed(
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


def _source(root: Path, name: str, listed: Sequence[_Listed], rule: str) -> Source:
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


def _numbered(listed: Sequence[_Listed]) -> np.ndarray:
    """A number for each group; a picture without one is a group of its own."""
    names = [f"group {row.group}" if row.group else f"picture {number}" for number, row in enumerate(listed)]
    return np.unique(names, return_inverse=True)[1].astype(np.int64)


def _check_files(root: Path, listed: Sequence[_Listed]) -> None:
    missing = [row for row in listed if not os.path.isfile(os.path.join(root, row.path))]
    if missing:
        first = missing[0]
        raise DataError(
            f"{first.table} names {len(missing)} of {len(listed)} files that are not there, the first {quoted(first.path)} in line "
            f"{first.line}: paths are relative to {root}; mend the paths, or remove the lines"
        )
    seen: dict[str, _Listed] = {}
    for row in listed:
        if (other := seen.setdefault(row.path, row)) is not row:
            raise DataError(f"{row.table} names {quoted(row.path)} twice, in lines {other.line} and {row.line}: remove one of them")
