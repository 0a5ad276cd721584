"""What is wrong with these pictures, before anything is trained on them?"""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.checks import NOT_SEARCHED, Findings, doubted_out_of_fold, examine, find_copies
from pellucid.evaluation import Predictions
from pellucid.files import atomic_write
from pellucid.images import open_source
from pellucid.recipes import Recipe, default_for, load_recipe
from pellucid.report import Checks, DataFacts, Strip, Tile, check_sentences, render_checks, thumbnail
from pellucid.report.facts import data_facts
from pellucid.runs.cross_validation import CrossValidation
from pellucid.runs.leak_guard import crossing, own_groups
from pellucid.runs.prepare import Prepared, files_behind, labelling, read_pictures, say_labels
from pellucid.runs.progress import Silent
from pellucid.words import plain

IN_TRAINING = 4_000  # pictures among which training looks for wrong labels: 0.5 s
_GROUPS, _TILES = 12, 4  # shown of each kind, and pictures of a group


def check(
    source: str | Path, recipe: str | Path | Recipe | None = None, *, progress: Silent | None = None, **overrides: Any
) -> Findings:
    """Look for copies, shortcuts, odd pictures and doubtful labels in `source`; nothing is written.

    recipe, overrides: how the source is read (`classes`, `label_rule`, `size`, `max_broken` ...), as in `train`.
    Raises DataError and RecipeError as `train`.
    """
    progress = progress or Silent()
    chosen = None if recipe is None else recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    opened = open_source(source, **labelling((chosen or Recipe()).override(overrides)), progress=progress)
    recipe = (chosen or load_recipe(default_for(opened))).override(overrides)
    say_labels(opened, progress)
    dataset, _ = read_pictures(opened, recipe, progress)
    files = files_behind(opened, dataset)
    copies = find_copies(dataset.images, dataset.labels, dataset.value_range)
    dataset = replace(dataset, groups=own_groups(dataset, recipe, files))
    return examine(dataset, copies, crossing(dataset.split, copies.groups(len(dataset))), files)


def checked(prepared: Prepared, progress: Silent) -> Prepared:
    """The same with the findings of the checks; what nobody should miss is said."""
    dataset, leaks = prepared.dataset, prepared.leaks
    copies, across = (leaks.copies, leaks.crossing) if leaks else (NOT_SEARCHED, np.empty(0, np.int64))
    findings = examine(dataset, copies, across, prepared.files, largest=IN_TRAINING)
    sentences, serious = check_sentences(findings, guarded(prepared))
    for sentence in sentences[:serious]:
        if not (leaks and "leak_guard=drop" in sentence):  # the leak guard has said so
            progress.say(plain("warning: " + sentence))
    return replace(prepared, findings=findings)


def guarded(prepared: Prepared) -> bool:
    """Whether the leak guard kept copies on one side."""
    return prepared.leaks is not None and prepared.leaks.together


def with_folds(findings: Findings | None, folds: CrossValidation | None) -> Findings | None:
    """The findings with the labels that the networks of a cross-validation doubt."""
    if findings is None or folds is None:
        return findings
    return replace(findings, out_of_fold=_doubted(folds.predictions))


def section(findings: Findings | None, together: bool | None) -> Checks | None:
    """What a page shows of the findings: sentences, and pictures side by side."""
    if findings is None:
        return None
    sentences, serious = check_sentences(findings, together)
    return Checks(sentences, serious, [*_strips(findings)] if findings.dataset.is_pictures else [])


def write_page(findings: Findings, path: str | Path) -> None:
    """The findings as one HTML page."""
    dataset = findings.dataset
    facts = DataFacts(
        name=dataset.name,
        location=dataset.location,
        classes=dataset.classes,
        label_rule=dataset.label_rule,
        counts={"all": dataset.counts()},
        sizes=dataset.sizes,
        formats=dataset.formats,
        value_range=dataset.value_range,
        ignored=dataset.ignored,
        broken=dataset.broken,
        notes=dataset.notes,
    )
    rows = data_facts(facts, "picture" if dataset.is_pictures else "row")
    atomic_write(path, render_checks(section(findings, None), dataset.name, rows))


def _doubted(predictions: Predictions):
    return doubted_out_of_fold(predictions.labels, predictions.probabilities)


def _strips(findings: Findings) -> Iterator[Strip]:
    """Suspects first: what asks for a decision stands above what is merely so."""
    dataset, classes = findings.dataset, findings.dataset.classes
    suggested = {row: f"like “{classes[other]}”" for row, other, _ in findings.suspects}
    details = {each.row: each.detail for each in findings.oddities}
    across = _partners(findings)
    parts = {row: dataset.split[row] or "left out" for pair in across for row in pair}
    kinds = [
        ("One picture, two labels", [list(pair) for pair in findings.conflicts], {}),
        ("Labels to look at", [[row] for row in suggested], suggested),
        ("Across the given parts", across, parts),
        ("Pictures that stand out", [[row] for row in details], details),
        ("Copies of one picture", [list(group) for group in findings.groups], {}),
    ]
    for title, rows, notes in kinds:
        if rows:
            shown = [[_tile(dataset, row, notes.get(row, "")) for row in group[:_TILES]] for group in rows[:_GROUPS]]
            yield Strip(f"{title} ({len(rows):,})", shown, max(0, len(rows) - _GROUPS))


def _partners(findings: Findings) -> list[list[int]]:
    """Each picture of an earlier part beside a copy in a later one."""
    if not len(findings.crossing):
        return []
    split = findings.dataset.split
    other = {}
    for first, second in findings.copies.pairs.tolist():
        for one, two in ((first, second), (second, first)):
            if split[one] != split[two]:
                other.setdefault(one, two)
    return [[row, other[row]] for row in findings.crossing.tolist() if row in other]


def _tile(dataset, row: int, note: str) -> Tile:
    return Tile(
        dataset.paths[row],
        thumbnail(dataset.images[row], dataset.value_range),
        dataset.classes[dataset.labels[row]],
        note,
    )
