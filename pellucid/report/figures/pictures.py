"""Figures made of pictures: samples, answers, reconstructions, and the weights of the first layer."""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pellucid.report.data import Answer, Picture, Rebuilt
from pellucid.report.figures.style import INK, NAME, ORANGE, label, text
from pellucid.report.pictures import mosaic, weight_pictures
from pellucid.words import percent

ROWS, COLUMNS = 20, 10  # the most that the figure of samples shows


def samples(ax, pictures: Mapping[str, Sequence[Picture]]) -> None:
    """A row of pictures for each of the first 20 classes, its name before it; at most ten of each class.

    `pictures`: class name -> pictures, as in `ReportData.samples`.
    """
    rows = [(name, row[:COLUMNS]) for name, row in list(pictures.items())[:ROWS]]
    for number, (name, row) in enumerate(rows):
        text(ax, -0.1, number + 0.5, label(name, NAME), ha="right", va="center", fontsize=9)
        for column, picture in enumerate(row):
            draw_picture(ax, picture.pixels, (column, number), 0.94)
    frame(ax, max((len(row) for _, row in rows), default=0), len(rows))


def sample_predictions(ax, answers: Sequence[Answer], columns: int = 8) -> None:
    """Pictures with the predicted class, its probability and, in orange, what a wrong one truly is."""
    for place, answer in enumerate(answers):
        row, column = divmod(place, columns)
        draw_picture(ax, answer.picture.pixels, (column, row * 1.5), 0.9)
        said = f"{label(answer.predicted, 9)}, {percent(answer.probability, 0)}"
        lines = said if answer.is_right else f"{said}\nis {label(answer.label, 12)}"
        colour = INK if answer.is_right else ORANGE
        text(ax, column + 0.5, row * 1.5 + 0.98, lines, color=colour, ha="center", va="top", fontsize=7.5)
    frame(ax, columns, -(-len(answers) // columns) * 1.5)


def reconstructions(ax, pictures: Sequence[Rebuilt], columns: int = 10) -> None:
    """Pictures, and under each what an autoencoder gives back of it."""
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        draw_picture(ax, picture.pixels, (column, row * 2.2), 0.94)
        draw_picture(ax, picture.rebuilt, (column, row * 2.2 + 1), 0.94)
    frame(ax, columns, -(-len(pictures) // columns) * 2.2)


def first_layer(ax, weights: np.ndarray) -> None:
    """First-layer weights (H, W, C, units) as pictures, the longest first: blue speaks for a unit, orange against."""
    pictures = weight_pictures(weights)
    columns = math.ceil(math.sqrt(2 * len(pictures)))
    ax.imshow(mosaic(pictures, columns), interpolation="nearest")
    ax.set_axis_off()


def frame(ax, columns, rows):
    """Axes of squares, the first row on top."""
    ax.set_xlim(0, max(columns, 1))
    ax.set_ylim(max(rows, 1), 0)
    ax.set_aspect("equal")
    ax.set_axis_off()


def draw_picture(ax, pixels, corner, side):
    """Draw a picture into the square whose upper left corner is given, keeping its proportions."""
    rows, columns = pixels.shape[:2]
    scale = side / max(rows, columns)
    width, height = columns * scale, rows * scale
    x, y = corner[0] + (1 - width) / 2, corner[1] + (side - height) / 2
    pixels = pixels.repeat(3, axis=2) if pixels.shape[2] == 1 else pixels
    ax.imshow(pixels, extent=(x, x + width, y + height, y), interpolation="nearest")
