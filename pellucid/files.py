"""Files are written beside their target, flushed to the disk, and renamed over it: whole, or not at all."""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from pellucid.errors import OutputError

_TEMPORARY = re.compile(r"\..{1,32}\.[0-9a-f]{8}\.pellucid(\.\w+)?")


@contextlib.contextmanager
def atomic_path(target: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; when the block ends without an error, rename it over `target`.

    An old `target` hands on its permissions. If anything fails, it stays as it was and the temporary file is removed. Through
    a symbolic link, the file that it points to is replaced. Raises OutputError where the disk or the permissions refuse, or
    `target` is a folder or a device.
    """
    place = Path(os.path.realpath(target))
    try:
        if place.exists() and not place.is_file():
            raise OutputError(f"cannot write {target}: it exists and is no regular file; choose another name")
        temporary = place.with_name(f".{place.name[:32]}.{secrets.token_hex(4)}.pellucid{place.suffix}")  # as _TEMPORARY
        temporary.touch(exist_ok=False)  # a new file, with the permissions that the user's umask leaves
        if place.exists():
            shutil.copymode(place, temporary)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror}; choose another folder with --out") from error
    try:
        yield temporary
        _flush(temporary)
        os.replace(temporary, place)
    except OSError as error:
        raise OutputError(
            f"cannot write {target}: {error.strerror or error}; nothing was changed, free some space or use --out"
        ) from error
    finally:
        temporary.unlink(missing_ok=True)


def atomic_write(target: str | Path, content: bytes | str) -> None:
    """Write `content` (text as UTF-8, newlines as they are) to `target`, whole or not at all."""
    data = content.encode("utf-8") if isinstance(content, str) else content
    with atomic_path(target) as temporary:
        temporary.write_bytes(data)


def remove_leftovers(folder: Path) -> None:
    """Remove the temporary files that a process which was killed while writing left in `folder`."""
    for path in folder.glob(".*"):
        if _TEMPORARY.fullmatch(path.name):
            path.unlink()


def _flush(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())
