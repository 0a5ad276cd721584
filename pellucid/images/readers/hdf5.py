"""HDF5 files as a source; of a file called after its part, as train_cats.h5, the other parts beside it belong to it."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import numpy as np

from pellucid.errors import DataError
from pellucid.images.labels import in_words, quoted
from pellucid.images.readers.keyed_arrays import Part, parts_in, source_of_parts
from pellucid.images.readers.parts import parts_beside
from pellucid.images.source import Source

_SUFFIXES = (".h5", ".hdf5", ".hdf", ".he5")


def is_hdf5_name(name: str) -> bool:
    """Whether a file of this name is an HDF5 file."""
    return name.lower().endswith(_SUFFIXES)


def open_hdf5(path: Path, keys: Mapping[str, str] | None = None) -> Source:
    """The arrays of an HDF5 file as labelled pictures or feature rows; with them, the parts in files beside it.

    train_cats.h5 and test_cats.h5 are such parts, and so are train.h5 and test.h5; a folder of them will do. Raises DataError
    for a file or arrays that cannot be used, and where h5py is missing.
    """
    files = sorted(file for file in path.iterdir() if is_hdf5_name(file.name)) if path.is_dir() else [path]
    parts = parts_beside(files[0], lambda file: is_hdf5_name(file.name))
    if len(parts) < len(files):
        raise DataError(f"{path} holds HDF5 files of several data sets, {in_words(file.name for file in files)}: give one of them")
    return read_hdf5(path, parts, keys)


def read_hdf5(path: Path, files: Iterable[tuple[str, Path]], keys: Mapping[str, str] | None = None) -> Source:
    """Files (part, file) as one source, called after `path`; part "" for a file alone."""
    parts = []
    for part, file in files:
        with _HDF5File(file) as arrays:
            parts += parts_in(arrays, keys, part)
    return source_of_parts(path, _with_names_of_their_own(parts))


def _with_names_of_their_own(parts: Sequence[Part]) -> list[Part]:
    """Where parts come from files with the same keys, pictures are called after their part: test[3], not x[3] twice."""
    if len({part.pair.x for part in parts}) == len(parts):
        return list(parts)
    return [part._replace(pair=part.pair._replace(x=part.pair.part)) for part in parts]


class _HDF5File:
    """The arrays of an open HDF5 file by name, those in groups as group/name."""

    def __init__(self, path: Path):
        try:
            import h5py
        except ImportError as error:
            raise DataError(f"{path} needs h5py, which is missing: pip install 'pellucid[hdf5]'") from error
        self.path = path
        try:
            with open(path, "rb"):  # h5py tells neither a missing right nor what is missing
                pass
            self._file = h5py.File(path, "r")
        except OSError as error:
            if error.strerror:
                raise DataError(f"cannot read {path}: {error.strerror}") from error
            raise DataError(f"{path} is no HDF5 file, or is damaged or cut off: get it or make it again") from error
        self._keys: list[str] = []
        self._file.visititems(lambda name, item: self._keys.append(name) if isinstance(item, h5py.Dataset) else None)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def keys(self) -> Sequence[str]:
        return self._keys

    def shape(self, key: str) -> tuple[int, ...]:
        return self._file[key].shape or ()

    def __getitem__(self, key: str) -> np.ndarray:
        dataset = self._file[key]
        if dataset.external or dataset.is_virtual:
            raise DataError(f"{quoted(key)} in {self.path} lies in other files, which is not read: save the numbers in one file")
        try:
            values = dataset.asstr()[()] if dataset.dtype.kind == "O" else dataset[()]
        except Exception as error:  # damaged, cut off, a compression that is not installed, no text
            raise DataError(f"{quoted(key)} in {self.path} cannot be read ({' '.join(str(error).split())[:80]})") from error
        return np.asarray(values, dtype=str) if dataset.dtype.kind == "O" else np.asarray(values)
