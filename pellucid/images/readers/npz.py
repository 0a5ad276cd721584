"""An .npz file as a source, with keys as Keras, scikit-learn and MedMNIST write them, or as the user names them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pellucid.errors import DataError
from pellucid.images.readers.keyed_arrays import parts_in, source_of_parts
from pellucid.images.source import Source


def open_npz(path: Path, keys: Mapping[str, str] | None = None) -> Source:
    """The arrays of an .npz file as labelled pictures (N, H, W, C) or feature rows (N, K).

    Pickled objects are never loaded. Raises DataError for a file or arrays that cannot be used.
    """
    with _NpzFile(path) as arrays:
        parts = parts_in(arrays, keys)
    return source_of_parts(path, parts)


class _NpzFile:
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

    def keys(self) -> Sequence[str]:
        return self._file.files

    def shape(self, key: str) -> tuple[int, ...]:
        return self[key].shape

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
