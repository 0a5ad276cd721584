"""The one file format of pellucid: safetensors, sealed. Models and training checkpoints are both such files.

A file holds arrays by name and one JSON string in its metadata, under the key "pellucid":

    {"sha256": "<64 hex digits>", "format": "model" | "checkpoint", "version": 3, ...header}

The SHA-256 is that of the whole file with its own 64 digits written as zeros. The digits always stand at the same
place, because the metadata comes first in a safetensors file and `sha256` first in the JSON. So the seal is checked
before a single byte is parsed: a file that is truncated, extended or altered anywhere is refused. It shows damage,
not authorship.

Reading runs no code and imports nothing by name. Equal content gives equal bytes. Arrays of booleans, integers and
floats of up to 64 bits come back bit for bit, NaN payloads and empty arrays included. In the header, NumPy scalars
are written as the Python numbers they stand for, tuples return as lists, and NaN and infinities survive (as `NaN` and
`Infinity`, which Python's `json` writes and reads).
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import safetensors
import safetensors.numpy

from pellucid.errors import ModelFileError
from pellucid.files import atomic_write

VERSIONS = {"model": 4, "checkpoint": 1}  # of each kind of file, the one that is written; older ones are read
Migrations = Mapping[int, Callable[[dict], dict]]

_OPENING = b'{"__metadata__":{"pellucid":"{\\"sha256\\":\\"'  # follows the eight bytes that give the length of the JSON
_START = 8 + len(_OPENING)
_DIGITS = slice(_START, _START + 64)
_ZEROS = b"0" * 64

_DTYPES = frozenset("bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64".split())

_STRANGERS = (  # how other files begin, and what they are
    (b"\x89HDF\r\n\x1a\n", "an HDF5 file, as Keras writes them"),
    (b"\x93NUMPY", "a NumPy array file"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"\x80", "a Python pickle"),
    (b"(dp", "a Python pickle"),
    (b"(lp", "a Python pickle"),
)


def write(path: str | Path, kind: str, tensors: Mapping[str, np.ndarray], header: Mapping) -> None:
    """Write `dumps(kind, tensors, header)` to `path`: whole, or not at all.

    Errors: OutputError where the disk refuses; else those of `dumps`.
    """
    atomic_write(path, dumps(kind, tensors, header))


def read(path: str | Path, kind: str, migrations: Migrations | None = None) -> tuple[dict[str, np.ndarray], dict]:
    """Check and read a file of this kind: (arrays by name, header).

    migrations: for each version before the newest one, what turns the header of a file into that of the next version.
    Errors: ModelFileError, one line, for anything but a whole file of this kind and version.
    """
    path = Path(path)
    if path.is_dir():
        raise ModelFileError(f"{path} is a folder; name the {kind} file in it, for example {path / kind}.safetensors")
    try:
        with open(path, "rb") as file:
            start = file.read(_DIGITS.stop)
            _recognise(start, file, str(path), kind)  # before a large file of another kind is read
            content = start + file.read()
    except FileNotFoundError as error:
        raise ModelFileError(f"there is no file {path}; expected a pellucid {kind} file (*.safetensors)") from error
    except (OSError, ValueError) as error:  # ValueError: a name that no file can have
        raise ModelFileError(f"cannot read {path}: {getattr(error, 'strerror', None) or error}") from error
    return loads(content, kind, migrations, name=str(path))


def dumps(kind: str, tensors: Mapping[str, np.ndarray], header: Mapping) -> bytes:
    """The bytes of a file that holds `tensors` and the JSON-able `header`.

    Errors: TypeError for an array or header that the format cannot hold, ValueError for an unknown kind or a header key
    that belongs to the container.
    """
    if kind not in VERSIONS:
        raise ValueError(f"expected a kind of file in {tuple(VERSIONS)}, got {kind!r}")
    seal = {"sha256": _ZEROS.decode(), "format": kind, "version": VERSIONS[kind]}
    if reserved := seal.keys() & header.keys():
        raise ValueError(f"the header keys {sorted(reserved)} belong to the container")
    text = json.dumps(seal | dict(header), separators=(",", ":"), default=_plain)
    content = bytearray(safetensors.numpy.save({name: _dense(name, tensors[name]) for name in sorted(tensors)}, {"pellucid": text}))
    if not content.startswith(_OPENING, 8):
        raise RuntimeError(f"safetensors {safetensors.__version__} does not write the metadata first; use another version")
    content[_DIGITS] = hashlib.sha256(content).hexdigest().encode()
    return bytes(content)


def loads(
    content: bytes, kind: str, migrations: Migrations | None = None, name: str = "the file"
) -> tuple[dict[str, np.ndarray], dict]:
    """Check and read the bytes of a file, as `read` does. The arrays may be read-only."""
    _recognise(content[: _DIGITS.stop], io.BytesIO(content), name, kind)
    if _digest(content) != content[_DIGITS]:
        raise ModelFileError(
            f"{name} is damaged (truncated or altered): its SHA-256 does not fit its content; copy or train it again"
        )
    try:
        header = _header(content)
        version = header.pop("version")
        _check_kind(header.pop("format"), version, kind, name)
        del header["sha256"]
        for old in range(version, VERSIONS[kind]):
            header = (migrations or {})[old](header)
        tensors = safetensors.numpy.load(content)
    except (safetensors.SafetensorError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ModelFileError(f"{name} was not written by pellucid: the seal fits, the parts do not ({error})") from error
    return dict(sorted(tensors.items())), header


def _recognise(start: bytes, file: io.BufferedIOBase, name: str, kind: str) -> None:
    """Refuse whatever does not begin as a file of pellucid, and say what it is."""
    if len(start) == _DIGITS.stop and start.startswith(_OPENING, 8):
        return
    expected = f"expected a pellucid {kind} file (*.safetensors)"
    if not start:
        raise ModelFileError(f"{name} is empty; {expected}")
    if stranger := _stranger(start, file):
        raise ModelFileError(f"{name} is {stranger}; {expected}, and pellucid opens no file that can run code")
    if start.startswith(b'{"', 8):
        raise ModelFileError(f"{name} is a safetensors file of another program, or damaged at its start; {expected}")
    raise ModelFileError(f"{name} is damaged or no model at all; {expected}")


def _stranger(start: bytes, file: io.BufferedIOBase) -> str | None:
    if start.startswith(b"PK"):
        return _archive(file)
    return next((what for magic, what in _STRANGERS if start.startswith(magic)), None)


def _archive(file: io.BufferedIOBase) -> str:
    """What kind of zip archive this is, by the names in it; nothing is unpacked."""
    try:
        names = zipfile.ZipFile(file).namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        names = []
    if any(name.endswith("data.pkl") for name in names):
        return "a PyTorch file (a pickle in a zip archive)"
    if "model.weights.h5" in names:
        return "a Keras file"
    if names and all(name.endswith(".npy") for name in names):
        return "a NumPy archive (.npz)"
    return "a zip archive"


def _digest(content: bytes) -> bytes:
    """The SHA-256 of `content` with its own digits zeroed, as hexadecimal digits."""
    view, digest = memoryview(content), hashlib.sha256()
    for part in (view[: _DIGITS.start], _ZEROS, view[_DIGITS.stop :]):
        digest.update(part)
    return digest.hexdigest().encode()


def _header(content: bytes) -> dict:
    length = int.from_bytes(content[:8], "little")
    header = json.loads(json.loads(content[8 : 8 + length])["__metadata__"]["pellucid"])
    if not isinstance(header, dict):
        raise TypeError(f"expected a JSON object, got {type(header).__name__}")
    return header


def _check_kind(found: str, version: int, kind: str, name: str) -> None:
    if not isinstance(version, int) or version < 1:
        raise ValueError(f"format version {version!r}")
    newest = VERSIONS.get(found, 1)
    if version > newest:
        raise ModelFileError(
            f"{name} has format version {version}, this pellucid reads up to {newest}; upgrade it with pip install -U pellucid"
        )
    if found == kind:
        return
    if found == "checkpoint":
        hint = "the model lies beside it as model.safetensors, or continue the training with pellucid train --resume"
    else:
        hint = "only a checkpoint can be resumed; use this file with pellucid predict or evaluate"
    raise ModelFileError(f"{name} is a {found}, expected a {kind}; {hint}")


def _dense(name: str, array: np.ndarray) -> np.ndarray:
    """The array in C order, which the writer assumes."""
    if not isinstance(array, np.ndarray) or array.dtype.name not in _DTYPES:
        what = array.dtype if isinstance(array, np.ndarray) else type(array).__name__
        raise TypeError(f"tensor {name!r}: expected an array of booleans, integers or floats up to 64 bits, got {what}")
    return np.asarray(array, order="C")


def _plain(value):
    """NumPy scalars as the Python numbers they stand for; anything else is a mistake of the caller."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"the header takes JSON values and NumPy scalars, not {type(value).__name__}")
