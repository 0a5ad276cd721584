"""Words that people use for the parts of a data set, in the names of folders and files and in tables."""

import re
from collections.abc import Callable
from pathlib import Path

from pellucid.images.split import TEST, TRAIN, VALIDATION

WORDS = {
    "train": TRAIN, "training": TRAIN,
    "val": VALIDATION, "valid": VALIDATION, "validation": VALIDATION, "dev": VALIDATION,
    "test": TEST, "testing": TEST,
}  # fmt: skip
_ORDER = (TRAIN, VALIDATION, TEST)
_IN_A_NAME = re.compile(rf"(?<![a-z])({'|'.join(sorted(WORDS, key=len, reverse=True))})(?![a-z])")


def part_of(name: str) -> str:
    """The part that the name of a file tells: "train" for train_cats.h5; "" where it tells none."""
    found = _IN_A_NAME.search(name.lower())
    return WORDS[found[1]] if found else ""


def parts_beside(path: Path, is_one: Callable[[Path], bool]) -> list[tuple[str, Path]]:
    """A file with its part, and with those beside it whose names differ in the word for the part alone; training first."""
    if not part_of(path.name):
        return [("", path)]
    same = _IN_A_NAME.sub("*", path.name.lower(), count=1)
    beside = {part_of(path.name): path}
    for file in sorted(path.parent.iterdir()):
        if _IN_A_NAME.sub("*", file.name.lower(), count=1) == same and file.is_file() and is_one(file):
            beside.setdefault(part_of(file.name), file)
    return [(part, beside[part]) for part in _ORDER if part in beside]
