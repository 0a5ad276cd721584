"""From a source and a recipe to data that is ready to train on: pixels, split, input specification."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from pellucid.checks import Findings
from pellucid.classifier import Classifier
from pellucid.errors import RecipeError
from pellucid.images import (
    Dataset,
    InputSpec,
    Source,
    Split,
    choose_shape,
    fewer,
    make_split,
    open_source,
    ordered_parts,
    read,
)
from pellucid.recipes import Recipe, default_for, load_recipe
from pellucid.runs.label_safety import label_safe
from pellucid.runs.leak_guard import Leaks, guard
from pellucid.runs.progress import Silent
from pellucid.runs.transfer import donor_of, input_of, with_input_of

PICTURES_SEEN = 60_000  # in all epochs together, where the recipe says "auto": 64 x 64 pixels take 2 minutes on two cores
FEWEST_EPOCHS, MOST_EPOCHS = 8, 200


@dataclass(frozen=True, eq=False)
class Prepared:
    """What a network can be trained on. `recipe` is resolved: its source, size and channels are those used."""

    recipe: Recipe
    dataset: Dataset
    split: Split
    spec: InputSpec
    donor: Classifier | None = None  # the model that training starts from
    files: Sequence[str] = ()  # where the pictures of `dataset` lie, in its order; none for arrays
    leaks: Leaks | None = None  # the copies found among the pictures; None: not looked for
    findings: Findings | None = None  # of the checks before training; None: not made

    def with_split(self, split: Split) -> "Prepared":
        """The same pictures, cut otherwise; mean and deviation are measured anew on its training part."""
        spec = measure_input(self.recipe, self.dataset, split, self.donor)
        return replace(self, split=split, spec=spec)


def prepare(
    source: str | None,
    recipe: str | Recipe | None,
    overrides: Mapping[str, Any],
    progress: Silent,
    *,
    split: Callable[[Recipe, Dataset], Split] | None = None,
    most: int = 0,
) -> Prepared:
    """Open and read `source`, choose what the recipe left open, cut the parts, measure the input.

    source: None takes the one that the recipe names. recipe: None takes the default for the source, and says so; changes of
    pictures that seem to change labels are left out of it.
    split: how to cut, `split_of` if None. most: so many pictures at most, of all classes and given parts; 0: all.
    Raises DataError and RecipeError; nothing is written.
    """
    chosen = _recipe(recipe, overrides) if recipe is not None else None
    location = _location(source, chosen)
    opened = open_source(location, **labelling(chosen or Recipe().override(_only_data(overrides))), progress=progress)
    if chosen is None:
        name = default_for(opened)
        chosen = _recipe(name, overrides)
        progress.say(f"recipe: {name} ({chosen.description}){_exchanged(name, chosen)}; another one with --recipe")
    say_labels(opened, progress)
    donor = donor_of(chosen)
    if donor:
        chosen = with_input_of(donor, chosen)
        progress.say(f"starting from {chosen.transfer.model}, trained on {donor.provenance.get('source', 'other pictures')}")
    dataset, shape = read_pictures(opened, chosen, progress)
    dataset = some_of(dataset, most) if most else dataset
    resolved = _resolve(chosen, location, dataset, shape)
    files = files_behind(opened, dataset)
    dataset, leaks = guard(in_order(resolved, dataset), resolved, progress, files)
    cut = (split or split_of)(resolved, dataset)
    if recipe is None:
        resolved = label_safe(resolved, overrides, dataset, cut.train, progress)
    resolved = _with_epochs(resolved, len(cut.train), progress)
    return Prepared(resolved, dataset, cut, measure_input(resolved, dataset, cut, donor), donor, files, leaks)


def say_labels(opened: Source, progress: Silent) -> None:
    """Where the labels come from, and what else the reader has to tell."""
    progress.say(f"labels: {opened.label_rule}")
    for note in opened.notes:
        progress.say(note)


def read_pictures(opened: Source, recipe: Recipe, progress: Silent) -> tuple[Dataset, tuple[int, ...]]:
    """The pixels of a source at the size of the recipe, and that shape: (H, W, C), or (K,) for feature rows."""
    shape = choose_shape(opened, size=recipe.input.size, channels=recipe.input.channels)
    with progress.task("reading pictures", len(opened)) as advance:
        dataset = read(opened, shape, fit=recipe.input.fit, max_broken=recipe.data.max_broken, progress=advance)
    say_left_out(dataset, progress)
    return dataset, shape


def some_of(dataset: Dataset, most: int) -> Dataset:
    """At most so many pictures of a data set: every class and given part keeps its share."""
    if len(dataset) <= most:
        return dataset
    parts = np.zeros(len(dataset)) if dataset.split is None else np.unique(dataset.split, return_inverse=True)[1]
    order = np.lexsort((dataset.labels, parts))
    rows = np.sort(order[np.linspace(0, len(dataset) - 1, most).round().astype(np.int64)])
    return replace(
        dataset,
        images=dataset.images[rows],
        labels=dataset.labels[rows],
        paths=tuple(dataset.paths[row] for row in rows),
        split=None if dataset.split is None else dataset.split[rows],
        groups=None if dataset.groups is None else dataset.groups[rows],
    )


def files_behind(opened: Source, dataset: Dataset) -> list[str]:
    """Where the pictures of a data set that was read from `opened` lie, in its order; none for arrays."""
    return [] if opened.images is not None else [os.path.join(opened.root or "", path) for path in dataset.paths]


def in_order(recipe: Recipe, dataset: Dataset) -> Dataset:
    """The data set as it was read; cut by its order, where the recipe wants that: a split like one that came with it."""
    if recipe.data.split != "ordered":
        return dataset
    data = recipe.data
    parts = ordered_parts(dataset.labels, validation=data.validation, test=data.test, given=dataset.split, classes=dataset.classes)
    return replace(dataset, split=parts)


def split_of(recipe: Recipe, dataset: Dataset) -> Split:
    """The parts that a recipe cuts a data set (as `guard` returned it) into: the same recipe and pictures, the same parts."""
    seed, groups, classes = recipe.training.seed, dataset.groups, dataset.classes
    cut = make_split(
        dataset.labels,
        validation=recipe.data.validation,
        test=recipe.data.test,
        seed=seed,
        groups=groups,
        given=dataset.split,
        classes=classes,
    )
    if not recipe.data.pictures:
        return cut
    return fewer(cut, recipe.data.pictures, dataset.labels, seed=seed, groups=groups, classes=classes)


def measure_input(recipe: Recipe, dataset: Dataset, split: Split, donor: Classifier | None = None) -> InputSpec:
    """The input specification, with mean and deviation of the training part alone, or those of the donor."""
    if donor:
        return input_of(donor, dataset.value_range)
    return InputSpec.measure(
        dataset.images,
        split.train,
        dataset.images.shape[1:],
        recipe.input.fit,
        dataset.value_range,
        recipe.input.normalisation,
        recipe.input.per,
    )


def _recipe(recipe: str | Recipe, overrides: Mapping[str, Any]) -> Recipe:
    loaded = recipe if isinstance(recipe, Recipe) else load_recipe(recipe)
    return loaded.override(overrides) if overrides else loaded


def _exchanged(name: str, chosen: Recipe) -> str:
    """That another network has taken the place of the one that the recipe's description speaks of."""
    ours, theirs = chosen.network, load_recipe(name).network
    if ours.layers != theirs.layers:
        return ", but with layers of your own"
    return "" if ours.preset == theirs.preset else f', but with network.preset = "{ours.preset}"'


