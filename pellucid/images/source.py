"""Where labelled pictures come from: a named data set, a folder, or a file of arrays."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np


@dataclass(frozen=True, eq=False)
class Source:
    """Labelled pictures before their pixels are read: files on disk, or an array in memory."""

    name: str  # a slug, "digits" or "rabbits-cats": results go to runs/<name>-<n>
    location: str  # as the user wrote it
    paths: tuple[str, ...] = field(repr=False)  # a name per picture: relative to `root`, or "digits[17]"
    labels: np.ndarray = field(repr=False)  # (N,) int64, an index into `classes`
    classes: tuple[str, ...]
    label_rule: str  # in words: 'one folder per class: "cat" (800+7), "rabbit" (800+4)'
    root: Path | None = None  # files: the folder that `paths` are relative to
    images: np.ndarray | None = field(default=None, repr=False)  # arrays: (N, H, W, C), or feature rows (N, K)
    value_range: tuple[float, float] = (0.0, 255.0)
    split: np.ndarray | None = field(default=None, repr=False)  # (N,) "train", "validation" or "test", where given
    groups: np.ndarray | None = field(default=None, repr=False)  # (N,) int64: one group stays on one side
    ignored: Mapping[str, int] = field(default_factory=dict)  # files left out, by kind: {".DS_Store": 2, ".MOV": 1}
    broken: tuple[tuple[str, str], ...] = ()  # (path, reason) of files skipped
    notes: tuple[str, ...] = ()  # lines for the user: "left out: runs, a folder of trained runs"

    def __len__(self) -> int:
        return len(self.labels)


def slug(name: str) -> str:
    """`name` fit for a folder: its letters, digits, `_`, `.` and `-`, at most 60 of them."""
    return re.sub(r"[^\w.-]+", "-", name)[:60].strip("-.") or "pictures"
