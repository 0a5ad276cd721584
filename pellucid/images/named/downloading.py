"""Published files from the internet: one address after the other, checked, and kept whole or not at all."""

import contextlib
import math
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from pellucid.errors import DataError, OutputError
from pellucid.files import atomic_path, remove_leftovers
from pellucid.images.named.catalogue import NamedDataset, Published
from pellucid.images.named.searching import is_as_published

_SECONDS = (10, 30)  # to connect, and between two pieces of a file
_PIECE = 1 << 18
_MEGABYTE = 10**6


class Telling:
    """Who is told of a download; this one keeps it to itself. `runs.Silent` and those like it do."""

    def say(self, text: str) -> None:
        """One line: what is downloaded, and where to."""

    @contextlib.contextmanager
    def task(self, name: str, total: int) -> Iterator[Callable[[int], object]]:
        """While the block runs, `total` megabytes are awaited; `advance(n)` is called as n of them have come."""
        yield lambda n: None


def download(dataset: NamedDataset, folder: Path, progress: Telling, instead_of: str = "") -> list[Path]:
    """The published files of a data set in `folder`; those that are there already, with the right checksum, are kept.

    instead_of: what is wrong with files that the user has, in words; it is said, and is the advice where no address gives them.
    Raises DataError where no address gives a file, OutputError where the folder cannot be written to.
    """
    if instead_of:
        progress.say(instead_of)
    with _made(folder):
        _receive_all(dataset, folder, progress, instead_of)
    return [folder / published.name for published in dataset.files]


@contextlib.contextmanager
def _made(folder: Path) -> Iterator[None]:
    """The folder, made where there is none; what the block leaves empty of what was made here is removed again."""
    made = [each for each in (folder, *folder.parents) if not each.exists()]
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror}; choose another with PELLUCID_CACHE") from error
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # no longer empty
            for each in made:
                each.rmdir()


def _receive_all(dataset: NamedDataset, folder: Path, progress: Telling, instead_of: str) -> None:
    remove_leftovers(folder)
    lacking = [published for published in dataset.files if not is_as_published(folder / published.name, published)]
    total = math.ceil(sum(published.size for published in lacking) / _MEGABYTE)
    progress.say(f"downloading {dataset.name}, {total} MB, to {folder}")
    with progress.task(f"downloading {dataset.name}, MB", total) as advance:
        counter = _Megabytes(advance)
        for published in lacking:
            _fetch(published, dataset, folder, counter, instead_of)


class _Refused(Exception):
    """Why an address did not give the file, in a few words."""


def _fetch(published: Published, dataset: NamedDataset, folder: Path, counter: "_Megabytes", instead_of: str) -> None:
    reasons = []
    for address in dataset.addresses:
        try:
            with atomic_path(folder / published.name) as temporary:
                _receive(address + published.name, temporary, counter)
                if not is_as_published(temporary, published):
                    raise _Refused(f"other content than published ({temporary.stat().st_size} bytes of {published.size})")
        except _Refused as reason:
            counter.begin_again()
            reasons.append(f"{urlsplit(address).netloc}: {reason}")
        else:
            counter.finish(published.size)
            return
    names = ", ".join(each.name for each in dataset.files)
    raise DataError(
        f"cannot download {published.name} of {dataset.name} ({'; '.join(reasons)}); try again later, or "
        + (f"mend this: {instead_of}" if instead_of else f"put {names} into a folder {dataset.name} below PELLUCID_DATA")
    )


def _receive(url: str, target: Path, counter: "_Megabytes") -> None:
    import pooch
    import requests

    try:
        pooch.HTTPDownloader(progressbar=counter, chunk_size=_PIECE, timeout=_SECONDS)(url, str(target), None)
    except requests.HTTPError as error:
        raise _Refused(f"answered {error.response.status_code} {error.response.reason}") from error
    except requests.Timeout as error:
        raise _Refused("no answer in time") from error
    except requests.exceptions.ChunkedEncodingError as error:
        raise _Refused("the connection was cut") from error
    except requests.RequestException as error:
        raise _Refused("no connection") from error


class _Megabytes:
    """Counts what arrives, for pooch, and reports whole megabytes; what must be fetched again is not counted again."""

    total = 0  # pooch sets it

    def __init__(self, advance: Callable[[int], object]):
        self._advance, self._reported = advance, 0
        self._before = self._now = 0  # bytes of the files that are finished, and of the present one

    def update(self, count: int) -> None:
        self._now += count
        self._report()

    def reset(self) -> None:
        self._now = 0

    def close(self) -> None:
        """Nothing is open."""

    def begin_again(self) -> None:
        self._now = 0

    def finish(self, size: int) -> None:
        self._before, self._now = self._before + size, 0
        self._report()

    def _report(self) -> None:
        whole = (self._before + self._now) // _MEGABYTE
        if whole > self._reported:
            self._advance(whole - self._reported)
            self._reported = whole
