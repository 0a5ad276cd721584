"""What a recipe's changes make of training pictures, before anything is trained."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import RecipeError
from pellucid.images import Augmentation, Batches
from pellucid.images.display import displayed
from pellucid.recipes import Recipe
from pellucid.runs.assemble import build_augmentation
from pellucid.runs.label_safety import label_warnings
from pellucid.runs.prepare import Prepared, prepare
from pellucid.runs.progress import Silent
from pellucid.runs.sheets.previews import Changed, Preview, PreviewRow

ROWS = 10
VERSIONS = 7


def preview(
    source: str | Path | None = None,
    recipe: str | Path | Recipe | None = None,
    *,
    progress: Silent | None = None,
    **overrides: Any,
) -> Preview:
    """Up to ten training pictures of all classes, each as the first seven epochs would show it. Arguments and errors as `train`.

    The changes are those of training itself, except that mixup and cutmix find their partners among the pictures shown here.
    """
    prepared = prepare(source, recipe, overrides, progress or Silent())
    augmentation = replace(build_augmentation(prepared), originals=False)
    if not augmentation:
        named = f"the recipe {prepared.recipe.name} changes" if prepared.recipe.name else "the recipe changes"
        raise RecipeError(f"{named} no pictures; try --set augment.flip=true, or other keys of [augment]")
    rows = _some_of_each_class(prepared)
    augment, dataset = prepared.recipe.augment, prepared.dataset
    warnings = label_warnings(augment, dataset, prepared.split.train)
    return Preview(dataset.name, augment.chosen(), _rows(prepared, augmentation, rows), warnings)


def _some_of_each_class(prepared: Prepared) -> np.ndarray:
    """Up to ten training pictures (n,), as many of each class, spread over the class."""
    train, labels = prepared.split.train, prepared.dataset.labels
    classes = np.unique(labels[train])[:ROWS]
    each = max(1, ROWS // len(classes))
    chosen = []
    for label in classes:
        members = train[labels[train] == label]
        chosen.append(members[np.linspace(0, len(members) - 1, min(each, len(members))).astype(int)])
    return np.concatenate(chosen)


def _rows(prepared: Prepared, augmentation: Augmentation, rows: np.ndarray) -> list[PreviewRow]:
    dataset, spec = prepared.dataset, prepared.spec
    classes, seed = dataset.classes, prepared.recipe.training.seed
    batches = Batches(dataset.images, dataset.labels, rows, spec, 0, seed=seed, augmentation=augmentation, classes=len(classes))
    versions: list[list[Changed]] = [[] for _ in rows]
    for epoch in range(VERSIONS):
        for x, t, _ in batches.epoch(epoch):
            for shown, values, target in zip(versions, spec.restore(x), t, strict=True):
                shown.append(Changed(displayed(values, spec.value_range), _shares(target, classes)))
    return [
        PreviewRow(dataset.paths[row], classes[dataset.labels[row]], displayed(dataset.images[row], spec.value_range), shown)
        for row, shown in zip(rows, versions, strict=True)
    ]


def _shares(target: np.ndarray | np.integer, classes: Sequence[str]) -> list[tuple[str, float]]:
    """The classes that a mixed label speaks of; none for a plain one."""
    if np.ndim(target) == 0:
        return []
    best = np.argsort(-target, kind="stable")[:2]
    return [(classes[k], float(target[k])) for k in best if target[k] >= 0.005]
