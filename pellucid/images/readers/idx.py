"""The idx files of MNIST and its relatives, compressed or not: one file of pictures, one of labels, perhaps in two parts.

A file begins with two zero bytes, the code of its type, and the number of its axes; the length of each axis follows as a
big-endian whole number of four bytes, then the values. Published at http://yann.lecun.com/exdb/mnist/.
"""

import gzip
import math
import re
import struct
import zlib
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from pellucid.errors import DataError
from pellucid.images.labels import in_words, quoted
from pellucid.images.readers.parts import WORDS
from pellucid.images.readers.tables import Table, source_of
from pellucid.images.source import Source
from pellucid.images.split import TEST, TRAIN, VALIDATION

_TYPES = {0x08: "u1", 0x09: "i1", 0x0B: ">i2", 0x0C: ">i4", 0x0D: ">f4", 0x0E: ">f8"}
_NAME = re.compile(
    r"(?P<stem>.*?)(?P<part>train|training|val|valid|validation|t10k|test)?[-_.]?(?P<kind>images|labels)\W.*", re.IGNORECASE
)
_PARTS = {**WORDS, "t10k": TEST}
_ORDER = (TRAIN, VALIDATION, TEST, "")
_ADVICE = "get it again from its publisher"

Pairs = dict[str, dict[str, Path]]  # part ("" where there are none) -> "images" and "labels" -> file


def is_idx_name(name: str) -> bool:
    """Whether a file of this name is one of a pair: train-images-idx3-ubyte.gz, t10k-labels.idx1-ubyte."""
    return bool(re.search(r"idx\d", name, re.IGNORECASE) and _NAME.fullmatch(name))


def is_idx(start: bytes) -> bool:
    """Whether a file that begins so (at least 4 bytes, uncompressed) is an idx file."""
    return start[:2] == b"\0\0" and len(start) > 3 and start[2] in _TYPES and 1 <= start[3] <= 4


def open_idx(path: Path) -> Source:
    """The idx files in a folder; or the given one, with what belongs to it beside it: its labels, and its test part.

    Raises DataError for files that are missing, damaged or do not belong together.
    """
    beside = [file for file in sorted((path if path.is_dir() else path.parent).iterdir()) if is_idx_name(file.name)]
    families = _families(beside)
    if path.is_dir():
        if len(families) > 1:
            raise DataError(
                f"{path} holds idx files of several data sets, {in_words(sorted(families))}: give a file of the one you mean"
            )
        return read_idx(path, *families.values())
    name = _NAME.fullmatch(path.name)
    if not is_idx_name(path.name) or not name:
        raise DataError(
            f"the labels of {path} cannot be found: idx files come in pairs, as train-images-idx3-ubyte and "
            "train-labels-idx1-ubyte; rename them so"
        )
    return read_idx(path, families[name["stem"]])


def pairs_of(files: Iterable[Path]) -> Pairs:
    """Files of one data set by part and kind."""
    return next(iter(_families(files).values()))


def read_idx(path: Path, pairs: Pairs, classes: Sequence[str] | None = None) -> Source:
    """The pairs as one source that is called after `path`, with given parts where the names of the files tell parts.

    `classes` names the labels 0, 1, 2, ...
    """
    tables, parts = [], sorted(pairs, key=_ORDER.index)
    for part in parts:
        files = pairs[part]
        if len(files) < 2:
            (kind, file), lost = next(iter(files.items())), {"images": "labels", "labels": "images"}
            raise DataError(f"no {lost[kind]} beside {file}: expected a file {_partner(file, kind, lost[kind])}")
        images, labels = _read(files["images"]), _read(files["labels"])
        _check_pair(files, images, labels)
        named = part or (TRAIN if len(parts) > 1 else "")  # a pair without a part beside t10k-... is for training
        tables.append(Table(named, named or path.name.partition(".")[0], images, labels.astype(np.int64)))
    return source_of(path, tables, f"the numbers in {', '.join(pairs[part]['labels'].name for part in parts)}", classes)


def _families(files: Iterable[Path]) -> dict[str, Pairs]:
    """The files by data set, part and kind; of a file that lies there compressed and not, the latter."""
    families: dict[str, Pairs] = {}
    for file in sorted(files, key=lambda file: file.suffix != ".gz"):
        name = _NAME.fullmatch(file.name)
        part = _PARTS[name["part"].lower()] if name["part"] else ""
        families.setdefault(name["stem"], {}).setdefault(part, {})[name["kind"].lower()] = file
    return families


def _partner(file: Path, kind: str, other: str) -> str:
    return file.name.replace(kind, other).replace("idx3", "idx?").replace("idx1", "idx3").replace("idx?", "idx1")


def _read(path: Path) -> np.ndarray:
    try:
        with (gzip.open if path.suffix == ".gz" else open)(path, "rb") as stream:
            start = stream.read(4)
            if not is_idx(start):
                raise DataError(f"{path} is no idx file: it begins with {start.hex(' ') or 'nothing'}; {_ADVICE}")
            shape = struct.unpack(f">{start[3]}I", stream.read(4 * start[3]))
            values = stream.read()
    except OSError as error:
        if not isinstance(error, gzip.BadGzipFile):
            raise DataError(f"cannot read {path}: {error.strerror}") from error
        raise DataError(f"{path} is damaged ({error}); {_ADVICE}") from error
    except (EOFError, zlib.error, struct.error) as error:
        raise DataError(f"{path} is damaged or cut off; {_ADVICE}") from error
    dtype = np.dtype(_TYPES[start[2]])
    expected = math.prod(shape) * dtype.itemsize
    if len(values) != expected:
        raise DataError(
            f"{path} is damaged or cut off: {len(values)} bytes of values, expected {expected} for {' x '.join(map(str, shape))}; "
            f"{_ADVICE}"
        )
    return np.frombuffer(values, dtype).reshape(shape)


def _check_pair(files: dict[str, Path], images: np.ndarray, labels: np.ndarray) -> None:
    if images.ndim and not len(images):
        raise DataError(f"{files['images']} {images.shape} holds no pictures: expected one at least of each class")
    if images.ndim not in (2, 3, 4) or not images.size:
        raise DataError(f"{files['images']} has shape {images.shape}: expected pictures (N, H, W), (N, H, W, C) or rows (N, K)")
    if labels.ndim != 1 or labels.dtype.kind == "f":
        raise DataError(f"{files['labels']} has shape {labels.shape} of {labels.dtype}: expected whole numbers (N,)")
    if len(images) != len(labels):
        raise DataError(
            f"{files['images']} has {len(images)} pictures, {quoted(files['labels'].name)} has {len(labels)} labels: "
            "expected one label for each picture"
        )
