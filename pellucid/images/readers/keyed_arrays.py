"""Arrays by name, as .npz and HDF5 files hold them: which are the pictures, which the labels, and of which part.

Found by themselves are the names that Keras, scikit-learn, MedMNIST and Andrew Ng's course write; others are named by the user.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

import numpy as np

from pellucid.errors import DataError, RecipeError
from pellucid.images.labels import number_labels, quoted
from pellucid.images.readers.stored_arrays import as_images, as_names
from pellucid.images.source import Source, slug
from pellucid.images.split import TEST, TRAIN, VALIDATION


class Arrays(Protocol):
    """An open file of arrays. Whatever is wrong with one of them is a DataError that names it."""

    path: Path

    def keys(self) -> Sequence[str]: ...

    def shape(self, key: str) -> tuple[int, ...]: ...

    def __getitem__(self, key: str) -> np.ndarray: ...


class Pair(NamedTuple):
    """The names of two arrays that belong together; part is "" where a file is not split."""

    part: str
    x: str
    y: str


# In lower case. The first layout of which a pair is in the file is read.
_LAYOUTS = (
    (Pair(TRAIN, "x_train", "y_train"), Pair(VALIDATION, "x_val", "y_val"), Pair(TEST, "x_test", "y_test")),
    (
        Pair(TRAIN, "train_images", "train_labels"),
        Pair(VALIDATION, "val_images", "val_labels"),
        Pair(TEST, "test_images", "test_labels"),
    ),
    (
        Pair(TRAIN, "train_set_x", "train_set_y"),
        Pair(VALIDATION, "dev_set_x", "dev_set_y"),
        Pair(TEST, "test_set_x", "test_set_y"),
    ),
    (Pair("", "images", "target"),),
    (Pair("", "data", "target"),),
    (Pair("", "images", "labels"),),
    (Pair("", "x", "y"),),
)
_CLASS_NAMES = ("target_names", "class_names", "classes", "list_classes")


class Part(NamedTuple):
    """Pictures and labels from one file; class names where the file has them."""

    pair: Pair
    x: np.ndarray
    y: np.ndarray
    class_names: np.ndarray | None


def parts_in(arrays: Arrays, keys: Mapping[str, str] | None, part: str = "") -> list[Part]:
    """The pictures and labels in a file: under the usual names, or under those that `keys` = {"x": ..., "y": ...} gives.

    `part` is what the name of the file tells: of arrays that are in no part by their names.
    """
    pairs = [_named(arrays, keys)] if keys else _usual(arrays, part)
    pairs = [pair._replace(part=pair.part or part) for pair in pairs]
    names = next((arrays[key] for key in _CLASS_NAMES if key in arrays.keys()), None)
    parts = [Part(pair, arrays[pair.x], arrays[pair.y], names) for pair in pairs]
    for part in parts:
        _check(part)
    return parts


def source_of_parts(path: Path, parts: Sequence[Part]) -> Source:
    """The parts as one source, called after `path`.

    Shapes, labels and the range of values: see `as_images` and `as_names`. Raises DataError for arrays that cannot be used.
    """
    lengths = [len(part.x) for part in parts]
    images, value_range = as_images(_joined(parts))
    names = [name for part in parts for name in as_names(part.y, part.pair.y, part.class_names)]
    labels, classes = number_labels(names)
    return Source(
        name=slug(path.stem),
        location=str(path),
        paths=tuple(f"{part.pair.x}[{index}]" for part, n in zip(parts, lengths) for index in range(n)),
        labels=labels,
        classes=classes,
        label_rule=f"the labels in {', '.join(part.pair.y for part in parts)}",
        images=images,
        value_range=value_range,
        split=np.repeat([part.pair.part for part in parts], lengths) if parts[0].pair.part else None,
    )


def _named(arrays: Arrays, keys: Mapping[str, str]) -> Pair:
    if set(keys) != {"x", "y"}:
        given = ", ".join(map(quoted, keys))
        raise RecipeError(f'keys must name "x" (the pictures) and "y" (the labels), as --keys x=images,y=labels; got {given}')
    for name in keys.values():
        if name not in arrays.keys():
            raise DataError(f"no array {quoted(name)} in {arrays.path}: it has {_listing(arrays)}")
    return Pair("", keys["x"], keys["y"])


def _usual(arrays: Arrays, part: str) -> list[Pair]:
    spelled = {key.lower(): key for key in arrays.keys()}  # X_train as well as x_train
    for layout in _LAYOUTS:
        pairs = [Pair(own, spelled[x], spelled[y]) for own, x, y in layout if x in spelled and y in spelled]
        if pairs and pairs[0].part in ("", TRAIN, part):
            return pairs
    if not spelled:
        raise DataError(f"{arrays.path} holds no arrays: expected pictures and labels, as x_train and y_train")
    raise DataError(
        f"no pictures with labels in {arrays.path} under a usual name, as x_train and y_train or data and target: "
        f'it has {_listing(arrays)}; name them with --keys x=images,y=labels, or in a recipe with keys = {{x = "...", y = "..."}}'
    )


def _listing(arrays: Arrays) -> str:
    """The keys with their shapes: "pixels (100, 8, 8), kind (100,)"."""
    listed = []
    for key in arrays.keys():
        try:
            listed.append(f"{key} {arrays.shape(key)}")
        except DataError:
            listed.append(f"{key} (not readable)")
    return ", ".join(listed) or "no arrays"


def _check(part: Part) -> None:
    x, y, pair = part.x, part.y, part.pair
    if x.ndim and not len(x):
        raise DataError(f"{pair.x} {x.shape} holds no pictures: expected one at least of each class")
    if x.ndim not in (2, 3, 4) or not x.size:
        raise DataError(f"{pair.x} has shape {x.shape}: expected pictures (N, H, W) or (N, H, W, C), or rows (N, K)")
    if y.ndim == 0 or len(x) != len(y):
        raise DataError(f"{pair.x} {x.shape} and {pair.y} {y.shape} do not fit: expected one label for each picture")


def _joined(parts: Sequence[Part]) -> np.ndarray:
    if len({part.x.shape[1:] for part in parts}) > 1:
        listed = ", ".join(f"{part.pair.x} {part.x.shape}" for part in parts)
        raise DataError(f"the parts have pictures of different shapes: {listed}; make them one shape")
    return parts[0].x if len(parts) == 1 else np.concatenate([part.x for part in parts])
