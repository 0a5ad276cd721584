"""Copies of one picture must not lie on both sides of a split: the network would be tested on what it was trained on."""

from dataclasses import dataclass, replace

import numpy as np

from pellucid.checks import Copies, find_copies, join, renumbered
from pellucid.images import Dataset, group_by_pattern
from pellucid.images.split import PARTS, TRAIN, check_groups_whole
from pellucid.recipes import Recipe
from pellucid.runs.progress import Silent

_STRICTNESS = {part: place for place, part in enumerate(PARTS)}  # of copies in several parts the last part's stay


@dataclass(frozen=True, eq=False)
class Leaks:
    """What the leak guard found and did."""

    copies: Copies
    groups: np.ndarray  # (N,) int64: copies share a group
    together: bool  # whether copies stay on one side; they cannot where a class is copies of a single picture
    crossing: np.ndarray  # pictures of a given part that have a copy in a given later part, as training has of test
    dropped: bool  # whether those were left out

    @property
    def distinct(self) -> int:
        """How many different pictures there are."""
        return len(np.unique(self.groups))

    @property
    def repeated(self) -> int:
        """How many pictures are copies of an earlier one."""
        return len(self.groups) - self.distinct


def guard(dataset: Dataset, recipe: Recipe, progress: Silent | None = None) -> tuple[Dataset, Leaks | None]:
    """The data set with `groups` that a split must keep whole, and what was found; None where the guard is off.

    Groups are those of the recipe's pattern, else the source's, joined by the copies. A split that came with the source is
    kept: copies across its parts are reported, or on request the training pictures among them left out.
    Raises DataError where a given split cuts the user's own groups.
    """
    named = group_by_pattern(dataset.paths, recipe.data.group) if recipe.data.group else dataset.groups
    if named is not None and dataset.split is not None:
        check_groups_whole(dataset.split, named)
    if recipe.data.leak_guard == "off":
        return replace(dataset, groups=named), None
    copies = find_copies(dataset.images, dataset.labels, dataset.value_range)
    leaks = _leaks(dataset, copies, recipe.data.leak_guard == "drop")
    if progress and leaks.repeated:
        progress.say(in_words(leaks))
    if not leaks.repeated or not leaks.together:
        return replace(dataset, groups=named), leaks
    own = np.arange(len(dataset)) if named is None else named
    groups, split = join(own, copies.pairs), dataset.split
    if split is not None:
        split = split.copy()
        split[leaks.crossing] = np.where(leaks.dropped, "", split[leaks.crossing])
        groups = renumbered([*zip(groups.tolist(), split.tolist())])  # a given part is kept: a group ends at its border
    return replace(dataset, groups=groups, split=split), leaks


def in_words(leaks: Leaks) -> str:
    """What the guard found and did, in one line."""
    found = f"copies: {leaks.repeated:,} of {len(leaks.groups):,} pictures repeat another one"
    if not leaks.together:
        return f"{found}, among them all of a class; they cannot be kept on one side of the split"
    crossing = ""
    if len(leaks.crossing):
        done = "left out" if leaks.dropped else "the score flatters; --set data.leak_guard=drop leaves them out"
        crossing = f"; {len(leaks.crossing):,} lie in a later part of the given split as well: {done}"
    return f"{found}; copies stay on one side of the split{crossing}"


def _leaks(dataset: Dataset, copies: Copies, drop: bool) -> Leaks:
    groups = copies.groups(len(dataset))
    pool = np.flatnonzero(dataset.split == TRAIN) if dataset.split is not None else np.arange(len(dataset))
    present = np.unique(np.stack([dataset.labels[pool], groups[pool]]), axis=1)[0]
    together = np.bincount(present, minlength=len(dataset.classes)).min() > 1
    crossing = np.empty(0, np.int64) if dataset.split is None else _crossing(dataset.split, groups)
    return Leaks(copies, groups, bool(together), crossing, drop and bool(len(crossing)))


def _crossing(split: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Pictures that have a copy in a later part than their own."""
    place = np.array([_STRICTNESS[part] for part in split.tolist()])
    latest = np.zeros(groups.max() + 1, np.int64)
    np.maximum.at(latest, groups, place)
    return np.flatnonzero(place < latest[groups])
