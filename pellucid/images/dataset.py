"""Pictures whose pixels are in memory (or mapped from a cache file), with their labels and where they came from."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np

_CHUNK_BYTES = 1 << 24  # hashed in pieces of 16 MiB, so that a memory-mapped cache is never read whole


@dataclass(frozen=True, eq=False)
class Dataset:
    """Labelled pictures of one shape, or feature rows.

    images  (N, H, W, C) uint8 or float32, perhaps a memmap, with values in `value_range`; or rows (N, K) float32
    labels  (N,) int64, an index into `classes`
    """

    name: str
    location: str
    images: np.ndarray = field(repr=False)
    labels: np.ndarray = field(repr=False)
    classes: tuple[str, ...]
    paths: tuple[str, ...] = field(repr=False)
    label_rule: str = ""
    value_range: tuple[float, float] = (0.0, 255.0)
    split: np.ndarray | None = field(default=None, repr=False)  # (N,) str, where the source came already split
    groups: np.ndarray | None = field(default=None, repr=False)  # (N,) int64: pictures of one group stay on one side
    ignored: Mapping[str, int] = field(default_factory=dict)  # files left out, counted by kind
    broken: tuple[tuple[str, str], ...] = ()  # (path, reason) of files skipped
    notes: tuple[str, ...] = ()  # lines for the user, as of `Source`
    sizes: Mapping[tuple[int, int], int] = field(default_factory=dict)  # (width, height) before resizing -> count
    formats: Mapping[str, int] = field(default_factory=dict)  # "JPEG" -> count

    @property
    def is_pictures(self) -> bool:
        """Whether `images` are pictures (N, H, W, C), not feature rows (N, K)."""
        return self.images.ndim == 4

    def __len__(self) -> int:
        return len(self.images)

    def counts(self, indices: np.ndarray | slice = slice(None)) -> dict[str, int]:
        """How many of the pictures at `indices` (all by default) each class has."""
        counts = np.bincount(self.labels[indices], minlength=len(self.classes))
        return {name: int(count) for name, count in zip(self.classes, counts, strict=True)}

    def content_hash(self) -> str:
        """SHA-256 over pixels, labels and class names, whatever the byte order of the machine."""
        digest = hashlib.sha256()
        digest.update(json.dumps([list(self.images.shape), self.images.dtype.name, list(self.classes)]).encode())
        for chunk in _chunks(self.images):
            digest.update(chunk)
        digest.update(self.labels.astype("<i8"))
        return digest.hexdigest()


def _chunks(images: np.ndarray) -> Iterable[np.ndarray]:
    row_bytes = max(1, images[:1].nbytes)
    step = max(1, _CHUNK_BYTES // row_bytes)
    little_endian = images.dtype.newbyteorder("<")
    for start in range(0, len(images), step):
        yield np.ascontiguousarray(images[start : start + step], dtype=little_endian)
