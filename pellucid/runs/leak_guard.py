"""Copies of one picture must not lie on both sides of a split: the network would be tested on what it was trained on."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pellucid.checks import Copies, bursts, facts_of_files, find_copies, join, renumbered
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
    told: bool  # whether they were looked for only to tell of them
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


def guard(
    dataset: Dataset, recipe: Recipe, progress: Silent | None = None, files: Sequence[str] = ()
) -> tuple[Dataset, Leaks | None]:
    """The data set with `groups` that a split must keep whole, and what was found; None where copies were not looked for.

    Groups are those of the recipe's pattern, else the source's, joined by series taken in one go (`data.burst_seconds`) and by
    the copies. A split that came with the source is kept: copies across its parts are reported, or on request the training
    pictures among them left out. files: where the pictures lie, if they are files.
    Raises DataError where a given split cuts the user's own groups.
    """
    named = own_groups(dataset, recipe, files)
    if named is not None and dataset.split is not None:
        check_groups_whole(dataset.split, named)
    if recipe.data.leak_guard == "off":
        return replace(dataset, groups=named), None
    copies = find_copies(dataset.images, dataset.labels, dataset.value_range)
    leaks = _leaks(dataset, copies, recipe.data.leak_guard)
    if progress and leaks.repeated and not leaks.told:  # the checks say it as a warning
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


def own_groups(dataset: Dataset, recipe: Recipe, files: Sequence[str]) -> np.ndarray | None:
    """The groups (N,) that the user asked for: by a pattern or a column, and by the time at which pictures were taken."""
    named = group_by_pattern(dataset.paths, recipe.data.group) if recipe.data.group else dataset.groups
    if not (recipe.data.burst_seconds and files):
        return named
    series = bursts(facts_of_files(files).taken, dataset.labels, recipe.data.burst_seconds)
    return join(np.arange(len(dataset)) if named is None else named, series)


def crossing(split: np.ndarray | None, groups: np.ndarray) -> np.ndarray:
    """Pictures that have a copy in a later part of a given split (N,) than their own, as training pictures in the test."""
    if split is None:
        return np.empty(0, np.int64)
    place = np.array([_STRICTNESS.get(part, len(PARTS)) for part in split.tolist()])
    latest = np.zeros(groups.max(initial=0) + 1, np.int64)
    np.maximum.at(latest, groups[place < len(PARTS)], place[place < len(PARTS)])
    return np.flatnonzero(place < latest[groups])


def in_words(leaks: Leaks) -> str:
    """What the guard found and did, in one line."""
    repeat = "repeats" if leaks.repeated == 1 else "repeat"
    found = f"copies: {leaks.repeated:,} of {len(leaks.groups):,} pictures {repeat} another one"
    if not leaks.together:
        return f"{found}, among them all of a class; they cannot be kept on one side of the split"
    if not len(leaks.crossing):
        return f"{found}; copies stay on one side of the split"
    done = "left out" if leaks.dropped else "the score flatters; --set data.leak_guard=drop leaves them out"
    return f"{found}; {len(leaks.crossing):,} lie in a later part of the given split as well: {done}"


def _leaks(dataset: Dataset, copies: Copies, wanted: str) -> Leaks:
    groups = copies.groups(len(dataset))
    pool = np.flatnonzero(dataset.split == TRAIN) if dataset.split is not None else np.arange(len(dataset))
    present = np.unique(np.stack([dataset.labels[pool], groups[pool]]), axis=1)[0]
    separable = np.bincount(present, minlength=len(dataset.classes)).min() > 1
    across, told = crossing(dataset.split, groups), wanted == "tell"
    return Leaks(copies, groups, bool(separable) and not told, told, across, wanted == "drop" and len(across) > 0)
