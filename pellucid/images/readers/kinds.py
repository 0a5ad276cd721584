"""Which reader a folder or a file is for, told by the names of its files and by its first bytes."""

import gzip
import os
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from pellucid.errors import DataError
from pellucid.images.formats import is_hidden
from pellucid.images.readers.cifar import is_cifar_folder, open_cifar
from pellucid.images.readers.folder import open_folder
from pellucid.images.readers.hdf5 import is_hdf5_name, open_hdf5
from pellucid.images.readers.idx import is_idx, is_idx_name, open_idx
from pellucid.images.readers.manifest import is_manifest, open_manifest
from pellucid.images.readers.npz import open_npz
from pellucid.images.readers.pixel_table import open_pixel_table
from pellucid.images.readers.rows import read_text
from pellucid.images.readers.walk import walk
from pellucid.images.source import Source


class Kind(NamedTuple):
    """A reader, and the settings that it takes after the path: "label_rule", "keys", "shape"."""

    open: Callable[..., Source]
    settings: tuple[str, ...] = ()


PICTURES = Kind(open_folder, ("label_rule",))
NPZ = Kind(open_npz, ("keys",))
HDF5 = Kind(open_hdf5, ("keys",))
IDX = Kind(open_idx)
CIFAR = Kind(open_cifar)
MANIFEST = Kind(open_manifest)
PIXEL_TABLE = Kind(open_pixel_table, ("shape",))

_ARCHIVES = (".tar", ".tar.gz", ".tgz")


def kind_of(path: Path) -> Kind | None:
    """The kind of a folder or file that exists; None for a file that no reader takes."""
    return _kind_of_folder(path) if path.is_dir() else _kind_of_file(path)


def _kind_of_folder(path: Path) -> Kind:
    try:
        with os.scandir(path) as entries:
            names = [entry.name for entry in entries if entry.is_file() and not is_hidden(entry.name)]
    except OSError as error:
        raise DataError(f"cannot read the folder {path}: {error.strerror}; change its permissions") from error
    if is_cifar_folder(names):
        return CIFAR
    if any(map(is_idx_name, names)):
        return IDX
    if any(map(is_hdf5_name, names)) and not walk(path).pictures:
        return HDF5
    return PICTURES


def _kind_of_file(path: Path) -> Kind | None:
    name = path.name.lower()
    if name.endswith(".npz"):
        return NPZ
    if is_hdf5_name(name):
        return HDF5
    if name.endswith(_ARCHIVES):
        return CIFAR
    if name.endswith((".jsonl", ".ndjson")):
        return MANIFEST
    if name.endswith((".csv", ".tsv")):
        return MANIFEST if is_manifest(read_text(path)) else PIXEL_TABLE
    return IDX if is_idx_name(name) or is_idx(_start(path)) else None


def _start(path: Path) -> bytes:
    """The first four bytes, of what is inside where the file is compressed."""
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as stream:
            return stream.read(4)
    except (OSError, EOFError, zlib.error):
        return b""
