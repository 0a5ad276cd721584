"""What a planted fault is, and a healthy run."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple


class Planted(NamedTuple):
    """A fault that somebody could make. plant: makes it, in an empty folder, and returns all sentences that pellucid says."""

    area: str  # "data", "training" or "evaluation"
    name: str  # in words, for the table
    expected: str  # part of the sentence that names it
    plant: Callable[[Path], Sequence[str]]
    slow: bool = False  # takes seconds: runs in `make test-all` only

    def named(self, folder: Path) -> str | None:
        """The sentence that names the fault; None where there is none."""
        return next((sentence for sentence in self.plant(folder) if self.expected in sentence), None)


class Healthy(NamedTuple):
    """A run with nothing wrong. run: returns all alarms, of which there should be none."""

    name: str
    run: Callable[[Path], Sequence[str]]
    slow: bool = False
