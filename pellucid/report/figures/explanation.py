"""The pictures of an explanation, each drawn on a matplotlib `ax` that the caller owns, as in `report.figures`."""

from collections.abc import Sequence

import numpy as np

from pellucid.explanation.explained import Neighbour
from pellucid.report.figures.pictures import draw_picture
from pellucid.report.figures.style import INK, MUTED, label, text
from pellucid.report.heat import MOST_TILES, by_pixel, folded, heat_pixels

_FADED = 0.35  # how strongly the picture shines through a map


def attribution(ax, pixels: np.ndarray, values: np.ndarray, title: str = "") -> None:
    """A map (H, W) or (H, W, C) over the picture (H, W, 1 or 3) in grey: blue speaks for the class, orange against it."""
    grey = 255 - _FADED * (255 - np.asarray(pixels, dtype=np.float64).mean(axis=2))
    extent = (0, pixels.shape[1], pixels.shape[0], 0)
    ax.imshow(grey, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="nearest")
    ax.imshow(heat_pixels(by_pixel(np.asarray(values))), extent=extent, interpolation="nearest")
    _bare(ax, title)


def picture(ax, pixels: np.ndarray, title: str = "") -> None:
    """The picture itself, (H, W, 1 or 3) uint8."""
    ax.imshow(pixels[..., 0] if pixels.shape[2] == 1 else pixels, cmap="gray", vmin=0, vmax=255, interpolation="nearest")
    _bare(ax, title)


def activations(ax, values: np.ndarray, title: str = "") -> None:
    """What a layer gives for one picture: the channels (H, W, C) with the largest numbers side by side, or a row (K,)."""
    values = np.asarray(values)
    if values.ndim == 3:
        strongest = np.sort(np.argsort(-np.abs(values).max(axis=(0, 1)), kind="stable")[:MOST_TILES])
        framed = np.pad(values[..., strongest], ((0, 0), (0, 1), (0, 0)))
        sheet = framed.transpose(0, 2, 1).reshape(len(values), -1)[:, :-1]
    else:
        sheet = folded(values.ravel())
    ax.imshow(heat_pixels(sheet), interpolation="nearest")
    _bare(ax, title)


def neighbours(ax, found: Sequence[Neighbour]) -> None:
    """Training pictures, the nearest first, with class and distance."""
    for column, each in enumerate(found):
        draw_picture(ax, each.pixels, (column, 0), 0.94)
        text(ax, column + 0.5, 1.0, f"{label(each.label, 12)}\n{each.distance:.2f}", ha="center", va="top", fontsize=8)
    ax.set_xlim(0, max(1, len(found)))
    ax.set_ylim(1.4, 0)
    ax.set_aspect("equal")
    ax.set_axis_off()


def _bare(ax, title: str) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_color(MUTED)
        side.set_linewidth(0.4)
    if title:
        ax.set_title(title, loc="left", fontsize=9, color=INK, parse_math=False)
