"""A sheet of digits: as they are, and as augmentation shows them to a network."""

import io

import numpy as np

from pellucid.images import Augmentation, Batches, InputSpec, open_source
from pellucid.images.display import displayed
from pellucid.recipes import load_recipe
from pellucid.systems.evidence import Evidence
from pellucid.systems.results import Results

VERSIONS = 3
SCALE, GAP = 2, 6  # screen pixels a pixel, and between pictures
PAPER = 255


def digits(results: Results) -> Evidence:
    """Each digit once, then three versions of it by the recipe of part two, then three by that of the best dense network."""
    source = open_source("mnist")
    rows = np.array([np.flatnonzero(source.labels == label)[0] for label in range(len(source.classes))])
    originals = source.images[rows]
    bands = [originals[None], _versions(originals, "mnist/part-two"), _versions(originals, "mnist/mlp")]
    return Evidence(
        "Top: one picture of each digit. Middle: three versions with noise and mirror images, as in part two; mirrored, 2, 3 "
        "and 7 are no digits any more. Bottom: three versions that are bent, turned, moved and slanted, as another hand would "
        "write them.",
        picture=_png(bands),
        shows="Ten digits as they are, then with noise and mirrored, then bent and turned.",
    )


def _versions(originals: np.ndarray, recipe: str) -> np.ndarray:
    """(VERSIONS, N, H, W, 1) uint8: the pictures as the first passes of a recipe show them."""
    section = load_recipe(recipe).augment
    augmentation = Augmentation(**section.model_dump(exclude={"views", "originals"}))
    spec = InputSpec(originals.shape[1:], normalisation="unit")
    places = np.arange(len(originals))
    batches = Batches(originals, places, places, spec, 0, augmentation=augmentation)
    shown = [x.copy() for epoch in range(VERSIONS) for x, _, _ in batches.epoch(epoch)]
    return displayed(np.array(shown), (0.0, 1.0))


def _png(bands: list[np.ndarray]) -> bytes:
    """The pictures enlarged, a digit a column, with a wider gap between bands."""
    from PIL import Image

    side = SCALE * bands[0].shape[2] + GAP
    height = sum(len(band) * side + GAP for band in bands)
    sheet = np.full((height, bands[0].shape[1] * side + GAP), PAPER, np.uint8)
    top = GAP
    for band in bands:
        for line in band:
            for column, picture in enumerate(line):
                large = np.kron(picture[..., 0], np.ones((SCALE, SCALE), np.uint8))
                left = GAP + column * side
                sheet[top : top + len(large), left : left + large.shape[1]] = large
            top += side
        top += GAP
    file = io.BytesIO()
    Image.fromarray(sheet).save(file, "PNG")
    return file.getvalue()
