"""CIFAR-10 and CIFAR-100 as published: the "python version" and the "binary version", in a folder or in the archive.

python   data_batch_1 ... data_batch_5, test_batch and batches.meta; CIFAR-100: train, test and meta. Pickled dictionaries.
binary   data_batch_1.bin ... test_batch.bin and batches.meta.txt; CIFAR-100: train.bin, test.bin, fine_label_names.txt. Each
         picture is its label (CIFAR-100: its coarse label, then its fine one), then 1024 bytes red, 1024 green, 1024 blue.

Described by A. Krizhevsky at https://www.cs.toronto.edu/~kriz/cifar.html. CIFAR-100 is read with its 100 fine labels.
"""

import gzip
import io
import re
import tarfile
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from pellucid.errors import DataError
from pellucid.images.formats import natural_key
from pellucid.images.readers.tables import Table, source_of
from pellucid.images.readers.unpickle import load_arrays
from pellucid.images.source import Source
from pellucid.images.split import TEST, TRAIN

_BATCH = re.compile(r"(data_batch_\d+|test_batch|train|test)(\.bin)?")
_NAMES = ("batches.meta", "meta", "batches.meta.txt", "fine_label_names.txt")
_PIXELS = 3 * 32 * 32
_LARGEST = 1 << 30  # bytes of a file in an archive; the largest published one has 155 MB
_ADVICE = "get it again from its publisher"


def is_cifar_folder(names: Iterable[str]) -> bool:
    """Whether a folder with files of these names is CIFAR: batches, or train, test and meta."""
    names = set(names)
    return any(name.startswith(("data_batch_", "test_batch")) and _BATCH.fullmatch(name) for name in names) or (
        {"train", "meta"} <= names or {"train.bin", "fine_label_names.txt"} <= names
    )


def open_cifar(path: Path) -> Source:
    """A folder, or an archive as published (.tar.gz), of either version.

    Raises DataError for files that are damaged, cut off, or hold anything but arrays and text.
    """
    if path.is_dir():
        return _read(path, _contents([file for file in path.iterdir() if _is_wanted(file.name) and file.is_file()]))
    return _read(path, _unpacked(path))


def read_cifar_files(path: Path, files: Sequence[Path], classes: Sequence[str]) -> Source:
    """The given batches, or the given archive, as one source that is called after `path`."""
    return _read(path, _unpacked(files[0]) if len(files) == 1 else _contents(files), classes)


def _read(path: Path, contents: Mapping[str, bytes], classes: Sequence[str] | None = None) -> Source:
    """The files, by name, as one source; test pictures are its given test part."""
    found = [name for name in sorted(contents, key=natural_key) if _BATCH.fullmatch(name)]
    found.sort(key=lambda name: name.startswith("test"))
    batches = [name for name in found if not name.endswith(".bin")] or found  # the same pictures, where both versions are there
    if not batches:
        raise DataError(f"no CIFAR pictures in {path}: expected data_batch_1 ... test_batch, or train and test")
    tables = []
    for name in batches:
        read = _binary_batch if name.endswith(".bin") else _python_batch
        images, labels = read(path / name, contents[name], hundred=name.partition(".")[0] in ("train", "test"))
        table = TEST if name.startswith("test") else TRAIN
        tables.append(Table(table, name.removesuffix(".bin"), images, labels))
    names = classes or _class_names(path, contents)
    rule = "the labels that the files give" if names is None else "the labels that the files give, by their names"
    return replace(source_of(path, tables, rule, names), notes=_lacking(batches))


def _lacking(batches: Sequence[str]) -> tuple[str, ...]:
    """A warning where some of the published files are there and others are not."""
    names = [name.removesuffix(".bin") for name in batches]
    hundred = "train" in names or "test" in names
    published = ("train", "test") if hundred else (*(f"data_batch_{number}" for number in range(1, 6)), "test_batch")
    lacking = [name for name in published if name not in names]
    if not lacking:
        return ()
    return (f"warning: {', '.join(lacking)} of CIFAR-{100 if hundred else 10} {'is' if len(lacking) == 1 else 'are'} not there",)


def _is_wanted(name: str) -> bool:
    return bool(_BATCH.fullmatch(name)) or name in _NAMES


