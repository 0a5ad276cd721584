"""Files are written beside their target, flushed to the disk, and renamed over it: whole, or not at all."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from pellucid.errors import OutputError


@contextlib.contextmanager
def atomic_path(target: str | Path) -> Iterator[Path]:
    """Yield a temporary path beside `target`; when the block ends without an error, rename it over `target`.

    If anything fails, an old `target` stays as it was and the temporary file is removed.
    Raises OutputError where the disk or the permissions refuse.
    """
    target = Path(target)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{target.name[:64]}.", suffix=target.suffix, dir=target.parent)
        os.close(handle)
    except OSError as error:
        raise OutputError(f"cannot write {target}: {error.strerror}; choose another folder with --out") from error
    temporary = Path(name)
    try:
        yield temporary
        _flush(temporary)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, target)
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


def _flush(path: Path) -> None:
    with open(path, "rb+") as file:
        os.fsync(file.fileno())


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
