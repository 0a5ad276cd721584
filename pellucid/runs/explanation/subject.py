"""The picture that is explained: a file, or a row of a source."""

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pellucid.classifier import Classifier
from pellucid.errors import DataError
from pellucid.images import Dataset, open_source, read
from pellucid.images.decode import decode_with_header
from pellucid.images.display import displayed
from pellucid.recipes import Recipe
from pellucid.runs.evaluation import in_model_range
from pellucid.runs.prepare import files_behind, labelling
from pellucid.runs.progress import Silent

_ORIGINAL = 400  # pixels of the longer side, as the page shows it
_ROW = re.compile(r"(?P<source>.+)\[(?P<row>\d+)\]")  # "digits[17]", as in predictions.csv


@dataclass(frozen=True, eq=False)
class Subject:
    """The picture that is explained: `pixels` as the network is given them, `original` as the file has them, both uint8."""

    name: str
    values: np.ndarray  # (1, H, W, C) in the model's value range
    pixels: np.ndarray
    original: np.ndarray
    original_size: tuple[int, int]
    label: int | None = None  # where it comes from a source


def subject_of(classifier: Classifier, given: str | Path, recipe: Recipe | None) -> Subject:
    """The picture of a file, or of a row such as digits[17]. DataError where there is none."""
    match = _ROW.fullmatch(str(given))
    if match and not Path(given).exists():
        return _row(classifier, match["source"], int(match["row"]), recipe)
    if not Path(given).is_file():
        raise DataError(f"there is no picture {given}; give a file, or a row of a source such as digits[17]")
    values = classifier.input.values(given)
    original, header = decode_with_header(str(given))
    step = -(-max(original.shape[:2]) // _ORIGINAL)
    shrunk, _ = decode_with_header(str(given), (*(max(1, side // step) for side in original.shape[:2]), original.shape[2]))
    return Subject(str(given), values, displayed(values[0], classifier.input.value_range), shrunk, (header.width, header.height))


def _row(classifier: Classifier, source: str, row: int, recipe: Recipe | None) -> Subject:
    dataset, _ = read_as_trained(classifier, source, recipe, Silent())
    if row >= len(dataset):
        raise DataError(f"{source} has {len(dataset):,} pictures, so the last one is {source}[{len(dataset) - 1}]; got {row}")
    values = in_model_range(classifier, dataset, np.array([row]))
    pixels = displayed(values[0], classifier.input.value_range)
    return Subject(dataset.paths[row], values, pixels, pixels, pixels.shape[1::-1], int(dataset.labels[row]))


def read_as_trained(
    classifier: Classifier, source: str | Path, recipe: Recipe | None, progress: Silent
) -> tuple[Dataset, list[str]]:
    """A source's pictures as the model takes them, labelled as they were at training where that fits, and their files."""
    rules = labelling(recipe) if recipe and str(source) == recipe.data.source else {}
    opened = open_source(source, known=classifier.classes, progress=progress, **rules)
    with progress.task("reading pictures", len(opened)) as advance:
        dataset = read(opened, classifier.input.shape, fit=classifier.input.fit, progress=advance)
    return dataset, files_behind(opened, dataset)
