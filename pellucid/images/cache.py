"""Decoded pictures kept from one run to the next, so that only the first run pays for reading photographs.

An entry is `<key>.npy`, pixels uint8 (N, H, W, C) that later runs map into memory, and `<key>.json`, what else was
found: broken files, original sizes, formats, and a CRC-32 of it all. The key is a hash of each file's path, size and
times, of the shape and fit asked for, and of the versions of the rules and decoders: whatever changes, the pictures are
read again. So are they when an entry is damaged. The most recently used 20 GB of entries are kept.
"""

import contextlib
import hashlib
import json
import os
import sys
import tempfile
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import PIL
from PIL import features

from pellucid.errors import OutputError
from pellucid.files import atomic_path, atomic_write
from pellucid.images.decode import RULES

KEPT_BYTES = 20 * 10**9

_CRC_BYTES = 1 << 24


def cache_folder() -> Path:
    """Where pellucid keeps what it can make again: PELLUCID_CACHE, or the platform's folder for caches."""
    if folder := os.environ.get("PELLUCID_CACHE"):
        return Path(folder)
    if folder := os.environ.get("XDG_CACHE_HOME"):
        return Path(folder, "pellucid")
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home, as containers make them
        return Path(tempfile.gettempdir(), "pellucid")
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home / "AppData" / "Local"), "pellucid", "Cache")
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "pellucid"


class PictureCache:
    """The entry for `files`, read as pictures of `shape` by `fit`, in a folder of entries."""

    def __init__(self, folder: Path, files: Sequence[str], shape: tuple[int, int, int], fit: str):
        key = _key(files, shape, fit)
        self._folder = folder
        self._shape = tuple(shape)
        self._pixels = folder / f"{key}.npy"
        self._facts = folder / f"{key}.json"

    def load(self) -> tuple[np.ndarray, dict] | None:
        """The pixels, mapped into memory, and the facts stored with them; None for a missing or damaged entry."""
        try:
            entry = json.loads(self._facts.read_text(encoding="utf-8"))
            pixels = np.load(self._pixels, mmap_mode="r", allow_pickle=False)
            whole = pixels.dtype == np.uint8 and pixels.shape[1:] == self._shape
            if not whole or _crc_of_facts(entry["facts"], _crc_of_pixels(pixels)) != entry["crc32"]:
                return None
            os.utime(self._pixels)  # used just now: the last to be removed
        except Exception:  # missing, or damaged, which raises almost anything
            return None
        return pixels, entry["facts"]

    def store(self, blocks: Iterable[np.ndarray], facts: Callable[[], dict]) -> np.ndarray:
        """Write the pixels block by block as they come, then `facts()` of the end; return the pixels, mapped.

        Blocks are (n, H, W, C) uint8. They are written, not copied into a mapped file: a full disk is then an error,
        where a mapped page would kill the process. Raises OutputError where folder or disk refuse; nothing is left.
        """
        rows, crc = 0, 0
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise OutputError(f"cannot make the folder {self._folder}: {error.strerror}") from error
        with atomic_path(self._pixels) as temporary, open(temporary, "wb") as file:
            _write_header(file, (0, *self._shape))
            for block in blocks:
                rows, crc = rows + len(block), zlib.crc32(block, crc)
                file.write(block)
            file.seek(0)
            _write_header(file, (rows, *self._shape))  # as long as the first: NumPy leaves room for the number of rows
        found = facts()
        atomic_write(self._facts, json.dumps({"facts": found, "crc32": _crc_of_facts(found, crc)}))
        self._remove_old()
        return np.load(self._pixels, mmap_mode="r", allow_pickle=False)

    def _remove_old(self) -> None:
        """Remove what was used longest ago, beyond `KEPT_BYTES`; what killed runs left behind goes the same way."""
        sizes, used = Counter(), {}
        for file in self._folder.iterdir():
            with contextlib.suppress(OSError):  # another run removed it
                status = file.stat()
                sizes[file.stem] += status.st_size
                used[file.stem] = max(used.get(file.stem, 0), status.st_mtime)
        kept = 0
        for stem in sorted(used, key=used.get, reverse=True):
            kept += sizes[stem]
            if kept > KEPT_BYTES and stem != self._pixels.stem:
                for suffix in (".json", ".npy"):
                    with contextlib.suppress(OSError):  # not there, or in use, on Windows
                        (self._folder / f"{stem}{suffix}").unlink()


def _key(files: Sequence[str], shape: tuple[int, int, int], fit: str) -> str:
    digest = hashlib.sha256(json.dumps([_versions(), list(shape), fit]).encode())
    for file in files:
        try:
            status = os.stat(file)
        except OSError:
            stamp = ()
        else:  # the change time too: a file that becomes readable keeps its modification time
            stamp = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        digest.update(repr((os.path.abspath(file), *stamp)).encode("utf-8", "surrogatepass"))
    return digest.hexdigest()[:40]


def _versions() -> list:
    import importlib.metadata

    try:
        heif = importlib.metadata.version("pillow-heif")
    except importlib.metadata.PackageNotFoundError:
        heif = None
    return [RULES, PIL.__version__, features.version("libjpeg_turbo"), heif]


def _write_header(file, shape: tuple[int, ...]) -> None:
    np.lib.format.write_array_header_1_0(file, {"descr": "|u1", "fortran_order": False, "shape": shape})


def _crc_of_pixels(pixels: np.ndarray) -> int:
    crc = 0
    step = max(1, _CRC_BYTES // max(1, pixels[:1].nbytes))
    for start in range(0, len(pixels), step):
        crc = zlib.crc32(pixels[start : start + step], crc)
    return crc


def _crc_of_facts(facts: dict, crc: int) -> int:
    return zlib.crc32(json.dumps(facts).encode(), crc)
