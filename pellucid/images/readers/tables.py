"""What readers of array files share: pictures with numbers for labels, in parts, become one source."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pellucid.errors import DataError
from pellucid.images.labels import quoted
from pellucid.images.readers.stored_arrays import as_images
from pellucid.images.source import Source, slug


class Table(NamedTuple):
    """Pictures and their labels from one file, or from a pair."""

    part: str  # "train", "validation" or "test"; "" where the source is not split
    name: str  # "test" in test[17], the name of a picture
    images: np.ndarray  # (N, H, W), (N, H, W, C) or rows (N, K)
    labels: np.ndarray  # (N,) whole numbers


def source_of(path: Path, tables: Sequence[Table], rule: str, classes: Sequence[str] | None = None) -> Source:
    """The tables in their order as one source, called after `path`; `rule` tells in words where labels come from.

    `classes` names the labels 0, 1, 2, ...; without it the numbers are the names. A class without a picture is left out.
    Raises DataError for a label without a name, for tables of different shapes, and for pictures that `as_images` refuses.
    """
    lengths = [len(table.images) for table in tables]
    if classes is not None:
        _check_labels(path, tables, len(classes))
    numbers, labels = np.unique(np.concatenate([table.labels for table in tables]), return_inverse=True)
    images, value_range = as_images(_joined(path, tables))
    is_split = any(table.part for table in tables)
    return Source(
        name=slug(path.name.partition(".")[0]),
        location=str(path),
        paths=tuple(f"{table.name}[{index}]" for table, n in zip(tables, lengths) for index in range(n)),
        labels=labels.astype(np.int64),
        classes=tuple(str(number) if classes is None else classes[number] for number in numbers.tolist()),
        label_rule=rule,
        images=images,
        value_range=value_range,
        split=np.repeat([table.part for table in tables], lengths) if is_split else None,
    )


def _check_labels(path: Path, tables: Sequence[Table], count: int) -> None:
    for table in tables:
        outside = np.flatnonzero((table.labels < 0) | (table.labels >= count))
        if len(outside):
            raise DataError(
                f"{table.name}[{outside[0]}] in {path} has label {table.labels[outside[0]]}: expected 0 to {count - 1}, "
                "for there are so many class names; get the file again"
            )


def _joined(path: Path, tables: Sequence[Table]) -> np.ndarray:
    """All pictures in one array; each is copied once, whatever the order of its axes in memory."""
    first = tables[0]
    for table in tables:
        if table.images.shape[1:] != first.images.shape[1:]:
            raise DataError(
                f"pictures of different shapes in {path}: {quoted(first.name)} has {first.images.shape[1:]}, "
                f"{quoted(table.name)} has {table.images.shape[1:]}; make them one shape"
            )
    shape = (sum(len(table.images) for table in tables), *first.images.shape[1:])
    joined, rows = np.empty(shape, np.result_type(*(table.images.dtype for table in tables))), 0
    for table in tables:
        joined[rows : rows + len(table.images)] = table.images
        rows += len(table.images)
    return joined
