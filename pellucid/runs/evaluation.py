"""How good is a model on these pictures?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from pellucid.checks import facts_of_files
from pellucid.classifier import Classifier
from pellucid.errors import DataError, PellucidError
from pellucid.evaluation import Answered, Predictions, Scores, Slice, answered, score
from pellucid.images import Dataset, open_source, read
from pellucid.nn.losses import LOSSES, Loss
from pellucid.recipes import Recipe
from pellucid.recipes.read import parse_toml
from pellucid.runs.leak_guard import guard
from pellucid.runs.prepare import files_behind, in_order, say_labels, say_left_out, split_of
from pellucid.runs.progress import Silent
from pellucid.runs.slices import slices_of
from pellucid.runs.worth import MISTAKES

PARTS = ("train", "validation", "test", "all")


@dataclass(frozen=True, eq=False)
class Evaluation:
    """Scores and answers. part: "test", "train", "validation", or "all"; why: how the part was chosen, in words.

    The scores count every picture by its most probable class, those that the model refuses to answer too.
    answered: the same without the refused ones; None for a model that answers everything.
    """

    scores: Scores
    predictions: Predictions
    part: str
    why: str
    slices: tuple[Slice, ...] = ()  # by brightness, size and folder
    answered: Answered | None = None

    @property
    def n(self) -> int:
        return self.scores.n

    def to_json(self) -> dict:
        """What `pellucid evaluate --json` prints."""
        return {
            **self.scores.to_json(),
            "part": self.part,
            "why": self.why,
            "answered": self.answered.to_json() if self.answered else None,
            "slices": [each.to_json() for each in self.slices],
            "mistakes": self.predictions.mistakes_json(MISTAKES),
        }


def evaluate(
    model: str | Path | Classifier,
    source: str | Path,
    *,
    part: str | None = None,
    classes: Sequence[str] | None = None,
    label_rule: str | None = None,
    keys: Mapping[str, str] | None = None,
    shape: Sequence[int] | None = None,
    progress: Silent | None = None,
) -> Evaluation:
    """Score a model on labelled pictures.

    classes: those whose pictures count, where the source has more than the model; others are left out.
    label_rule, keys, shape: how the source is read, as in a recipe.
    part: which pictures. None takes the test part of a source that has one; of the very data the model was trained on, the test
    part that was held back then; of any other source, all of it.
    Raises DataError for a source that does not fit the model, ModelFileError for a model that cannot be read.
    """
    progress = progress or Silent()
    classifier = model if isinstance(model, Classifier) else Classifier.load(model)
    classifier.require_classes()
    opened = open_source(
        source, classes=classes, known=classifier.classes, label_rule=label_rule, keys=keys, shape=shape, progress=progress
    )
    say_labels(opened, progress)
    with progress.task("reading pictures", len(opened)) as advance:
        dataset = read(opened, classifier.input.shape, fit=classifier.input.fit, progress=advance)
    say_left_out(dataset, progress)
    files = files_behind(opened, dataset)
    names = parts_of(classifier, dataset, files)
    chosen, why = _choose(part, names, dataset)
    rows = np.arange(len(dataset)) if chosen == "all" else np.flatnonzero(names == chosen)
    found = _score(classifier, dataset, rows, chosen, why)
    right = found.predictions.predicted == found.predictions.labels
    return replace(found, slices=slices_of(dataset, rows, right, facts_of_files([files[row] for row in rows]) if files else None))


def parts_of(classifier: Classifier, dataset: Dataset, files: Sequence[str]) -> np.ndarray | None:
    """The part of each picture: as at training for the same data, else as the source gives it, else None."""
    provenance = classifier.provenance
    if provenance.get("data_sha256") == dataset.content_hash():
        recipe = parse_toml(provenance["config"])
        if recipe.training.final:
            return np.full(len(dataset), "train")
        if recipe.data.leak_guard == "tell":  # what was only told did not move the cut
            recipe = recipe.override({"leak_guard": "off"})
        guarded, _ = guard(in_order(recipe, dataset), recipe, files=files)
        return split_of(recipe, guarded).names(len(dataset))
    return dataset.split


def _choose(part: str | None, names: np.ndarray | None, dataset: Dataset) -> tuple[str, str]:
    if part is not None and part not in PARTS:
        raise DataError(f"unknown part {part}; expected one of {', '.join(PARTS)}")
    present = set() if names is None else set(names)
    if part is None:
        if "test" in present:
            return "test", "the test part: pictures the network was not trained on"
        if "train" in present:
            return "all", "all pictures; the network was trained on them, so this is no test"
        return "all", "all pictures"
    if part != "all" and part not in present:
        raise DataError(f"{dataset.location} has no {part} part; give --part all, or a folder with a {part}/ folder in it")
    return part, "as asked"


def _score(classifier: Classifier, dataset: Dataset, rows: np.ndarray, part: str, why: str) -> Evaluation:
    labels = dataset.labels[rows]
    decisions = classifier.decide(in_model_range(classifier, dataset, rows))
    found = decisions.probabilities
    with np.errstate(all="ignore"):
        value, _ = training_loss(classifier)(decisions.outputs, labels)
    common = classifier.provenance.get("most_common")  # in training: the baseline knew no more than the network
    common = classifier.classes.index(common) if common in classifier.classes else None
    scores = score(labels, found, classifier.classes, value, most_common=common)
    paths = tuple(dataset.paths[row] for row in rows)
    predictions = Predictions(paths, labels, found, np.full(len(rows), part), classifier.classes, decisions.refused)
    refuses = classifier.threshold is not None or classifier.novelty is not None
    left = answered(labels, predictions.predicted, predictions.refused) if refuses else None
    return Evaluation(scores, predictions, part, why, answered=left)


def recipe_of(classifier: Classifier) -> Recipe | None:
    """The recipe that the model was trained by, if it knows it."""
    text = classifier.provenance.get("config")
    try:
        return parse_toml(text) if text else None
    except PellucidError:  # of another version
        return None


def training_loss(classifier: Classifier) -> Loss:
    """The loss that the model was trained with, as `scores.json` and learning curves have it: without the temperature."""
    loss, recipe = next(loss for loss in LOSSES.values() if loss.link == classifier.link)(), recipe_of(classifier)
    if recipe and recipe.loss.label_smoothing and loss.name == "softmax_cross_entropy":
        loss.label_smoothing = recipe.loss.label_smoothing
    return loss


def in_model_range(classifier: Classifier, dataset: Dataset, rows: np.ndarray) -> np.ndarray:
    """The pictures as the model takes arrays: files (0..255) rescaled to its value range, arrays as they are."""
    low, high = classifier.input.value_range
    values = dataset.images[rows]
    if not dataset.formats or (low, high) == (0.0, 255.0):
        return values
    return values * np.float32((high - low) / 255) + np.float32(low)
