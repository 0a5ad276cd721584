"""The pictures of an explanation, each drawn on a matplotlib `ax` that the caller owns, as in `report.figures`."""

import io
import math
from collections.abc import Sequence

import numpy as np

from pellucid.explanation.explained import Explained, Neighbour
from pellucid.report.drawings import RESOLUTION
from pellucid.report.figures.pictures import draw_picture, first_layer
from pellucid.report.figures.style import INK, MUTED, label, text
from pellucid.report.heat import MOST_TILES, by_pixel, folded, heat_pixels
from pellucid.words import percent, shorten

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


def explanation_figures(found: Explained) -> dict[str, bytes]:
    """The PNG files of an explanation, by name: the picture, the maps, every layer, the first layer, the neighbours."""
    name = shorten(found.classes[found.target], 20)
    drawings = {"picture": _png((3, 3.2), lambda ax: picture(ax, found.pixels, f"{name}, {percent(found.probability)}"))}
    maps = {
        "input_gradient": (found.gradient, "Input gradient"),
        "integrated_gradients": (found.integrated.attributions, "Integrated gradients"),
        "occlusion": (found.occlusion.pixels, "Occlusion"),
    }
    if found.grad_cam:
        maps["grad_cam"] = found.grad_cam.heat[0], "Grad-CAM"
    for key, (values, title) in maps.items():
        drawings[key] = _png((3, 3.2), lambda ax, values=values, title=title: attribution(ax, found.pixels, values, title))
    drawings["activations"] = _all_activations(found)
    if found.first_layer is not None:
        drawings["first_layer"] = _png((5, 3), lambda ax: first_layer(ax, found.first_layer))
    if found.neighbours:
        drawings["neighbours"] = _png((1.1 * len(found.neighbours), 1.6), lambda ax: neighbours(ax, found.neighbours))
    return drawings


def _all_activations(found: Explained) -> bytes:
    """A row for every layer."""
    visits = list(found.walk.visits())
    heights = [1.0 if visit.y.ndim == 3 else 0.25 + 0.2 * math.ceil(visit.y.size / 32 / 4) for visit in visits]
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 0.35 * len(visits) + sum(heights)), layout="constrained")
    axes = figure.subplots(len(visits), 1, squeeze=False, height_ratios=heights)[:, 0]
    for ax, visit in zip(axes, visits):
        shape = " × ".join(map(str, visit.y.shape))
        activations(ax, visit.y, f"{visit.path} {visit.name}, {shape}")
    return _bytes(figure)


def _png(size: tuple[float, float], draw) -> bytes:
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    draw(figure.subplots())
    return _bytes(figure)


def _bytes(figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=RESOLUTION)
    return stream.getvalue()


def _bare(ax, title: str) -> None:
    ax.set_xticks([])
    ax.set_yticks([])
    for side in ax.spines.values():
        side.set_color(MUTED)
        side.set_linewidth(0.4)
    if title:
        ax.set_title(title, loc="left", fontsize=9, color=INK, parse_math=False)
