"""Everything that is checked before training, in one result."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.checks.balance import Shift, find_shift, imbalance
from pellucid.checks.bursts import bursts
from pellucid.checks.copies import Copies
from pellucid.checks.facts import Facts, facts_of_files, mean_colours
from pellucid.checks.oddities import Oddity, find_oddities
from pellucid.checks.shortcuts import Shortcut, find_shortcuts
from pellucid.checks.suspects import LARGEST, Neighbourhood, Suspect, doubted_by_neighbours, find_conflicts
from pellucid.images import Dataset

BURST = 60.0  # seconds


@dataclass(frozen=True, kw_only=True, eq=False)
class Findings:
    """What the checks found; pictures by their row in the data set."""

    dataset: Dataset
    copies: Copies
    crossing: np.ndarray  # pictures of one given part with a copy in a later one
    conflicts: np.ndarray  # (P, 2): copies with different labels
    neighbourhood: Neighbourhood
    shortcuts: Sequence[Shortcut]
    oddities: Sequence[Oddity]
    shift: Shift | None  # the class that is much commoner in a later given part
    in_bursts: int  # pictures taken within a minute of another of the same class
    facts: Facts  # of the files; empty where the pictures are none
    out_of_fold: Sequence[Suspect] = ()

    @property
    def groups(self) -> list[np.ndarray]:
        """The rows of pictures that are copies of each other, the largest group first."""
        numbers = self.copies.groups(len(self.dataset))
        rows = np.flatnonzero(np.bincount(numbers)[numbers] > 1)
        rows = rows[np.argsort(numbers[rows], kind="stable")]
        cuts = np.flatnonzero(np.diff(numbers[rows])) + 1
        return sorted(np.split(rows, cuts), key=len, reverse=True) if len(rows) else []

    @property
    def distinct(self) -> int:
        """How many different pictures there are."""
        return len(self.dataset) - sum(len(group) - 1 for group in self.groups)

    @property
    def suspects(self) -> list[Suspect]:
        """Pictures whose label is doubted, by networks that have not seen them or by their neighbours."""
        return list({suspect.row: suspect for suspect in (*self.neighbourhood.suspects, *self.out_of_fold)}.values())

    @property
    def imbalance(self) -> float:
        """How many times as many pictures the largest class has as the smallest."""
        return imbalance(self.dataset.labels, len(self.dataset.classes))

    def with_out_of_fold(self, suspects: Sequence[Suspect]) -> "Findings":
        """The same with the suspects of a cross-validation."""
        return replace(self, out_of_fold=suspects)

    def to_json(self) -> dict[str, Any]:
        """What `pellucid check --json` prints."""
        paths, classes = self.dataset.paths, self.dataset.classes
        by_folds = {suspect.row for suspect in self.out_of_fold}

        def label(row):
            return classes[self.dataset.labels[row]]

        return {
            "files": len(self.dataset) + len(self.dataset.broken),
            "copies_searched": self.copies.searched,
            "distinct": None if self.copies.searched == "none" else self.distinct,
            "classes": self.dataset.counts(),
            "imbalance": self.imbalance,
            "shift": None if self.shift is None else self.shift._asdict() | {"label": classes[self.shift.label]},
            "groups": [[paths[row] for row in group] for group in self.groups],
            "mirrored": int(self.copies.mirrored.sum()),
            "cropped": int(self.copies.cropped.sum()),
            "across_parts": [paths[row] for row in self.crossing],
            "conflicts": [[{"path": paths[row], "label": label(row)} for row in pair] for pair in self.conflicts],
            "suspects": [
                {"path": paths[row], "label": label(row), "suggested": classes[other], "certainty": sure}
                | {"by": "folds" if row in by_folds else "neighbours"}
                for row, other, sure in self.suspects
            ],
            "neighbours_agree": self.neighbourhood.reliability,
            "shortcuts": [
                {"fact": each.fact, "recall": each.recall, "rule": rule_in_words(each, classes)} for each in self.shortcuts
            ],
            "odd": [{"path": paths[each.row], "kind": each.kind, "detail": each.detail} for each in self.oddities],
            "broken": [{"path": path, "reason": reason} for path, reason in self.dataset.broken],
            "in_bursts": self.in_bursts,
        }  # fmt: skip


def examine(
    dataset: Dataset, copies: Copies, crossing: np.ndarray, files: Sequence[str] = (), *, largest: int = LARGEST
) -> Findings:
    """Every check of a data set whose copies are known.

    files: where its pictures lie, in its order; none for arrays. largest: pictures among which wrong labels are looked for.
    """
    facts = facts_of_files(files)
    labels, images = dataset.labels, dataset.images
    nothing = Neighbourhood([], 0.0)
    series = bursts(facts.taken, labels, BURST) if facts.of_files else np.empty((0, 2), np.int64)
    pictures = dataset.is_pictures
    return Findings(
        dataset=dataset,
        copies=copies,
        crossing=crossing,
        conflicts=find_conflicts(copies, labels),
        neighbourhood=doubted_by_neighbours(images, labels, copies.groups(len(labels)), largest) if pictures else nothing,
        shortcuts=find_shortcuts(columns(dataset, facts), labels),
        oddities=find_oddities(images, facts, dataset.value_range) if pictures else [],
        shift=find_shift(labels, dataset.split, len(dataset.classes)),
        in_bursts=len(np.unique(series)),
        facts=facts,
    )


def columns(dataset: Dataset, facts: Facts) -> dict[str, np.ndarray]:
    """The facts that must not tell the class, by the name that people know them by."""
    found: dict[str, np.ndarray] = {}
    if facts.of_files:
        pixels = np.maximum(1, facts.width * facts.height)
        found |= {"file format": facts.format, "width": facts.width, "height": facts.height}
        found |= {"shape (width / height)": facts.width / np.maximum(1, facts.height), "file size in bytes": facts.bytes}
        found |= {"compression (bytes a pixel)": facts.bytes / pixels}
    if dataset.is_pictures:
        means = mean_colours(dataset.images)
        grey = means.mean(axis=1)
        found["mean brightness"] = grey
        if means.shape[1] == 3:
            found |= {f"mean {name}": means[:, c] - grey for c, name in enumerate(("redness", "greenness", "blueness"))}
    return {name: values for name, values in found.items() if np.any(values[:1] != values)}


def rule_in_words(shortcut: Shortcut, classes: Sequence[str]) -> str:
    """`PNG: cat; JPEG: noncat`, `below 41250: cat; from 41250: dog`."""
    return "; ".join(f"{_case(case)}: {classes[case.label]}" for case in shortcut.cases)


def _case(case) -> str:
    if case.text:
        return case.text
    low, high = (f"{bound:,.0f}" if abs(bound) >= 100 else f"{bound:.3g}" for bound in (case.low, case.high))
    if case.low == -np.inf:
        return f"below {high}"
    return f"from {low}" if case.high == np.inf else f"{low} to {high}"
