"""Where the changes of a recipe seem to turn pictures of one class into another: a warning, or a default that leaves them out."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from pellucid.images import Dataset
from pellucid.images.label_safety import CHANGES, LabelChange, try_change
from pellucid.recipes import Recipe
from pellucid.recipes.sections import Augment
from pellucid.runs.progress import Silent

HALF_ROUND = 135  # degrees from which turned pictures are as good as upside down
LEAST_PICTURES = 20  # fewer prove nothing


def label_warnings(augment: Augment, dataset: Dataset, train: np.ndarray) -> list[str]:
    """A sentence for each setting of [augment] that the training pictures speak against; for most recipes none."""
    return [
        f"augment.{key} seems to change labels: {_evidence(tried, dataset.classes)}. "
        f"Leave it out unless pictures {CHANGES[tried.change][0]} keep their class."
        for key, tried in suspects(augment, dataset, train).items()
    ]


def label_safe(recipe: Recipe, given: Mapping[str, Any], dataset: Dataset, train: np.ndarray, progress: Silent) -> Recipe:
    """A default recipe without the changes that seem to change labels; those that the user has `given` stay."""
    found = {key: tried for key, tried in suspects(recipe.augment, dataset, train).items() if f"augment.{key}" not in given}
    if not found:
        return recipe
    keys = " and ".join(f"augment.{key}" for key in found)
    evidence = _evidence(next(iter(found.values())), dataset.classes)
    progress.say(f"{keys} left out, for fear of changing labels: {evidence}")
    return recipe.override({f"augment.{key}": Augment.model_fields[key].default for key in found})


def suspects(augment: Augment, dataset: Dataset, train: np.ndarray) -> dict[str, LabelChange]:
    """The keys of [augment] that seem to change labels, each with its evidence from the training pictures."""
    settings = {
        "flip": ("flip", augment.flip),
        "flip_vertical": ("flip_vertical", augment.flip_vertical),
        "rotate": ("rotate", augment.rotate >= HALF_ROUND),
        "views": ("flip", "flip" in augment.views),
    }
    changes = {key: change for key, (change, is_set) in settings.items() if is_set}
    if not dataset.is_pictures or not changes:
        return {}
    if dataset.groups is not None:  # copies and relatives, which would teach the test what it asks
        train = train[np.unique(dataset.groups[train], return_index=True)[1]]
    if len(train) < LEAST_PICTURES:
        return {}
    tried = {change: try_change(change, dataset.images, dataset.labels, train) for change in set(changes.values())}
    return {key: tried[change] for key, change in changes.items() if tried[change].is_suspect}


def _evidence(tried: LabelChange, classes: tuple[str, ...]) -> str:
    true, taken = (classes[number] for number in tried.mistaken)
    return (
        f"a simple classifier names {100 * tried.unchanged:.0f} % of {tried.pictures:,} training pictures right, but "
        f"{CHANGES[tried.change][0]} only {100 * tried.changed:.0f} %; “{true}” then often passes for “{taken}”"
    )
