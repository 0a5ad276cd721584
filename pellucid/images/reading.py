"""Read a source's pictures into one array: broken files are set aside by name, and a cache serves later runs."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from pellucid.errors import DataError, OutputError
from pellucid.images.arrays import fitted
from pellucid.images.bulk import decode_files, files_of
from pellucid.images.cache import PictureCache, cache_folder
from pellucid.images.dataset import Dataset
from pellucid.images.picture_file import Header
from pellucid.images.source import Source
from pellucid.words import percent, plain

Progress = Callable[[int], object]


def read(
    source: Source,
    shape: tuple[int, ...],
    *,
    fit: str = "stretch",
    cache: str | Path | bool = True,
    max_broken: float = 0.05,
    progress: Progress | None = None,
) -> Dataset:
    """The source's pictures as one array (N, H, W, C), fitted to `shape` = (H, W, C); feature rows (N, K) as they are.

    cache       keep the pixels of files for later runs: True in the user's folder for caches, a folder, or False
    max_broken  the share of files that may be broken; these are left out, and named in `Dataset.broken`
    progress    called with the number of pictures just read

    Files become uint8. Raises DataError where more files are broken, or all files of a class.
    """
    if source.images is None:
        if len(shape) != 3:
            raise DataError(f"{source.location} holds picture files, expected rows {shape}: give an .npz file")
        folder = cache_folder() / "pictures" if cache is True else Path(cache) if cache else None
        images, found = _read_files(source, shape, fit, folder, progress or _ignore)
    else:
        images, found = fitted(source.images, shape, fit, source.value_range), _Found()
        if source.images.ndim == 4:
            found.sizes[source.images.shape[2:0:-1]] = len(images)
        (progress or _ignore)(len(images))
    _check_broken(source, found.broken, max_broken)
    return _dataset(source, images, found)


@dataclass
class _Found:
    """What reading shows besides pixels."""

    sizes: Counter = field(default_factory=Counter)  # (width, height) -> count
    formats: Counter = field(default_factory=Counter)
    broken: dict[int, str] = field(default_factory=dict)  # index -> reason
    files: int = 0

    def add(self, results: Sequence[Header | str]) -> None:
        for result in results:
            if isinstance(result, str):
                self.broken[self.files] = result
            else:
                self.sizes[result.width, result.height] += 1
                self.formats[result.format] += 1
            self.files += 1

    def to_json(self) -> dict:
        sizes = [[*size, count] for size, count in self.sizes.items()]
        return {"sizes": sizes, "formats": dict(self.formats), "broken": list(self.broken.items()), "files": self.files}

    @classmethod
    def from_json(cls, data: dict) -> "_Found":
        sizes = Counter({(width, height): count for width, height, count in data["sizes"]})
        return cls(sizes, Counter(data["formats"]), dict(data["broken"]), data["files"])


def _ignore(count: int) -> None:
    """No progress is wanted."""


def _read_files(
    source: Source, shape: tuple[int, int, int], fit: str, folder: Path | None, progress: Progress
) -> tuple[np.ndarray, _Found]:
    files = files_of(source)
    if folder is None:
        return _read_into_memory(files, shape, fit, progress)
    cache = PictureCache(folder, files, shape, fit)
    if entry := cache.load():
        progress(len(files))
        return entry[0], _Found.from_json(entry[1])
    found = _Found()
    try:
        return cache.store(_blocks(files, shape, fit, found, progress), found.to_json), found
    except OutputError:  # no room there, or no right to write: the pictures are wanted all the same
        return _read_into_memory(files, shape, fit, progress)


def _read_into_memory(files: Sequence[str], shape: tuple[int, int, int], fit: str, progress: Progress) -> tuple[np.ndarray, _Found]:
    found, rows = _Found(), 0
    images = np.empty((len(files), *shape), np.uint8)
    for block in _blocks(files, shape, fit, found, progress):
        images[rows : rows + len(block)] = block
        rows += len(block)
    return images[:rows], found


def _blocks(files: Sequence[str], shape: tuple[int, int, int], fit: str, found: _Found, progress: Progress) -> Iterator[np.ndarray]:
    for block, results in decode_files(files, shape, fit):
        found.add(results)
        progress(len(results))
        yield block


def _check_broken(source: Source, broken: dict[int, str], max_broken: float) -> None:
    if not broken:
        return
    lost = np.bincount(source.labels[list(broken)], minlength=len(source.classes))
    counts = np.bincount(source.labels, minlength=len(source.classes))
    for label in np.flatnonzero((lost == counts) & (counts > 0)):
        of_class = [index for index in broken if source.labels[index] == label]
        raise DataError(
            f"every picture of class {source.classes[label]!r} is broken: {_named(source, of_class, broken)}; "
            "mend them, or leave the class out"
        )
    share = len(broken) / len(source.paths)
    if share > max_broken:
        raise DataError(
            f"{len(broken)} of {len(source.paths)} pictures are broken, {plain(percent(share))} where "
            f"{plain(percent(max_broken))} may be: "
            f"{_named(source, list(broken), broken)}; mend or remove them, or go on without them: --allow-broken"
        )


def _named(source: Source, indices: Sequence[int], broken: dict[int, str]) -> str:
    first = "; ".join(f"{source.paths[index]}: {broken[index]}" for index in indices[:3])
    return f"{first} and {len(indices) - 3} more" if len(indices) > 3 else first


def _dataset(source: Source, images: np.ndarray, found: _Found) -> Dataset:
    kept = np.delete(np.arange(len(source.paths)), list(found.broken))
    return Dataset(
        name=source.name,
        location=source.location,
        images=images,
        labels=source.labels[kept],
        classes=source.classes,
        paths=tuple(source.paths[index] for index in kept),
        label_rule=source.label_rule,
        value_range=source.value_range,
        split=None if source.split is None else source.split[kept],
        groups=None if source.groups is None else source.groups[kept],
        ignored=source.ignored,
        broken=(*source.broken, *((source.paths[index], reason) for index, reason in found.broken.items())),
        notes=source.notes,
        sizes=dict(found.sizes.most_common()),
        formats=dict(found.formats.most_common()),
    )
