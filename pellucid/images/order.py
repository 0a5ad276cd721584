"""Parts and folds by the order of the pictures: what was taken first trains, what was taken last, perhaps by others, tests."""

import math
from collections.abc import Sequence

import numpy as np

from pellucid.errors import DataError, RecipeError
from pellucid.images.split import TEST, TRAIN, VALIDATION


def ordered_parts(
    labels: np.ndarray, *, validation: float, test: float, given: np.ndarray | None = None, classes: Sequence[str] = ()
) -> np.ndarray:
    """The part of each of N pictures, (N,) text: the first ones train, the next ones validate, the last ones test.

    `validation` and `test` are fractions f of the N that are cut, ceil(f N) pictures. A `given` split is kept: only a part that
    it lacks is cut, from the end of its training pictures. `classes` names the classes in errors.

    Raises DataError where a class has no training picture, as where the pictures lie class by class.
    """
    names = np.full(len(labels), TRAIN, dtype="<U10") if given is None else np.array(given, dtype="<U10")
    pool = np.flatnonzero(names == TRAIN)
    end = len(pool)
    for part, fraction in ((TEST, test), (VALIDATION, validation)):
        if not np.any(names == part):
            begin = max(0, end - math.ceil(round(fraction * len(pool), 9)))
            names[pool[begin:end]] = part
            end = begin
    _check_every_class_trains(labels, labels[names == TRAIN], classes)
    return names


def ordered_folds(labels: np.ndarray, k: int, *, classes: Sequence[str] = ()) -> list[tuple[np.ndarray, np.ndarray]]:
    """`folds` by order: k blocks of neighbours, the first N mod k of them larger by one; pairs (training, test) of indices.

    Raises RecipeError for fewer than 2 folds; DataError for fewer pictures than folds, and as `ordered_parts`.
    """
    if k < 2:
        raise RecipeError(f"{k} folds are no cross-validation: give 2 or more, as --folds 5")
    if len(labels) < k:
        raise DataError(f"{len(labels)} pictures are too few for {k} folds; add pictures, or ask for fewer folds")
    pairs = []
    for block in np.array_split(np.arange(len(labels)), k):
        rest = np.delete(np.arange(len(labels)), block)
        _check_every_class_trains(labels, labels[rest], classes)
        pairs.append((rest, block))
    return pairs


def _check_every_class_trains(labels: np.ndarray, training: np.ndarray, classes: Sequence[str]) -> None:
    absent = np.setdiff1d(labels, training)
    if len(absent):
        name = f'"{classes[absent[0]]}"' if classes else str(absent[0])
        raise DataError(
            f"cut by their order, no picture of class {name} is left to train on: do the pictures lie class by class? "
            'set data.split to "shuffled"'
        )
