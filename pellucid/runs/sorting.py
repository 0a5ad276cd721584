"""Pictures copied into one folder per class, so that a person can look through what a model has answered."""

import os
import re
import shutil
import unicodedata
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from pellucid.errors import OutputError
from pellucid.files import atomic_path
from pellucid.refusal import NONE_OF_THESE, NOT_SURE
from pellucid.runs.prediction import Answers

REFUSED = {NOT_SURE: "not-sure", NONE_OF_THESE: "none-of-these"}

_RESERVED = re.compile(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\..*)?", re.IGNORECASE)  # devices of Windows
_LONGEST = 100  # bytes of UTF-8; file systems take 255


def sort_into(answers: Answers, folder: str | Path) -> dict[str, int]:
    """Copy each picture to folder/<class>/, refused ones to folder/not-sure/ or none-of-these/; count them by folder.

    Nothing is moved or overwritten: where a name is taken, the copy is called cat-2.jpg. Each copy appears whole or not
    at all. Errors: OutputError where a folder or copy cannot be written.
    """
    names = class_folders(answers.classes)
    counts: Counter[str] = Counter()
    next_number: dict[Path, int] = {}
    for each in answers:
        name = names[each.label] if each.label is not None else REFUSED[each.refused]
        _copy(each.path, _made(Path(folder, name)) / each.path.name, next_number)
        counts[name] += 1
    return dict(counts)


def class_folders(classes: Sequence[str]) -> dict[str, str]:
    """A folder name for each class that every file system takes, within its parent, and no two alike in any case.

    Slashes, characters that Windows reserves, and those that cannot be printed become "_"; dots and spaces at the ends
    go; names of devices become _CON; a name that is then taken gets "-2".
    """
    taken, names = {_key(name) for name in REFUSED.values()}, {}
    for label in classes:
        stem = name = _folder_name(label)
        number = 2
        while _key(name) in taken:
            name, number = f"{stem}-{number}", number + 1
        taken.add(_key(name))
        names[label] = name
    return names


def _folder_name(label: str) -> str:
    name = "".join("_" if letter in '<>:"/\\|?*' or not letter.isprintable() else letter for letter in label)
    name = name.encode()[:_LONGEST].decode(errors="ignore").strip(". ") or "_"
    return f"_{name}" if _RESERVED.fullmatch(name) else name


def _key(name: str) -> str:
    """Equal for names that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def _made(folder: Path) -> Path:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(f"cannot make the folder {folder}: {error.strerror or error}; choose another one") from error
    return folder


def _copy(source: Path, wanted: Path, next_number: dict[Path, int]) -> None:
    target = wanted
    while os.path.lexists(target):
        number = next_number.get(wanted, 2)
        target = wanted.with_name(f"{wanted.stem}-{number}{wanted.suffix}")
        next_number[wanted] = number + 1
    with atomic_path(target) as temporary:
        shutil.copyfile(source, temporary)
        times = os.stat(source)
        os.utime(temporary, ns=(times.st_atime_ns, times.st_mtime_ns))