def _contents(files: Iterable[Path]) -> dict[str, bytes]:
    contents = {}
    for file in files:
        try:
            contents[file.name] = file.read_bytes()
        except OSError as error:
            raise DataError(f"cannot read {file}: {error.strerror}") from error
    return contents


def _unpacked(path: Path) -> dict[str, bytes]:
    """The files in an archive, in memory: nothing is written, whatever paths it names."""
    contents = {}
    try:
        with (gzip.open if path.suffix in (".gz", ".tgz") else open)(path, "rb") as stream:
            with tarfile.open(fileobj=stream, mode="r|") as archive:
                for member in archive:
                    name = member.name.rpartition("/")[2]
                    if member.isfile() and member.size <= _LARGEST and _is_wanted(name):
                        contents[name] = archive.extractfile(member).read()
            while stream.read(1 << 20):  # to the end, where the checksum of the compression stands
                pass
    except (tarfile.TarError, EOFError, zlib.error, OSError) as error:
        if isinstance(error, OSError) and error.strerror:
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        raise DataError(f"{path} is damaged or cut off, or no archive: {_ADVICE}") from error
    return contents


def _python_batch(path: Path, content: bytes, hundred: bool) -> tuple[np.ndarray, np.ndarray]:
    batch = _dictionary(path, content)
    data, key = batch.get("data"), "fine_labels" if hundred else "labels"
    if not isinstance(data, np.ndarray) or data.dtype != np.uint8 or data.ndim != 2 or data.shape[1] != _PIXELS:
        came = f"{data.dtype} {data.shape}" if isinstance(data, np.ndarray) else "none"
        raise DataError(f"{path} has no pictures as CIFAR has them: expected data of uint8 (N, {_PIXELS}), found {came}; {_ADVICE}")
    labels = batch.get(key)
    labels = labels.tolist() if isinstance(labels, np.ndarray) else labels
    if not isinstance(labels, list) or len(labels) != len(data) or not all(map(_is_label, labels)):
        raise DataError(f"{path} has {len(data)} pictures, expected a list of as many class numbers called {key}; {_ADVICE}")
    return _pictures(data), np.array(labels, np.int64)


def _binary_batch(path: Path, content: bytes, hundred: bool) -> tuple[np.ndarray, np.ndarray]:
    row = (2 if hundred else 1) + _PIXELS
    if not content or len(content) % row:
        raise DataError(f"{path} is damaged or cut off: {len(content)} bytes, expected a multiple of {row}; {_ADVICE}")
    rows = np.frombuffer(content, np.uint8).reshape(-1, row)
    return _pictures(rows[:, -_PIXELS:]), rows[:, -_PIXELS - 1].astype(np.int64)


def _is_label(value: object) -> bool:
    return type(value) is int and -1000 < value < 1000


def _pictures(rows: np.ndarray) -> np.ndarray:
    """(N, 3072), a plane after the other, as a view (N, 32, 32, 3)."""
    return rows.reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)


def _class_names(path: Path, contents: Mapping[str, bytes]) -> list[str] | None:
    for name in _NAMES:
        if name not in contents:
            continue
        if name.endswith(".txt"):
            names = contents[name].decode("utf-8", "replace").split()
        else:
            meta = _dictionary(path / name, contents[name])
            names = meta.get("label_names") or meta.get("fine_label_names")
            if not isinstance(names, list) or not all(isinstance(each, (bytes, str)) for each in names):
                raise DataError(f"{path / name} has no list of class names: {_ADVICE}")
            names = [each.decode("utf-8", "replace") if isinstance(each, bytes) else each for each in names]
        if len(set(names)) < max(2, len(names)):
            raise DataError(f"{path / name} names {len(names)} classes, {len(set(names))} of them different: {_ADVICE}")
        return names
    return None


def _dictionary(path: Path, content: bytes) -> dict:
    """A pickled dictionary with its keys as text."""
    table = load_arrays(io.BytesIO(content), path)
    if not isinstance(table, dict):
        raise DataError(f"{path} holds no dictionary, as CIFAR's files do: {_ADVICE}")
    return {key.decode("utf-8", "replace") if isinstance(key, bytes) else key: value for key, value in table.items()}
