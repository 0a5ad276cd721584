"""Warnings, with their evidence, where the changes of a recipe seem to turn pictures of one class into another."""

from pellucid.images.label_safety import CHANGES, LabelChange, try_change
from pellucid.recipes.sections import Augment
from pellucid.runs.prepare import Prepared

HALF_ROUND = 135  # degrees from which turned pictures are as good as upside down


def label_warnings(prepared: Prepared) -> list[str]:
    """A sentence for each setting of [augment] that the training pictures speak against; for most recipes none."""
    dataset, found = prepared.dataset, []
    if not dataset.is_pictures:
        return found
    for key, change in _settings(prepared.recipe.augment):
        tried = try_change(change, dataset.images, dataset.labels, prepared.split.train)
        if tried.is_suspect:
            found.append(_sentence(key, tried, dataset.classes))
    return found


def _settings(augment: Augment) -> list[tuple[str, str]]:
    """(key, change to try) of each setting that could turn one class into another."""
    settings = [
        ("flip", "flip", augment.flip),
        ("flip_vertical", "flip_vertical", augment.flip_vertical),
        ("rotate", "rotate", augment.rotate >= HALF_ROUND),
        ("views", "flip", augment.views != "none"),
    ]
    return [(key, change) for key, change, is_set in settings if is_set]


def _sentence(key: str, tried: LabelChange, classes: tuple[str, ...]) -> str:
    true, taken = (classes[number] for number in tried.mistaken)
    words = CHANGES[tried.change][0]
    return (
        f"augment.{key} seems to change labels: a simple classifier names {100 * tried.unchanged:.0f} % of {tried.pictures:,} "
        f"training pictures right, but {words} only {100 * tried.changed:.0f} %; “{true}” then often passes for “{taken}”. "
        f"Leave it out unless pictures {words} keep their class."
    )
