"""Open a source by its name or its place: the right reader, the classes that are asked for, and whether it can be trained on."""

import difflib
import functools
import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import DataError, RecipeError
from pellucid.images.labels import check_known, in_words, quoted, renumber
from pellucid.images.named import NAMES, open_named
from pellucid.images.named.downloading import Telling
from pellucid.images.readers.kinds import kind_of
from pellucid.images.source import Source
from pellucid.images.split import PARTS, TRAIN

_FILES = "CSV, JSON lines, .npz, .h5, idx, CIFAR"
_PURPOSE = {"label_rule": "folders of pictures", "keys": ".npz and HDF5 files", "shape": "CSV files of pixels"}


def open_source(
    location: str | Path,
    *,
    classes: Sequence[str] | None = None,
    known: Sequence[str] | None = None,
    label_rule: str | None = None,
    keys: Mapping[str, str] | None = None,
    shape: Sequence[int] | None = None,
    progress: Telling | None = None,
) -> Source:
    """Open a named data set, a folder of pictures, or a file of pictures; no pixel of a picture file is read.

    classes     to train on some classes only, or to fix their order; pictures of other classes are left out
    known       the classes of a trained model: the source may have fewer, or one picture of each, but no others
    label_rule  folders: "folder", "prefix" or a regular expression with one group over the path
    keys        .npz and HDF5 files: {"x": ..., "y": ...}, the names of the pictures and of the labels
    shape       CSV files of pixels: (H, W) or (H, W, C), where their pictures are not square and grey
    progress    told of a download, by `say` and `task` as of `runs.Silent`

    Named are digits, mnist, fashion-mnist, cifar-10, cifar-100 and cat-vs-noncat, which are looked for below the folder
    PELLUCID_DATA and else downloaded once; a folder of such a name is written ./digits.
    Raises DataError for anything that cannot be trained on (or, with `known`, evaluated).
    """
    settings = {"label_rule": label_rule or None, "keys": dict(keys or {}), "shape": tuple(shape or ())}
    source = _open(str(location), settings, progress)
    left_out = ""
    if classes:
        source, left_out = _select(source, tuple(classes))
    if known is None:
        _check_trainable(source, left_out)
    else:
        check_known(source.classes, known, "the model", advice="; leave pictures of others out with --classes")
        source = replace(source, labels=renumber(source.labels, source.classes, known), classes=tuple(known))
    return replace(source, label_rule=f"{source.label_rule}: {in_words(_counts(source))}{left_out}")


def _open(location: str, settings: Mapping[str, Any], progress: Telling | None) -> Source:
    path = os.path.expanduser(location)
    if location in NAMES:
        read, taken = functools.partial(open_named, location, progress), ()
    elif os.path.exists(path) and (kind := kind_of(Path(path))):
        read, taken = functools.partial(kind.open, Path(path)), kind.settings
    else:
        raise DataError(_not_understood(location, path))
    for setting, value in settings.items():
        if value and setting not in taken:
            raise RecipeError(f"{setting} says nothing about {location}: it is for {_PURPOSE[setting]}; leave it out")
    return replace(read(**{setting: settings[setting] for setting in taken}), location=location)


def _not_understood(location: str, path: str) -> str:
    expected = f"expected a folder of pictures, a file of pictures ({_FILES}), or one of {', '.join(NAMES)}"
    try:
        os.stat(path)
    except PermissionError as error:
        return f"cannot read {location}: {error.strerror}; change the permissions of the folders above it"
    except (OSError, ValueError):
        near = difflib.get_close_matches(location, NAMES, n=1) or _neighbours(path)
        return f"no such folder or file: {quoted(location)}; {f'did you mean {near[0]}?' if near else expected}"
    return f"cannot train on {location}: {expected}"


def _neighbours(path: str) -> list[str]:
    """What lies in the same folder under a name like that of `path`."""
    folder, name = os.path.split(path)
    try:
        return [os.path.join(folder, near) for near in difflib.get_close_matches(name, os.listdir(folder or "."), n=1)]
    except (OSError, ValueError):
        return []


def _select(source: Source, wanted: tuple[str, ...]) -> tuple[Source, str]:
    """The pictures of the wanted classes, and in words those that are left out."""
    check_known(wanted, source.classes, source.location)
    labels = renumber(source.labels, source.classes, wanted)
    kept = np.flatnonzero(labels >= 0)
    selected = replace(
        source,
        labels=labels[kept],
        classes=wanted,
        paths=tuple(source.paths[k] for k in kept),
        images=None if source.images is None else source.images[kept],
        split=None if source.split is None else source.split[kept],
        groups=None if source.groups is None else source.groups[kept],
    )
    others = {name: count for name, count in _counts(source).items() if name not in wanted}
    return selected, f"; left out: {in_words(others)}" if others else ""


def _counts(source: Source) -> dict[str, str]:
    """Pictures of each class, in parts where the source is split: {"cat": "72+33"} are training and test."""
    parts = [source.split == part for part in PARTS] if source.split is not None else [slice(None)]
    tables = [np.bincount(source.labels[part], minlength=len(source.classes)) for part in parts]
    tables = [table for table in tables if table.any()]
    return {name: "+".join(str(table[label]) for table in tables) for label, name in enumerate(source.classes)}


def _check_trainable(source: Source, left_out: str) -> None:
    """Raise DataError unless there are two classes or more, each with two pictures or more, and one to train on."""
    where = source.location
    if len(source.classes) < 2:
        only = in_words(_counts(source))
        advice = f"name another one with --classes{left_out}" if left_out else _advice(source)
        raise DataError(f"only one class, {only}, in {where}: a classifier needs two; {advice}")
    training = slice(None) if source.split is None else source.split == TRAIN
    trained = set(source.labels[training].tolist())
    for label, name in enumerate(source.classes):
        pictures = np.flatnonzero(source.labels == label)
        if label not in trained:
            others = in_words(source.classes[other] for other in sorted(trained)) or "no class at all"
            raise DataError(
                f"class {quoted(name)} has {len(pictures)} pictures in {where} but none in its training part; "
                f"that has {others}: rename the class, or add pictures to train on"
            )
        if len(pictures) < 2:
            raise DataError(
                f"class {quoted(name)} has a single picture in {where}, {quoted(source.paths[pictures[0]])}: "
                "add pictures, one to train and one to test at least, or leave the class out with --classes"
            )


def _advice(source: Source) -> str:
    """What to do about a single class: often the folder is one above, or one below, the folder of classes."""
    if source.root is None or source.label_rule.startswith("the column"):
        return "its labels must name two or more"
    below = {path.split("/")[1] for path in source.paths if source.split is None and path.count("/") > 1}
    if len(below) > 1:
        return f"if its sub-folders are the classes, give {Path(source.location, source.classes[0])}"
    notes = "".join(f"; {note}" for note in source.notes)
    return f"put each class into a folder of its own, or say with --label-rule how names tell the class{notes}"
