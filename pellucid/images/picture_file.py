"""Open a picture up to its header: format by content, size checked, and every kind of damage told in a few words.

Image.open is not used: it warns about large pictures, guesses among thirty formats, and takes a JPEG that carries a
second picture, as many phones write them, for a format of its own.
"""

import contextlib
import functools
import importlib
import io
import struct
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from PIL import Image

from pellucid.errors import DataError, PellucidError
from pellucid.images.formats import FORMATS, sniff

MAX_PIXELS = 178_956_970  # 0.5 GB as red, green, blue; the size at which Pillow itself refuses

PictureFile = str | Path | bytes | Image.Image

_READERS = {
    "JPEG": ("PIL.JpegImagePlugin", "JpegImageFile"),
    "PNG": ("PIL.PngImagePlugin", "PngImageFile"),
    "WEBP": ("PIL.WebPImagePlugin", "WebPImageFile"),
    "GIF": ("PIL.GifImagePlugin", "GifImageFile"),
    "BMP": ("PIL.BmpImagePlugin", "BmpImageFile"),
    "TIFF": ("PIL.TiffImagePlugin", "TiffImageFile"),
    "HEIC": ("pillow_heif", "HeifImageFile"),
}

_ORIENTATION = 0x0112
_EXIF_KEYS = ("exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif")  # where image.info may hold an orientation
LYING = (5, 6, 7, 8)  # orientations stored with width and height exchanged


class BrokenPicture(DataError):
    """A file that cannot be read as a picture; `reason` says why in a few words."""

    def __init__(self, name: str, reason: str):
        super().__init__(name, reason)
        self.name, self.reason = name, reason

    def __str__(self) -> str:
        return f"cannot read the picture {self.name}: {self.reason}"


@dataclass(frozen=True)
class Header:
    """What a picture is before its pixels are read; width and height as seen upright; channels 1 (grey) or 3."""

    format: str
    width: int
    height: int
    channels: int


def read_header(source: PictureFile) -> Header:
    """Format, size and channels of a picture, without decoding it. Raises BrokenPicture."""
    with opened(source) as image:
        return header_of(image)


@contextlib.contextmanager
def opened(source: PictureFile) -> Iterator[Image.Image]:
    """The picture with its header read and its size checked; what goes wrong in the block comes out as BrokenPicture.

    A decoder that is fed a damaged file raises almost anything, so every Exception counts as damage.
    """
    try:
        with _quiet_pillow(), contextlib.ExitStack() as stack:
            image = source if isinstance(source, Image.Image) else _open(stack.enter_context(_stream(source)))
            if image.width * image.height > MAX_PIXELS:
                raise _Refused(f"{image.width} x {image.height} pixels, the limit is {MAX_PIXELS // 10**6} million")
            yield image
    except PellucidError:
        raise
    except Exception as error:
        raise BrokenPicture(_name(source), _reason(error)) from error


def header_of(image: Image.Image) -> Header:
    """The header of an image that is open."""
    width, height = image.size
    if orientation(image) in LYING:
        width, height = height, width
    format = {"HEIF": "HEIC", None: "memory"}.get(image.format, image.format)
    return Header(format, width, height, 1 if is_grey(image) else 3)


def is_grey(image: Image.Image) -> bool:
    """Whether the image's mode holds no colour."""
    return image.mode in ("1", "L", "LA", "La", "I", "F") or image.mode.startswith("I;16")


def orientation(image: Image.Image) -> int:
    """EXIF orientation 1..8; 1 where there is none, or where EXIF is broken.

    Pillow turns TIFF files upright by itself, and pillow-heif HEIC files. For a PNG the answer is final once it is
    loaded: its EXIF may follow its pixels.
    """
    if image.format == "TIFF" or not any(key in image.info for key in _EXIF_KEYS):
        return 1  # not even asked: for a PNG without EXIF, getexif would decode the whole picture
    try:
        return int(image.getexif().get(_ORIENTATION, 1))
    except Exception:  # broken EXIF raises anything, and the pixels may be whole
        return 1


def _stream(source: str | Path | bytes) -> BinaryIO:
    return io.BytesIO(source) if isinstance(source, bytes) else open(source, "rb")


def _open(stream: BinaryIO) -> Image.Image:
    start = stream.read(16)
    format = sniff(start)
    if format is None:
        raise _Refused(f"not a {', '.join(FORMATS[:-1])} or {FORMATS[-1]} picture" if start else "empty file (0 bytes)")
    stream.seek(0)
    return _reader(format)(stream)


@functools.cache
def _reader(format: str) -> type:
    module, name = _READERS[format]
    try:
        return getattr(importlib.import_module(module), name)
    except ImportError as error:
        package = module.partition(".")[0].replace("_", "-")
        raise DataError(f"{format} pictures need {package}, which is missing: pip install {package}") from error


def _name(source: PictureFile) -> str:
    if isinstance(source, (str, Path)):
        return str(source)
    if isinstance(source, bytes):
        return f"given as {len(source)} bytes"
    return str(getattr(source, "filename", "")) or "given as a Pillow image"


# How Pillow says that a file ends too early, at times wrapped in a SyntaxError. The last sign: a header without pixels.
_ENDED = (EOFError, IndexError, struct.error)
_SIGNS_OF_AN_END = ("truncated", "not enough", "cannot load this image")


class _Refused(Exception):
    """Why a picture is refused, in words for the user."""


def _reason(error: Exception) -> str:
    if isinstance(error, _Refused):
        return str(error)
    if isinstance(error, MemoryError):
        return "not enough memory"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror.lower()  # no such file or directory, permission denied
    text = " ".join(str(error).split())
    if isinstance(error.__cause__ or error, _ENDED) or any(sign in text.lower() for sign in _SIGNS_OF_AN_END):
        return "truncated: the file ends too early"
    return f"damaged ({text[:80] or type(error).__name__})"


_quiet_lock = threading.Lock()
_quiet_depth = 0
_quiet_filters: warnings.catch_warnings


@contextlib.contextmanager
def _quiet_pillow() -> Iterator[None]:
    """Hold back Pillow's warnings (odd EXIF and TIFF tags) while any thread decodes.

    `warnings.catch_warnings` alone restores the wrong filters when threads leave it in another order than they came:
    here the first to come sets the filter, and the last to go takes it away.
    """
    global _quiet_depth, _quiet_filters
    with _quiet_lock:
        if _quiet_depth == 0:
            _quiet_filters = warnings.catch_warnings()
            _quiet_filters.__enter__()
            warnings.filterwarnings("ignore", module=r"(PIL|pillow_heif)\.")
        _quiet_depth += 1
    try:
        yield
    finally:
        with _quiet_lock:
            _quiet_depth -= 1
            if _quiet_depth == 0:
                _quiet_filters.__exit__(None, None, None)
