"""An .npz file as a source, with keys as Keras, scikit-learn and MedMNIST write them, or as the user names them."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from pellucid.errors import DataError, RecipeError
from pellucid.images.labels import number_labels, quoted
from pellucid.images.source import Source, slug
from pellucid.images.split import TEST, TRAIN, VALIDATION
from pellucid.images.stored_arrays import as_images, as_names


class _Pair(NamedTuple):
    part: str  # "" where the file is not split
    x: str
    y: str


# In lower case. The first layout whose first pair is in the file is read; its other pairs may be missing.
_LAYOUTS = (
    (_Pair(TRAIN, "x_train", "y_train"), _Pair(VALIDATION, "x_val", "y_val"), _Pair(TEST, "x_test", "y_test")),
    (
        _Pair(TRAIN, "train_images", "train_labels"),
        _Pair(VALIDATION, "val_images", "val_labels"),
        _Pair(TEST, "test_images", "test_labels"),
    ),
    (_Pair("", "images", "target"),),
    (_Pair("", "data", "target"),),
    (_Pair("", "images", "labels"),),
    (_Pair("", "x", "y"),),
)
_CLASS_NAMES = ("target_names", "class_names", "classes")


def open_npz(path: Path, keys: Mapping[str, str] | None = None) -> Source:
    """The arrays of an .npz file as labelled pictures (N, H, W, C) or feature rows (N, K).

    Shapes, labels and the range of values: see `as_images` and `as_names`. Class names: `target_names`, if present.
    Pickled objects are never loaded. Raises DataError for a file or arrays that cannot be used.
    """
    arrays = _Arrays(path)
    with arrays:
        pairs = _named_pair(arrays, keys) if keys else _usual_pairs(arrays)
        tables = {key: arrays[key] for pair in pairs for key in (pair.x, pair.y)}
        class_names = next((arrays[key] for key in _CLASS_NAMES if key in arrays), None)
    for pair in pairs:
        _check_lengths(pair, tables[pair.x], tables[pair.y])
    lengths = [len(tables[pair.x]) for pair in pairs]
    images, value_range = as_images(_joined(tables, [pair.x for pair in pairs]))
    names = [name for pair in pairs for name in as_names(tables[pair.y], pair.y, class_names)]
    labels, classes = number_labels(names)
    return Source(
        name=slug(path.stem),
        location=str(path),
        paths=tuple(f"{pair.x}[{index}]" for pair, n in zip(pairs, lengths) for index in range(n)),
        labels=labels,
        classes=classes,
        label_rule=f"the labels in {', '.join(pair.y for pair in pairs)}",
        images=images,
        value_range=value_range,
        split=np.repeat([pair.part for pair in pairs], lengths) if pairs[0].part else None,
    )


class _Arrays:
    """The arrays of an open .npz file; whatever is wrong with one is a DataError that names it."""

    def __init__(self, path: Path):
        self.path = path
        try:
            self._stream = open(path, "rb")
        except OSError as error:
            raise DataError(f"cannot read {path}: {error.strerror}; change its permissions") from error
        try:
            self._file = np.load(self._stream, allow_pickle=False)
        except Exception as error:  # not a zip, cut off, damaged: numpy and zipfile raise a dozen kinds
            self._stream.close()
            raise DataError(f"{path} is no .npz file, or is damaged or cut off: make it again with np.savez") from error
        if not isinstance(self._file, np.lib.npyio.NpzFile):
            self._stream.close()
            raise DataError(f"{path} holds one unnamed array: save pictures and labels with np.savez(path, x=x, y=y)")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()
        self._stream.close()

    def __contains__(self, key: str) -> bool:
        return key in self._file.files

    def __iter__(self):
        return iter(self._file.files)

    def __getitem__(self, key: str) -> np.ndarray:
        try:
            array = self._file[key]
        except Exception as error:  # a wrong checksum, header, length, compression, or pickled objects
            if "allow_pickle" in str(error):
                raise DataError(
                    f"{key} in {self.path} holds Python objects, which are never loaded: save numbers, or text as "
                    "np.array(labels, dtype=str)"
                ) from error
            raise DataError(f"{key} in {self.path} is damaged or cut off: make the file again with np.savez") from error
        if not isinstance(array, np.ndarray):
            raise DataError(f"{key} in {self.path} is not an array: save it with np.savez")
        return array

    def listing(self) -> str:
        """The keys with their shapes: "pixels (100, 8, 8), kind (100,)"."""
        listed = []
        for key in self:
            try:
                listed.append(f"{key} {self[key].shape}")
            except DataError:
                listed.append(f"{key} (not readable)")
        return ", ".join(listed) or "no arrays"


def _named_pair(arrays: _Arrays, keys: Mapping[str, str]) -> list[_Pair]:
    if set(keys) != {"x", "y"}:
        raise RecipeError(f'keys must name "x" (the pictures) and "y" (the labels), not {", ".join(map(quoted, keys))}')
    for name in keys.values():
        if name not in arrays:
            raise DataError(f"no array {quoted(name)} in {arrays.path}: it has {arrays.listing()}")
    return [_Pair("", keys["x"], keys["y"])]


def _usual_pairs(arrays: _Arrays) -> list[_Pair]:
    spelled = {key.lower(): key for key in arrays}  # X_train as well as x_train
    for layout in _LAYOUTS:
        pairs = [_Pair(part, spelled[x], spelled[y]) for part, x, y in layout if x in spelled and y in spelled]
        if pairs and pairs[0].part in ("", TRAIN):
            return pairs
    raise DataError(
        f"no pictures with labels in {arrays.path} under a usual name, as x_train and y_train or data and target: "
        f'it has {arrays.listing()}; name them with keys = {{x = "...", y = "..."}}'
    )


def _check_lengths(pair: _Pair, x: np.ndarray, y: np.ndarray) -> None:
    if x.ndim not in (2, 3, 4) or not x.size:
        raise DataError(f"{pair.x} has shape {x.shape}: expected pictures (N, H, W) or (N, H, W, C), or rows (N, K)")
    if y.ndim == 0 or len(x) != len(y):
        raise DataError(f"{pair.x} {x.shape} and {pair.y} {y.shape} do not fit: expected one label for each picture")


def _joined(tables: Mapping[str, np.ndarray], keys: list[str]) -> np.ndarray:
    shapes = {tables[key].shape[1:] for key in keys}
    if len(shapes) > 1:
        listed = ", ".join(f"{key} {tables[key].shape}" for key in keys)
        raise DataError(f"the parts have pictures of different shapes: {listed}; make them one shape")
    return tables[keys[0]] if len(keys) == 1 else np.concatenate([tables[key] for key in keys])
