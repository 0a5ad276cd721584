"""The figures of a report, each drawn on a matplotlib `ax` that the caller owns.

    from matplotlib.figure import Figure
    figure = Figure()
    loss_curve(figure.subplots(), run.epochs)
    figure.savefig("loss.png")

Nothing here touches pyplot or any global setting. Names are drawn as they are written: `$` starts no formula, and a letter
that the font lacks becomes a box, without a warning.
"""

import functools
import io
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from pellucid.files import atomic_path
from pellucid.report.data import Answer, Picture, ReportData
from pellucid.report.pictures import confusion_pixels, confusion_strength, mosaic, weight_pictures
from pellucid.report.words import percent, shorten

INK, MUTED, RULE = "#1f2430", "#5d6675", "#d9dde3"
BLUE, ORANGE = "#0072b2", "#d55e00"

_RESOLUTION = 150  # dots an inch
_LOG_FROM = 30  # a loss that falls by more than this factor is drawn on a logarithmic scale
_CLASSES_NAMED = 40  # more class names than this cannot be read along an axis
_CLASSES_COUNTED = 15  # more columns than this leave no room for counts


def loss_curve(ax, epochs: Sequence[Mapping], best: int | None = None) -> None:
    """Training and validation loss by epoch; `best` is the position of the epoch whose weights were kept."""
    curves = [_values(epochs, "loss"), _values(epochs, "validation_loss")]
    finite = np.concatenate(curves)
    finite = finite[np.isfinite(finite)]
    logarithmic = finite.size and finite.min() > 0 and finite.max() > _LOG_FROM * finite.min()
    _curves(ax, curves, best, "Loss, logarithmic" if logarithmic else "Loss")
    if logarithmic:
        ax.set_yscale("log")
        ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
        ax.minorticks_off()
    elif finite.size and finite.min() >= 0:
        ax.set_ylim(bottom=0)


def accuracy_curve(ax, epochs: Sequence[Mapping], best: int | None = None) -> None:
    """Training and validation accuracy by epoch, in percent."""
    curves = [100 * _values(epochs, "accuracy"), 100 * _values(epochs, "validation_accuracy")]
    _curves(ax, curves, best, "Accuracy, %")
    ax.set_ylim(top=min(100.0, ax.get_ylim()[1]))


def confusion_matrix(ax, confusion: np.ndarray, classes: Sequence[str]) -> None:
    """(K, K) counts, a row for each true class: blue where right, orange where wrong, darker where fuller."""
    _dress(ax)
    ax.imshow(confusion_pixels(confusion), interpolation="nearest")
    ax.set_xlabel("predicted", color=MUTED)
    ax.set_ylabel("true", color=MUTED)
    named = range(len(classes)) if len(classes) <= _CLASSES_NAMED else ()
    labels = [_label(classes[k], 18) for k in named]
    slanted = {"rotation": 90} if max(map(len, labels), default=0) > 3 else {}
    ax.set_xticks(named, labels, parse_math=False, **slanted)
    ax.set_yticks(named, labels, parse_math=False)
    ax.tick_params(length=0, labelsize=9 if len(classes) <= 20 else 6)
    if len(classes) <= _CLASSES_COUNTED:
        strength = confusion_strength(confusion)
        for (row, column), count in np.ndenumerate(confusion):
            if count:
                ink = "white" if strength[row, column] > 0.6 else INK
                ax.text(column, row, f"{count:,}", ha="center", va="center", color=ink, fontsize=9)


def samples(ax, pictures: Mapping[str, Sequence[Picture]]) -> None:
    """A row of pictures for each class, its name before it. `pictures`: class name -> pictures, as in `ReportData.samples`."""
    columns = max(map(len, pictures.values()), default=0)
    for number, (name, row) in enumerate(pictures.items()):
        ax.text(-0.15, number + 0.5, _label(name, 18), ha="right", va="center", color=INK, fontsize=10, parse_math=False)
        for column, picture in enumerate(row):
            _place(ax, picture.pixels, (column, number), 0.94)
    _frame(ax, columns, len(pictures))


