"""The training pictures that look like the one that is explained."""

from pathlib import Path

import numpy as np

from pellucid import explanation
from pellucid.classifier import Classifier
from pellucid.errors import DataError
from pellucid.explanation.explained import Neighbour
from pellucid.images import Dataset
from pellucid.images.display import displayed
from pellucid.recipes import Recipe
from pellucid.runs.evaluation import in_model_range, parts_of
from pellucid.runs.explanation.subject import Subject, read_as_trained
from pellucid.runs.progress import Silent

NEIGHBOURS = 8
MOST_FEATURES = 5000  # training pictures that are looked through, spread evenly over the training part


def neighbours_of(
    classifier: Classifier, recipe: Recipe | None, shown: Subject, training: str | Path | None, progress: Silent
) -> tuple[tuple[Neighbour, ...], str]:
    """The training pictures whose features are nearest, and where they were looked for."""
    source = training or (recipe.data.source if recipe else "")
    if not source:
        return (), "The model does not say what it was trained on: name its training pictures with --training SOURCE."
    try:
        dataset, files = read_as_trained(classifier, source, recipe, progress)
    except DataError as error:
        if training:
            raise
        return (), f"The training pictures are not at {source} any more ({error}): say where they are with --training SOURCE."
    parts = parts_of(classifier, dataset, files)
    is_same = classifier.provenance.get("data_sha256") == dataset.content_hash()
    if not (training or is_same):
        return (), f"The pictures at {source} are not those that the model was trained on: name them with --training SOURCE."
    rows = np.arange(len(dataset)) if parts is None else np.flatnonzero(parts == "train")
    rows = rows[[dataset.paths[row] != shown.name for row in rows]]
    if not len(rows):
        return (), f"{source} has no training part."
    looked = rows[np.unique(np.linspace(0, len(rows) - 1, min(MOST_FEATURES, len(rows))).round().astype(np.int64))]
    where = f"{len(looked):,} of {len(rows):,}" if len(looked) < len(rows) else f"{len(rows):,}"
    what = "training pictures" if is_same else f"pictures of {source}, which are not exactly those of the training"
    return _nearest(classifier, shown, dataset, looked), f"Looked for among {where} {what}."


def _nearest(classifier: Classifier, shown: Subject, dataset: Dataset, rows: np.ndarray) -> tuple[Neighbour, ...]:
    """The pictures at `rows` whose features lie nearest to those of the subject."""
    known = explanation.features(classifier, in_model_range(classifier, dataset, rows))
    wanted = explanation.features(classifier, shown.values)[0]
    chosen, distances = explanation.nearest(known, wanted, NEIGHBOURS)
    return tuple(
        Neighbour(
            dataset.paths[row],
            classifier.classes[dataset.labels[row]],
            float(distance),
            displayed(in_model_range(classifier, dataset, np.array([row]))[0], classifier.input.value_range),
        )
        for row, distance in zip(rows[chosen], distances)
    )
