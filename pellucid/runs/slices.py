"""The parts of held-out pictures that are scored apart: by brightness, by original size, by folder."""

import numpy as np

from pellucid.checks import Facts, mean_colours
from pellucid.evaluation import Column, Slice, by_name, by_quantity, slices
from pellucid.images import Dataset

_FEW = 6  # sizes up to which each is a part of its own


def slices_of(dataset: Dataset, rows: np.ndarray, right: np.ndarray, facts: Facts | None) -> tuple[Slice, ...]:
    """Slices of the pictures at `rows`, of which `right` (n,) bool were answered rightly.

    facts: of these pictures, where they are files.
    """
    columns = [_brightness(dataset, rows)] if dataset.is_pictures else []
    if facts is not None and facts.of_files:
        columns.append(_sizes(facts))
    return slices(right, dataset.labels[rows], [*columns, _folders(dataset, rows)])


def _brightness(dataset: Dataset, rows: np.ndarray) -> Column:
    low, high = dataset.value_range
    share = (mean_colours(dataset.images[rows]).mean(axis=1) - low) / ((high - low) or 1)
    return by_quantity("brightness", share, "dark", "bright", lambda value: f"{100 * value:.1f} %")


def _sizes(facts: Facts) -> Column:
    """By original size: each size, where there are few, else by the number of pixels."""
    pixels = facts.width * facts.height
    names = {int(area): f"{width} × {height}" for area, width, height in zip(pixels, facts.width, facts.height)}
    written = [f"{width} × {height}" for width, height in zip(facts.width, facts.height)]
    if len(set(written)) <= _FEW:
        return by_name("size", written)
    return by_quantity("size", pixels, "small", "large", lambda value: names[int(value)])


def _folders(dataset: Dataset, rows: np.ndarray) -> Column:
    """By the folder that a picture lies in, apart from the folder of its class."""
    return by_name("folder", [_folder(dataset.paths[row], dataset.classes[dataset.labels[row]]) for row in rows])


def _folder(path: str, label: str) -> str:
    return "/".join(part for part in path.split("/")[:-1] if part != label) or "."
