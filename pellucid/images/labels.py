"""Labels as numbers: the order of classes, which of them are used, and how many pictures each has."""

import difflib
import json
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from pellucid.errors import DataError
from pellucid.images.formats import natural_key

_SHOWN = 10  # classes and names listed in a message


def number_labels(names: Iterable[str]) -> tuple[np.ndarray, tuple[str, ...]]:
    """Labels (N,) int64 and the class names in natural order: "cat2" before "cat10"."""
    names = list(names)
    classes = tuple(sorted(set(names), key=natural_key))
    number = {name: label for label, name in enumerate(classes)}
    return np.array([number[name] for name in names], dtype=np.int64), classes


def renumber(labels: np.ndarray, classes: Sequence[str], wanted: Sequence[str]) -> np.ndarray:
    """Labels (N,) as indices into `wanted`; -1 for a class that is not wanted."""
    number = {name: label for label, name in enumerate(wanted)}
    return np.array([number.get(name, -1) for name in classes], dtype=np.int64)[labels]


def check_known(names: Sequence[str], known: Sequence[str], where: str, advice: str = "") -> None:
    """Raise DataError for a name that is not in `known`, saying which are nearest, or that is given twice."""
    for position, name in enumerate(names):
        if name not in known:
            near = difflib.get_close_matches(name, known, n=3)
            hint = f"did you mean {in_words(near)}?" if near else f"it has {in_words(known)}"
            raise DataError(f"no class {quoted(name)} in {where}: {hint}{advice}")
        if name in names[:position]:
            raise DataError(f"class {quoted(name)} is named twice: name each class once")


def in_words(names: Iterable[str] | Mapping[str, int | str]) -> str:
    """The first ten names, with their counts if they have them: '"cat" (72), "noncat" (137)'."""
    listed = [quoted(name) for name in names]
    if isinstance(names, Mapping):
        listed = [f"{name} ({count})" for name, count in zip(listed, names.values())]
    more = [f"{len(listed) - _SHOWN} more"] if len(listed) > _SHOWN else []
    return ", ".join(listed[:_SHOWN] + more)


def quoted(name: str) -> str:
    """A name between quotation marks, on one line whatever it holds."""
    return json.dumps(name, ensure_ascii=False)
