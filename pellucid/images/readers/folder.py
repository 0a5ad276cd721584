"""A folder of pictures as a source: one folder per class, or file names that tell the class, perhaps already split.

photos/cat/1.jpg         one folder per class; sub-folders of a class are walked
photos/train/cat/1.jpg   the same in train/, perhaps val/ (valid/, validation/, dev/), and test/
photos/train/cat1.jpg    pictures labelled by their names, split or not
photos/metadata.csv      pictures labelled by tables, which see `metadata`
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pellucid.errors import DataError
from pellucid.images.formats import FORMATS, natural_key
from pellucid.images.label_rules import label_paths
from pellucid.images.labels import number_labels, quoted
from pellucid.images.readers.metadata import Metadata, read_metadata, source_of_metadata
from pellucid.images.readers.parts import WORDS
from pellucid.images.readers.walk import Found, walk
from pellucid.images.source import Source, slug
from pellucid.images.split import TRAIN


class _Picture(NamedTuple):
    path: str  # relative to the source's folder
    part: str  # "train", "validation", "test"; "" where the folder is not split
    inner: str  # the path within the part's folder


def open_folder(root: Path, label_rule: str | None = None) -> Source:
    """The pictures below `root` with their classes; `label_rule` as in `label_rules`, found by itself where None.

    Hidden files, those that are no pictures and folders that pellucid left are left out and told of. The order is natural and
    does not depend on the file system. Raises DataError for a folder that cannot be read, holds no picture, or gives no classes.
    """
    found = walk(root)
    metadata = read_metadata(root, () if label_rule else found.metadata)
    if metadata.rows:
        return source_of_metadata(root, metadata, found)
    if not found.pictures:
        raise DataError(_nothing_found(root, found))
    placed = _place(sorted(found.pictures, key=natural_key))
    names, rule = _label(placed, label_rule, metadata)
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
        notes=(*found.notes, *metadata.notes),
    )


def _label(placed: Sequence[_Picture], label_rule: str | None, metadata: Metadata) -> tuple[list[str | None], str]:
    try:
        return label_paths([picture.path for picture in placed], [picture.inner for picture in placed], label_rule)
    except DataError as error:
        if metadata.notes:
            raise DataError(f"{metadata.notes[0]}; else put each class into a folder of its own") from error
        raise


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


def _nothing_found(root: Path, found: Found) -> str:
    seen = Counter(found.ignored) + Counter({"names that are not text": len(found.broken)})
    seen.update(found.results.values())
    if not seen:
        return f"the folder {root} is empty: expected pictures ({', '.join(FORMATS)}), in one folder per class"
    listed = ", ".join(f"{kind} ({count})" for kind, count in seen.most_common(5))
    files = "1 file" if seen.total() == 1 else f"{seen.total()} files"
    return f"no pictures in {root}: {files}, none a picture: {listed}; expected {', '.join(FORMATS)}"
