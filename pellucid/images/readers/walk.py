"""Everything below a folder: its pictures, the tables that may label them, and what is left out."""

import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from pellucid.errors import DataError
from pellucid.images.formats import ignored_kind, is_hidden
from pellucid.images.readers.results import left_by_pellucid

METADATA = ("metadata.csv", "metadata.jsonl", "metadata.parquet")
_NAMED = 3  # folders of results named one by one


@dataclass
class Found:
    """What a walk through a folder found; paths relative to it, with forward slashes."""

    pictures: list[str] = field(default_factory=list)
    metadata: list[str] = field(default_factory=list)  # one a folder, the first of METADATA
    results: dict[str, str] = field(default_factory=dict)  # folders that pellucid left: {"runs": "a folder of trained runs"}
    ignored: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out as pellucid's own, in one line."""
        named = [f"{path}, {words}" for path, words in sorted(self.results.items())]
        more = [f"{len(named) - _NAMED} more"] if len(named) > _NAMED else []
        return (f"left out: {'; '.join(named[:_NAMED] + more)}",) if named else ()


def walk(root: Path) -> Found:
    """The files below `root`; links are followed, except to a folder above. Raises DataError for a folder that cannot be read."""
    found = Found()
    _walk(root, "", (), found)
    return found


def _walk(folder: Path, prefix: str, above: tuple[tuple[int, int], ...], found: Found) -> None:
    try:
        status = os.stat(folder)
        with os.scandir(folder) as entries:
            kinds = {entry.name: _kind(entry) for entry in entries}
    except OSError as error:
        raise DataError(f"cannot read the folder {folder}: {error.strerror}; change its permissions") from error
    identity = (status.st_dev, status.st_ino)
    if identity in above:
        found.ignored["link to a folder above"] += 1
        return
    if prefix and (words := left_by_pellucid(folder, kinds)):
        found.results[prefix.rstrip("/")] = words
        return
    metadata = [prefix + name for name in METADATA if kinds.get(name) == "file"][:1]
    found.metadata += metadata
    pictures, results = len(found.pictures), set(found.results)
    for name, kind in kinds.items():
        path = prefix + name
        if kind == "folder" and not is_hidden(name):
            _walk(folder / name, path + "/", (*above, identity), found)
        elif kind != "file":
            found.ignored["hidden folder" if kind == "folder" else kind] += 1
        elif ignored := ignored_kind(name):
            found.ignored[ignored] += path not in metadata
        elif _is_text(path):
            found.pictures.append(path)
        else:
            found.broken.append((_readable(path), "its name is not valid text"))
    if prefix and len(found.pictures) == pictures:
        _name_once(prefix.rstrip("/"), found.results.keys() - results, found)


def _name_once(folder: str, inside: set[str], found: Found) -> None:
    """A folder that holds results and no pictures takes the place of what is in it."""
    kinds = {found.results.pop(path) for path in inside}
    if kinds:
        found.results[folder] = "a folder of trained runs" if all("run" in kind for kind in kinds) else "a folder of results"


def _kind(entry: os.DirEntry) -> str:
    try:
        if entry.is_dir():
            return "folder"
        if entry.is_file():
            return "file"
        return "broken link" if entry.is_symlink() else "special file"
    except OSError:  # a link to itself
        return "broken link"


def _is_text(name: str) -> bool:
    """False for the name of a file that no Unicode text can spell: it could be written to no table or report."""
    return name.isascii() or name == _readable(name)


def _readable(name: str) -> str:
    return name.encode("utf-8", "backslashreplace").decode()
