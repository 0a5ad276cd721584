"""Which pictures train, which validate, which test: stratified, seeded, and with groups kept whole."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.errors import DataError, RecipeError
from pellucid.images.label_rules import match_paths
from pellucid.seeding import generator, key

TRAIN, VALIDATION, TEST = PARTS = ("train", "validation", "test")


@dataclass(frozen=True, eq=False)
class Split:
    """Indices of the pictures of each part: int64, sorted, disjoint; validation and test may be empty."""

    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    def names(self, n: int) -> np.ndarray:
        """The part of each of `n` pictures as text (n,); "" for a picture in no part."""
        names = np.full(n, "", dtype="<U10")
        for part in PARTS:
            names[getattr(self, part)] = part
        return names


def make_split(
    labels: np.ndarray,
    *,
    validation: float = 0.15,
    test: float = 0.15,
    seed: int = 0,
    groups: np.ndarray | None = None,
    given: np.ndarray | None = None,
    classes: Sequence[str] = (),
) -> Split:
    """Cut N pictures into training, validation and test parts, each with the classes in proportion.

    `validation` and `test` are fractions (0: no such part) of the pictures that are cut. A `given` split, (N,) text,
    is kept: only a part that it lacks is cut from its training pictures. Pictures of one group (`groups`, (N,) int)
    stay in one part. A class of two pictures or more has one in training and one in test, of three or more one in
    validation too. `classes` names the classes in errors.

    Raises RecipeError for fractions that leave nothing to train on, DataError where the pictures are too few.
    """
    if not (0 <= validation < 1 and 0 <= test < 1 and validation + test < 1):
        raise RecipeError(
            f"validation {validation:g} and test {test:g} leave nothing to train on: give fractions of at least 0 "
            "that sum to less than 1, as 0.15 and 0.15"
        )
    names = np.full(len(labels), TRAIN, dtype="<U10") if given is None else np.asarray(given, dtype="<U10")
    fractions = {TEST: test, VALIDATION: validation}
    missing = [part for part in fractions if fractions[part] > 0 and not np.any(names == part)]
    pool = np.flatnonzero(names == TRAIN)
    _check_class_sizes(labels[pool], 2 if TEST in missing else 1, classes, "pictures to split")
    if groups is not None:
        check_groups_whole(names, groups)
    if missing:
        cut = [fractions[part] for part in missing]
        rng = generator(seed, "split")
        if groups is None:
            parts = _cut_pictures(labels[pool], cut, rng)
        else:
            parts = _cut_groups(labels[pool], groups[pool], cut, rng)
        for number, part in enumerate(missing, start=1):
            names[pool[parts == number]] = part
        if TEST in missing and not np.any(names == TEST):
            raise DataError(
                f"{len(np.unique(groups))} groups are too few for a test part beside training with every class: "
                "give each class two groups or more, or a finer group rule"
            )
    return Split(*(np.flatnonzero(names == part).astype(np.int64) for part in PARTS))


def folds(
    labels: np.ndarray, k: int, *, seed: int = 0, groups: np.ndarray | None = None, classes: Sequence[str] = ()
) -> list[tuple[np.ndarray, np.ndarray]]:
    """Cut N pictures into k stratified folds: k pairs (training indices, test indices); each picture is tested once.

    Raises RecipeError for fewer than 2 folds, DataError where a class has fewer pictures or groups than folds.
    """
    from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold

    if k < 2:
        raise RecipeError(f"{k} folds are no cross-validation: give 2 or more, as --folds 5")
    _check_class_sizes(labels, k, classes, f"pictures for {k} folds")
    splitter = StratifiedKFold
    if groups is not None:
        splitter = StratifiedGroupKFold
        label_of_each_group = np.unique(np.stack([groups, labels]), axis=1)[1]
        _check_class_sizes(label_of_each_group, k, classes, f"groups for {k} folds")
    cut = splitter(k, shuffle=True, random_state=key(seed, "folds")).split(labels, labels, groups)
    return [(train.astype(np.int64), held_out.astype(np.int64)) for train, held_out in cut]


def group_by_pattern(paths: Sequence[str], pattern: str) -> np.ndarray:
    r"""Groups (N,) int64 from the text that the one group of `pattern` finds in each path, as r"(patient\d+)".

    Raises RecipeError for a pattern without exactly one group, DataError for a path in which it finds nothing.
    """
    return np.unique(match_paths(paths, pattern, "group"), return_inverse=True)[1].astype(np.int64)


def _cut_pictures(labels: np.ndarray, fractions: Sequence[float], rng: np.random.Generator) -> np.ndarray:
    """The part of each picture: 1, 2, ... for the fractions in order, 0 for the rest, which trains."""
    counts = np.bincount(labels)
    quotas = _quotas(counts, fractions)
    rest = counts - quotas.sum(axis=0)
    shuffled = rng.permutation(len(labels))
    class_by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    parts = np.empty(len(labels), dtype=np.int64)
    numbers = np.tile([*range(1, len(fractions) + 1), 0], len(counts))
    parts[class_by_class] = np.repeat(numbers, np.vstack([quotas, rest]).T.ravel())
    return parts


def _quotas(counts: np.ndarray, fractions: Sequence[float]) -> np.ndarray:
    """Pictures (P, K) of each class for each of P parts: the exact share rounded down or up to a sum of ceil(f N).

    A class that is large enough has at least one picture in training and in every part.
    """
    taken = np.zeros_like(counts)
    rows = []
    for fraction, later in zip(fractions, reversed(range(len(fractions)))):
        exact = np.round(counts * fraction, 9)
        quota = np.floor(exact).astype(np.int64)
        missing = math.ceil(round(counts.sum() * fraction, 9)) - quota.sum()
        quota[np.argsort(quota - exact, kind="stable")[:missing]] += 1
        left = counts - taken
        reserved = 1 + np.clip(left - 2, 0, later)  # one for training, one for each later part where there are enough
        quota = np.minimum(np.maximum(quota, 1), np.maximum(left - reserved, 0))
        taken += quota
        rows.append(quota)
    return np.array(rows)


def _cut_groups(labels: np.ndarray, groups: np.ndarray, fractions: Sequence[float], rng: np.random.Generator) -> np.ndarray:
    """The part of each picture, as `_cut_pictures`, with every group in one part.

    Groups are dealt out from the largest to the smallest, each to the part that still needs most of its classes.
    """
    table = _groups_by_class(labels, groups)
    counts = np.maximum(table.sum(axis=0), 1)
    need = np.outer([1 - sum(fractions), *fractions], counts)
    home = np.zeros(len(table), dtype=np.int64)
    trained = np.zeros(len(counts), dtype=bool)
    shuffled = rng.permutation(len(table))
    for group in shuffled[np.argsort(-table[shuffled].sum(axis=1), kind="stable")]:
        row = table[group]
        brings_new_class = np.any((row > 0) & ~trained)
        home[group] = 0 if brings_new_class else np.argmax(need @ (row / counts))
        need[home[group]] -= row
        trained |= row > 0
    _complete_parts(table, home, len(fractions))
    return home[np.unique(groups, return_inverse=True)[1]]


def _complete_parts(table: np.ndarray, home: np.ndarray, parts: int) -> None:
    """Give each part the classes it lacks: the smallest training group of that class which training can spare."""
    present = table > 0
    for part in range(1, parts + 1):
        for label in range(table.shape[1]):
            if np.any(present[home == part, label]):
                continue
            trainers = present[home == 0].sum(axis=0)
            spare = (home == 0) & present[:, label] & np.all(trainers - present != 0, axis=1)
            if spare.any():
                sizes = np.where(spare, table.sum(axis=1), table.sum() + 1)
                home[np.argmin(sizes)] = part


def _groups_by_class(labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """How many pictures (G, K) of each class each group has; groups in the order of np.unique."""
    ids, group = np.unique(groups, return_inverse=True)
    table = np.zeros((len(ids), labels.max() + 1), dtype=np.int64)
    np.add.at(table, (group, labels), 1)
    return table


def _check_class_sizes(labels: np.ndarray, least: int, classes: Sequence[str], purpose: str) -> None:
    """Raise DataError unless each class has `least` pictures (or groups)."""
    counts = np.bincount(labels, minlength=len(classes))
    label = int(np.argmin(counts)) if len(counts) else 0
    if not len(counts) or counts[label] < least:
        name = f'"{classes[label]}"' if classes else str(label)
        count = counts[label] if len(counts) else 0
        raise DataError(
            f"class {name} has too few {purpose}: {count}, where {least} are needed; "
            "add pictures, or leave the class out with --classes"
        )


def check_groups_whole(names: np.ndarray, groups: np.ndarray) -> None:
    """Raise DataError where the given split already cuts a group."""
    first: dict[int, int] = {}
    for picture, group in enumerate(groups.tolist()):
        other = first.setdefault(group, picture)
        if names[picture] != names[other]:
            raise DataError(
                f"the given split cuts a group: picture {other} is in {names[other]}, picture {picture} of the same "
                f"group in {names[picture]}; move one of them, or leave the group rule out"
            )
