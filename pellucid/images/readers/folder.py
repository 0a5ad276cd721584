"""A folder of pictures as a source: one folder per class, or file names that tell the class, perhaps already split.

photos/cat/1.jpg         one folder per class; sub-folders of a class are walked
photos/train/cat/1.jpg   the same in train/, perhaps val/ (valid/, validation/, dev/), and test/
photos/train/cat1.jpg    pictures labelled by their names, split or not
"""

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pellucid.errors import DataError
from pellucid.images.formats import FORMATS, ignored_kind, is_hidden, natural_key
from pellucid.images.label_rules import label_paths
from pellucid.images.labels import number_labels, quoted
from pellucid.images.readers.parts import WORDS
from pellucid.images.source import Source, slug
from pellucid.images.split import TRAIN


@dataclass
class _Found:
    """What a walk through a folder found; paths relative to it, with forward slashes."""

    pictures: list[str] = field(default_factory=list)
    ignored: Counter[str] = field(default_factory=Counter)
    broken: list[tuple[str, str]] = field(default_factory=list)


class _Picture(NamedTuple):
    path: str  # relative to the source's folder
    part: str  # "train", "validation", "test"; "" where the folder is not split
    inner: str  # the path within the part's folder


def open_folder(root: Path, label_rule: str | None = None) -> Source:
    """The pictures below `root` with their classes; `label_rule` as in `label_rules`, found by itself where None.

    Hidden files and those that are no pictures are ignored and counted by kind. The order is natural and does not
    depend on the file system. Raises DataError for a folder that cannot be read, holds no picture, or gives no classes.
    """
    found = _Found()
    _walk(root, "", (), found)
    if not found.pictures:
        raise DataError(_nothing_found(root, found))
    placed = _place(sorted(found.pictures, key=natural_key))
    names, rule = label_paths([picture.path for picture in placed], [picture.inner for picture in placed], label_rule)
    labelled = [(picture, name) for picture, name in zip(placed, names) if name]
    _check_parts_labelled(placed, [picture for picture, _ in labelled])
    found.ignored["outside train and test"] = len(found.pictures) - len(placed)
    found.ignored["outside class folders"] = len(placed) - len(labelled)
    labels, classes = number_labels(name for _, name in labelled)
    parts = np.array([picture.part for picture, _ in labelled])
    return Source(
        name=slug(root.resolve().name),
        location=str(root),
        paths=tuple(picture.path for picture, _ in labelled),
        labels=labels,
        classes=classes,
        label_rule=rule,
        root=root,
        split=parts if parts[0] else None,
        ignored=dict(sorted((+found.ignored).items())),
        broken=tuple(sorted(found.broken)),
    )


def _walk(folder: Path, prefix: str, above: tuple[tuple[int, int], ...], found: _Found) -> None:
    """Add the files below `folder`; links are followed, except to one of the folders `above`."""
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
    for name, kind in kinds.items():
        path = prefix + name
        if kind == "folder" and not is_hidden(name):
            _walk(folder / name, path + "/", (*above, identity), found)
        elif kind != "file":
            found.ignored["hidden folder" if kind == "folder" else kind] += 1
        elif ignored := ignored_kind(name):
            found.ignored[ignored] += 1
        elif _is_text(path):
            found.pictures.append(path)
        else:
            found.broken.append((_readable(path), "its name is not valid text"))


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


def _place(paths: Sequence[str]) -> list[_Picture]:
    """Each picture in its part. A split has a train folder beside a test or validation folder, or such folders alone;
    what lies outside of them is left out. Otherwise a folder called "train" is a class, next to "car" and "plane".
    """
    folders = {path.partition("/")[0] for path in paths if "/" in path}
    part_of = {name: WORDS[name.casefold()] for name in folders if name.casefold() in WORDS}
    parts = set(part_of.values())
    is_split = part_of and (part_of.keys() == folders or (TRAIN in parts and len(parts) > 1))
    if not is_split:
        return [_Picture(path, "", path) for path in paths]
    halves = [(path, *path.split("/", 1)) for path in paths if "/" in path]
    return [_Picture(path, part_of[folder], inner) for path, folder, inner in halves if folder in part_of]


def _check_parts_labelled(placed: Sequence[_Picture], labelled: Sequence[_Picture]) -> None:
    """Raise DataError for a part without any class, such as a test folder of unlabelled pictures."""
    lost = {picture.part for picture in placed} - {picture.part for picture in labelled}
    if lost:
        part = min(lost)
        example = next(picture.path for picture in placed if picture.part == part)
        raise DataError(
            f"no picture{' of the ' + part + ' part' if part else ''} lies in a class folder, see {quoted(example)}: "
            "put the pictures into one folder per class, or give another --label-rule"
        )


def _nothing_found(root: Path, found: _Found) -> str:
    seen = Counter(found.ignored) + Counter({"names that are not text": len(found.broken)})
    if not seen:
        return f"the folder {root} is empty: expected pictures ({', '.join(FORMATS)}), in one folder per class"
    listed = ", ".join(f"{kind} ({count})" for kind, count in seen.most_common(5))
    return f"no pictures in {root}: {seen.total()} files, none a picture: {listed}; expected {', '.join(FORMATS)}"
