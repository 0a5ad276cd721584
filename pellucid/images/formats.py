"""Which files are pictures, told by their names and by their first bytes, and in which order people read names."""

import re
from pathlib import PurePath

PICTURE_SUFFIXES = {
    ".jpg": "JPEG", ".jpeg": "JPEG", ".jpe": "JPEG", ".jfif": "JPEG",
    ".png": "PNG",
    ".webp": "WEBP",
    ".gif": "GIF",
    ".bmp": "BMP",
    ".tif": "TIFF", ".tiff": "TIFF",
    ".heic": "HEIC", ".heif": "HEIC", ".hif": "HEIC",
}  # fmt: skip
FORMATS = tuple(dict.fromkeys(PICTURE_SUFFIXES.values()))

_SYSTEM_FILES = {"thumbs.db": "Thumbs.db", "ehthumbs.db": "Thumbs.db", "desktop.ini": "desktop.ini"}
_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1"}
_NINES_COMPLEMENT = str.maketrans("0123456789", "9876543210")


def is_picture(name: str) -> bool:
    """Whether a file of this name is read as a picture: it has a picture's suffix and is not hidden."""
    return ignored_kind(name) is None


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden or the system's own: `.git`, `._cat.jpg`, `__MACOSX`, `Thumbs.db`."""
    name = PurePath(name).name
    return name.startswith(".") or name == "__MACOSX" or name.lower() in _SYSTEM_FILES


def ignored_kind(name: str) -> str | None:
    """The kind under which a file that is not a picture is counted; None for a picture.

    Kinds are ".DS_Store", "._*" (the shadow files of macOS), "dot file", "Thumbs.db", "desktop.ini", the suffix in
    capitals (".MOV", ".AAE", ".TXT"), and "no suffix".
    """
    name = PurePath(name).name
    if name == ".DS_Store":
        return name
    if name.startswith("._"):
        return "._*"
    if name.startswith("."):
        return "dot file"
    if name.lower() in _SYSTEM_FILES:
        return _SYSTEM_FILES[name.lower()]
    suffix = PurePath(name).suffix
    if suffix.lower() in PICTURE_SUFFIXES:
        return None
    return suffix.upper() or "no suffix"


def sniff(start: bytes) -> str | None:
    """The format of a picture by its first 16 bytes, whatever its name says; None where they belong to no picture."""
    if start.startswith(b"\xff\xd8\xff"):
        return "JPEG"
    if start.startswith(b"\x89PNG\r\n\x1a\n"):
        return "PNG"
    if start[:4] == b"RIFF" and start[8:12] == b"WEBP":
        return "WEBP"
    if start.startswith((b"GIF87a", b"GIF89a")):
        return "GIF"
    if start.startswith(b"BM"):
        return "BMP"
    if start.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return "TIFF"
    if start[4:8] == b"ftyp" and start[8:12] in _HEIC_BRANDS:
        return "HEIC"
    return None


def natural_key(name: str) -> tuple:
    """Sort key that reads numbers as numbers, cat2 before cat10, and -1 before 0; goes folder by folder; capitals count last."""
    return tuple(_part_key(part) for part in name.replace("\\", "/").split("/")), name


def _part_key(part: str) -> tuple:
    if part.startswith("-") and re.fullmatch("-[0-9]+", part):  # nothing but a negative number: the larger its digits, the earlier
        length, digits = _number_key(part[1:])
        return "", (-length, digits.translate(_NINES_COMPLEMENT)), ""
    words = re.split(r"([0-9]+)", part.casefold())  # text, digits, text, digits, ..., text
    return tuple(_number_key(word) if place % 2 else word for place, word in enumerate(words))


def _number_key(digits: str) -> tuple[int, str]:
    """Orders like int(digits), which refuses numbers of more than 4300 digits."""
    digits = digits.lstrip("0")
    return len(digits), digits
