"""Tables in a folder of pictures, as data sets of Hugging Face have them: metadata.csv or metadata.jsonl with file_name and label.

Each names the pictures of its own folder and of those below, from there. Those of a table in a folder train/ are all in that part.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from pellucid.images.formats import natural_key
from pellucid.images.labels import in_words, quoted
from pellucid.images.readers.manifest import Listed, columns_of, listed_in, place_of, source_of_rows, table_of
from pellucid.images.readers.parts import WORDS
from pellucid.images.readers.walk import Found
from pellucid.images.source import Source

_SHOWN = 3


class Metadata(NamedTuple):
    """What the tables of a folder say."""

    rows: Sequence[Listed]
    tables: Sequence[str]  # those that are read
    rule: str  # where labels come from, in words
    notes: Sequence[str]  # why others are not


def read_metadata(root: Path, paths: Iterable[str]) -> Metadata:
    """The rows of the tables at these paths below `root`. Of tables below each other the uppermost is read.

    A table without labels is not read, and told of. Raises DataError for a table that cannot be read.
    """
    rows: list[Listed] = []
    read: dict[str, str] = {}  # path -> the column of its labels
    notes: list[str] = []
    for path in sorted(paths, key=lambda path: (path.count("/"), natural_key(path))):
        if path.endswith(".parquet"):
            notes.append(f"{path} is not read: save it as metadata.csv, with file_name and label")
            continue
        prefix = path[: path.rfind("/") + 1]
        above = next((other for other in read if prefix.startswith(other[: other.rfind("/") + 1])), None)
        table = table_of(root / path)
        columns = columns_of(table)
        if above:
            notes.append(f"{path} is not read: {above} names the pictures")
        elif not columns.path or not columns.label:
            lacking = "label" if columns.path else "file_name"
            notes.append(f"{path} has no column {lacking}; it has {in_words(table.columns) or 'none'}")
        else:
            rows += listed_in(root / path, table, prefix, _part_of(prefix))
            read[path] = columns.label
    more = [f"{len(notes) - _SHOWN} more tables like these"] if len(notes) > _SHOWN else []
    return Metadata(rows, tuple(read), _rule(read), (*notes[:_SHOWN], *more))


def source_of_metadata(root: Path, metadata: Metadata, found: Found) -> Source:
    """The pictures that the tables name, as a source; those that they do not name are counted. Raises DataError."""
    source = source_of_rows(root, root.resolve().name, metadata.rows, metadata.rule)
    named = {place_of(root, row.path) for row in metadata.rows}
    unnamed = sum(place_of(root, path) not in named for path in found.pictures)
    names = sorted({path.rpartition("/")[2] for path in metadata.tables})
    found.ignored[f"pictures that {' and '.join(names)} {'does' if len(names) == 1 else 'do'} not name"] = unnamed
    return replace(
        source,
        ignored=dict(sorted((+found.ignored).items())),
        broken=tuple(sorted(found.broken)),
        notes=(*found.notes, *metadata.notes),
    )


def _part_of(prefix: str) -> str:
    return next((WORDS[folder.casefold()] for folder in prefix.split("/") if folder.casefold() in WORDS), "")


def _rule(read: dict[str, str]) -> str:
    if not read:
        return ""
    tables = list(read)
    more = f" and {len(tables) - _SHOWN} more" if len(tables) > _SHOWN else ""
    shown = ", ".join(tables[:_SHOWN]) + more
    return f"the column {quoted(next(iter(read.values())))} of {shown}"
