"""Cross-validation: every picture is tested once, by a network that has not seen it."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import Interrupted
from pellucid.evaluation import Predictions, Scores, most_common_class, score
from pellucid.images import Dataset, Split, folds, make_split, ordered_folds, ordered_parts
from pellucid.images.split import TRAIN, VALIDATION
from pellucid.recipes import Recipe
from pellucid.runs.assemble import assemble
from pellucid.runs.judge import answers
from pellucid.runs.learn import keep_final_weights, learn
from pellucid.runs.prepare import Prepared, prepare
from pellucid.runs.progress import Silent
from pellucid.words import percent, plain


@dataclass(frozen=True, eq=False)
class CrossValidation:
    """The accuracy of each fold, and the scores over all pictures, each answered by the network that did not see it."""

    accuracies: tuple[float, ...]
    scores: Scores
    predictions: Predictions  # split: "fold 1", "fold 2", ...
    best_epochs: tuple[int, ...]  # how many epochs each fold's kept weights were trained for

    @property
    def mean(self) -> float:
        return float(np.mean(self.accuracies))

    @property
    def spread(self) -> float:
        """Standard deviation over the folds."""
        return float(np.std(self.accuracies, ddof=1))

    def to_json(self) -> dict:
        return {
            "accuracies": list(self.accuracies),
            "mean": self.mean,
            "spread": self.spread,
            "accuracy": self.scores.accuracy,
            "interval": list(self.scores.interval),
            "n": self.scores.n,
        }


def cross_validate(
    source: str | Path | None = None,
    recipe: str | Path | Recipe | None = None,
    *,
    folds: int = 5,
    progress: Silent | None = None,
    stop: Callable[[], bool] = lambda: False,
    **overrides: Any,
) -> CrossValidation:
    """Train `folds` networks, each without one fold, and write nothing. Arguments and errors as `train`."""
    progress = progress or Silent()
    return cross_validate_prepared(prepare(source, recipe, overrides, progress), folds, progress, stop)


def cross_validate_prepared(
    prepared: Prepared, k: int, progress: Silent, stop: Callable[[], bool]
) -> CrossValidation:
    """The same for data that is ready: k folds, stratified, with groups kept together.

    Where the recipe wants validation pictures, they are cut from the pictures that are not held out.
    Raises Interrupted where `stop` ends it early, TrainingDiverged as `fit`.
    """
    dataset, classes = prepared.dataset, prepared.dataset.classes
    found = np.zeros((len(dataset), len(classes)))
    names = np.empty(len(dataset), dtype="<U10")
    accuracies, best_epochs, total_loss = [], [], 0.0
    with progress.task(f"{k}-fold cross-validation", k) as advance:
        for number, split in enumerate(_splits(prepared, k)):
            fold = prepared.with_split(split)
            probabilities, loss, epochs = _train_fold(fold, stop)
            held_out = split.test
            found[held_out], names[held_out] = probabilities, f"fold {number + 1}"
            right = probabilities.argmax(axis=1) == dataset.labels[held_out]
            accuracies.append(float(right.mean()))
            best_epochs.append(epochs)
            total_loss += loss * len(held_out)
            progress.say(f"fold {number + 1} of {k}: accuracy {plain(percent(accuracies[-1]))} on {len(held_out)}")
            advance()
    common = most_common_class(dataset.labels, len(classes))
    scores = score(dataset.labels, found, classes, total_loss / len(dataset), most_common=common)
    predictions = Predictions(dataset.paths, dataset.labels, found, names, classes)
    return CrossValidation(tuple(accuracies), scores, predictions, tuple(best_epochs))


def _splits(prepared: Prepared, k: int) -> list[Split]:
    """Each fold as a split: held out is test, the rest is cut into training and validation as the recipe says."""
    recipe, dataset = prepared.recipe, prepared.dataset
    if recipe.data.split == "ordered":
        return _ordered_splits(dataset, k, recipe.data.validation)
    groups, labels, seed = dataset.groups, dataset.labels, recipe.training.seed
    splits = []
    for rest, held_out in folds(labels, k, seed=seed, groups=groups, classes=dataset.classes):
        inner = make_split(
            labels[rest],
            validation=recipe.data.validation,
            test=0.0,
            seed=seed,
            groups=None if groups is None else groups[rest],
            classes=dataset.classes,
        )
        splits.append(Split(rest[inner.train], rest[inner.validation], held_out))
    return splits


def _ordered_splits(dataset: Dataset, k: int, validation: float) -> list[Split]:
    splits = []
    for rest, held_out in ordered_folds(dataset.labels, k, classes=dataset.classes):
        names = ordered_parts(dataset.labels[rest], validation=validation, test=0.0, classes=dataset.classes)
        splits.append(Split(rest[names == TRAIN], rest[names == VALIDATION], held_out))
    return splits


def _train_fold(fold: Prepared, stop: Callable[[], bool]) -> tuple[np.ndarray, float, int]:
    """Probabilities and loss on the held-out pictures, and the number of epochs behind the kept weights."""
    parts = assemble(fold)
    for _ in learn(parts, stop):
        pass
    if stop():
        raise Interrupted("cross-validation was stopped before its last fold; nothing was written")
    keep_final_weights(parts)
    probabilities, loss = answers(fold, parts.network, parts.loss, fold.split.test)
    epochs = parts.best.epoch + 1 if parts.validation is not None else len(parts.epochs)
    return probabilities, loss, epochs