def sample_predictions(ax, answers: Sequence[Answer], columns: int = 8) -> None:
    """Pictures with the predicted class, its probability and, in orange, what a wrong one truly is."""
    for place, answer in enumerate(answers):
        row, column = divmod(place, columns)
        _place(ax, answer.picture.pixels, (column, row * 1.5), 0.9)
        right = answer.label == answer.predicted
        said = f"{_label(answer.predicted, 12)} {percent(answer.probability, 0)}"
        lines = said if right else f"{said}\nis {_label(answer.label, 12)}"
        ax.text(
            column + 0.5, row * 1.5 + 0.98, lines,
            ha="center", va="top", fontsize=7.5, linespacing=1.15, color=INK if right else ORANGE, parse_math=False,
        )  # fmt: skip
    _frame(ax, columns, -(-len(answers) // columns) * 1.5)


def first_layer(ax, weights: np.ndarray) -> None:
    """First-layer weights (H, W, C, units) as pictures, the longest first: blue counts for a unit, orange against it."""
    pictures = weight_pictures(weights)
    columns = math.ceil(math.sqrt(2 * len(pictures)))
    ax.imshow(mosaic(list(pictures), columns), interpolation="nearest")
    ax.set_axis_off()


def save_figures(data: ReportData, folder: str | Path) -> list[Path]:
    """Write loss_curve, confusion_matrix, samples and sample_predictions as PNG files into `folder`; return their paths.

    What has nothing to show (no epochs, features instead of pictures) is left out.
    """
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, figure in _figures(data).items():
        with atomic_path(folder / f"{name}.png") as path:
            figure.savefig(path, format="png", dpi=_RESOLUTION, pil_kwargs={"compress_level": 3})
        written.append(folder / f"{name}.png")
    return written


def curves_svg(data: ReportData) -> list[str]:
    """The loss curve and the accuracy curve as `<svg>` elements that take the colours of the page they stand in."""
    if not data.epochs:
        return []
    return [_svg(_curve_figure(curve, data, (4.8, 3.0)), curve.__name__) for curve in (loss_curve, accuracy_curve)]


def _figures(data):
    """File name -> figure."""
    figures = {}
    if data.epochs:
        figures["loss_curve"] = _curve_figure(loss_curve, data, (6.4, 4.0))
    classes = data.data.classes
    side = min(9.0, 2.6 + 0.42 * len(classes))
    figures["confusion_matrix"] = figure = _figure((side, side), layout="constrained")
    confusion_matrix(figure.subplots(), data.headline.confusion, classes)
    columns = max(map(len, data.samples.values()), default=0)
    if columns and data.noun == "picture":
        figures["samples"] = figure = _figure((1.7 + 0.75 * columns, 0.2 + 0.75 * len(data.samples)))
        samples(figure.add_axes(_inset(figure, left=1.6)), data.samples)
    if data.gallery and data.noun == "picture":
        figures["sample_predictions"] = figure = _figure((8.0, 0.2 + 1.48 * -(-len(data.gallery) // 8)))
        sample_predictions(figure.add_axes(_inset(figure)), data.gallery)
    return figures


def _curve_figure(curve, data, size):
    # Fixed margins instead of a layout engine: they are known here, and a layout draws everything twice.
    figure = _figure(size)
    curve(figure.add_axes(_inset(figure, left=0.5, right=0.1, bottom=0.5, top=0.35)), data.epochs, data.best_epoch)
    return figure


def _figure(size, layout=None):
    from matplotlib.figure import Figure

    return Figure(figsize=size, layout=layout)


def _inset(figure, left=0.1, right=0.1, bottom=0.1, top=0.1):
    """The rectangle of an ax that leaves these margins, in inches."""
    width, height = figure.get_size_inches()
    return left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height


def _svg(figure, name):
    from matplotlib import rc_context

    stream = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):  # ids that are stable, and its own
        # No metadata: a date would make two renderings of one run differ.
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(stream, format="svg", transparent=True, metadata=metadata)
    drawing = stream.getvalue()
    drawing = drawing[drawing.index("<svg") :]
    drawing = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r' xmlns(:xlink)?="[^"]*"|(?<=<g) id="[^"]*"', "", drawing).replace("xlink:href", "href")
    drawing = re.sub(r"font-family: [^;\"]*;? ?", "", drawing)
    for colour, variable in {INK: "ink", MUTED: "muted", RULE: "rule", BLUE: "blue", ORANGE: "orange"}.items():
        drawing = drawing.replace(colour, f"var(--{variable})")
    return drawing


def _curves(ax, curves, best, title):
    _dress(ax)
    ax.grid(axis="y", color=RULE, linewidth=0.8)
    for values, name, colour in zip(curves, ("training", "validation"), (BLUE, ORANGE)):
        if not np.isfinite(values).any():
            continue
        numbers = np.arange(1, len(values) + 1)
        ax.plot(numbers, values, color=colour, linewidth=1.8, label=name, marker="o" if len(values) < 10 else None, markersize=4)
        if best is not None and np.isfinite(values[best]):
            ax.plot(best + 1, values[best], "o", color=colour, markersize=6, markeredgecolor="white", markeredgewidth=1.2)
    ax.set_title(title, loc="left", fontsize=10.5, color=INK, weight="bold")
    ax.set_xlabel("epoch", color=MUTED)
    ax.set_xlim(0.5, max(1, *map(len, curves)) + 0.5)
    ax.xaxis.get_major_locator().set_params(integer=True)
    if ax.lines:
        ax.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=2, frameon=False, borderaxespad=0.2, labelcolor=MUTED)


def _dress(ax):
    """Quiet axes: no box, muted ticks."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(RULE)
    ax.tick_params(colors=MUTED, length=0, labelsize=9)
    ax.set_facecolor("none")


def _frame(ax, columns, rows):
    ax.set_xlim(0, max(columns, 1))
    ax.set_ylim(max(rows, 1), 0)
    ax.set_aspect("equal")
    ax.set_axis_off()


def _place(ax, pixels, corner, side):
    """Draw a picture into the square whose upper left corner is given, keeping its proportions."""
    rows, columns = pixels.shape[:2]
    scale = side / max(rows, columns)
    width, height = columns * scale, rows * scale
    x, y = corner[0] + (1 - width) / 2, corner[1] + (side - height) / 2
    pixels = pixels.repeat(3, axis=2) if pixels.shape[2] == 1 else pixels
    ax.imshow(pixels, extent=(x, x + width, y + height, y), interpolation="nearest")


def _values(epochs, key):
    """(epochs,) float64, NaN where a value is missing."""
    values = [epoch.get(key) for epoch in epochs]
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _label(name, length):
    """A name that the font can draw."""
    return "".join(letter if ord(letter) in _drawable() else "□" for letter in shorten(name, length))


@functools.cache
def _drawable():
    """The code points that matplotlib's font has a glyph for."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())