def _location(source: str | None, recipe: Recipe | None) -> str:
    location = str(source) if source is not None else recipe.data.source if recipe else ""
    if not location:
        raise RecipeError("no source given: name a folder, a file or a data set, as in `pellucid train photos/`")
    return location


def _only_data(overrides: Mapping[str, Any]) -> dict[str, Any]:
    """The settings that say how a source is read, before the source has chosen its recipe."""
    names = ("classes", "label_rule", "shape", "data.classes", "data.label_rule", "data.keys", "data.shape")
    return {name: overrides[name] for name in names if name in overrides}


def labelling(recipe: Recipe) -> dict[str, Any]:
    """How a recipe says that a source is read: the settings of `open_source`."""
    data = recipe.data
    return {
        "classes": data.classes or None,
        "label_rule": data.label_rule or None,
        "keys": data.keys or None,
        "shape": data.shape or None,
    }


def _resolve(recipe: Recipe, location: str, dataset: Dataset, shape: tuple[int, ...]) -> Recipe:
    """The recipe with its open choices filled in, so that feeding it back repeats the run."""
    settings: dict[str, Any] = {"data.source": location, "data.classes": list(dataset.classes)}
    if len(shape) == 3:
        settings |= {"input.size": list(shape[:2]), "input.channels": "grey" if shape[2] == 1 else "rgb"}
    return recipe.override(settings)


def _with_epochs(recipe: Recipe, pictures: int, progress: Silent) -> Recipe:
    """The recipe with a number of epochs in place of "auto": small sets need many passes, large ones would take too long."""
    if recipe.training.epochs != "auto":
        return recipe
    epochs = min(max(round(PICTURES_SEEN / max(pictures, 1)), FEWEST_EPOCHS), MOST_EPOCHS)
    progress.say(f"epochs: {epochs}, by the number of training pictures ({pictures:,}); another number with --epochs")
    return recipe.override({"training.epochs": epochs})


def say_left_out(dataset: Dataset, progress: Silent) -> None:
    """Which files are no part of the data set, and which cannot be read."""
    if dataset.ignored:
        kinds = ", ".join(f"{kind} ({count})" for kind, count in dataset.ignored.items())
        progress.say(f"left out: {kinds}")
    if dataset.broken:
        names = "; ".join(f"{path}: {reason}" for path, reason in dataset.broken[:3])
        more = f" and {len(dataset.broken) - 3} more" if len(dataset.broken) > 3 else ""
        progress.say(f"skipped {len(dataset.broken)} of {len(dataset.broken) + len(dataset)} files: {names}{more}")
