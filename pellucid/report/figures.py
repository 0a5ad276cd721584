"""The figures of a report, each drawn on a matplotlib `ax` that the caller owns.

    from matplotlib.figure import Figure
    figure = Figure()
    loss_curve(figure.subplots(), run.epochs)
    figure.savefig("loss.png")

Nothing here touches pyplot or any global setting. Names are drawn as they are written: `$` starts no formula, and a
letter that the font lacks becomes a box, without a warning.
"""

import functools
import math
from collections.abc import Mapping, Sequence

import numpy as np

from pellucid.evaluation import LearningCurve, Refusals
from pellucid.evaluation.calibration import Bin
from pellucid.evaluation.ranking import Curve
from pellucid.report.data import Answer, Costs, Picture, Rebuilt
from pellucid.report.pictures import confusion_pixels, confusion_strength, mosaic, weight_pictures
from pellucid.report.words import percent, shorten

INK, MUTED, RULE, PAPER = "#1f2430", "#5d6675", "#d9dde3", "#ffffff"
BLUE, ORANGE = "#0072b2", "#d55e00"

ROWS, COLUMNS = 20, 10  # the most that the figure of samples shows
NAME = 18  # the longest name that is written out, in letters
_LOG_FROM = 30  # a loss that falls by more than this factor is drawn on a logarithmic scale
_POINTS = 200  # of a curve among many; more could not be told apart
_CLASSES_NAMED = 40  # more class names than this cannot be read along an axis
_POINTS = 300  # of a curve that are drawn
_CLASSES_COUNTED = 15  # more columns than this leave no room for counts


def loss_curve(ax, epochs: Sequence, best: int | None = None) -> None:
    """Training and validation loss by epoch.

    epochs: `training.Epoch` records, or the lines of `metrics.jsonl`. best: the position of the epoch whose weights
    were kept, marked with a ring.
    """
    curves = [_values(epochs, "loss"), _values(epochs, "validation_loss")]
    finite = _finite(curves)
    logarithmic = finite.size and finite.min() > 0 and finite.max() > _LOG_FROM * finite.min()
    _curves(ax, curves, best, "Loss, logarithmic" if logarithmic else "Loss")
    if logarithmic:
        _logarithmic(ax)
    elif finite.size and finite.min() >= 0:
        ax.set_ylim(bottom=0)


def cost_curves(ax, costs: Costs) -> None:
    """The training loss of one recipe: a thin line for each seed, the first one strong."""
    dress(ax)
    ax.grid(axis="y", color=RULE, linewidth=0.8)
    for number, curve in reversed([*enumerate(costs.curves)]):
        values = np.asarray(curve, dtype=np.float64)
        rows = np.unique(np.linspace(0, len(values) - 1, min(_POINTS, len(values))).round().astype(np.int64))
        style = {"linewidth": 1.8, "zorder": 3} if number == 0 else {"linewidth": 0.8, "alpha": 0.45}
        ax.plot(rows + 1, values[rows], color=BLUE, **style)
    finite = _finite([np.asarray(curve, dtype=np.float64) for curve in costs.curves])
    if finite.size and finite.min() > 0 and finite.max() > _LOG_FROM * finite.min():
        _logarithmic(ax)
    elif finite.size and finite.min() >= 0:
        ax.set_ylim(bottom=0)
    ax.set_title(_label(costs.title, 44), loc="left", pad=10, fontsize=10.5, color=INK, weight="bold", parse_math=False)
    ax.set_xlabel(costs.unit, color=MUTED)
    ax.set_xlim(0.5, max(map(len, costs.curves)) + 0.5)
    ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def accuracy_curve(ax, epochs: Sequence, best: int | None = None) -> None:
    """Training and validation accuracy by epoch, in percent; arguments as `loss_curve`."""
    curves = [100 * _values(epochs, "accuracy"), 100 * _values(epochs, "validation_accuracy")]
    _curves(ax, curves, best, "Accuracy, %")
    finite = _finite(curves)
    if finite.size:
        ax.set_ylim(max(0, finite.min() - 5), min(100.5, finite.max() + 5))


def confusion_matrix(ax, confusion: np.ndarray, classes: Sequence[str]) -> None:
    """(K, K) counts, a row for each true class: blue where right, orange where wrong, darker where fuller."""
    dress(ax)
    ax.spines["bottom"].set_visible(False)
    ax.imshow(confusion_pixels(confusion), interpolation="nearest")
    ax.set_xlabel("predicted", color=MUTED)
    ax.set_ylabel("true", color=MUTED)
    named = range(len(classes)) if len(classes) <= _CLASSES_NAMED else ()
    labels = [_label(classes[k], NAME) for k in named]
    upright = max(map(len, labels), default=0) > (3 if len(classes) > 5 else 10)
    ax.set_xticks(named, labels, parse_math=False, rotation=90 if upright else 0)
    ax.set_yticks(named, labels, parse_math=False)
    ax.tick_params(length=0, labelsize=9 if len(classes) <= 20 else 6)
    if named:
        ax.set_xticks(np.arange(1, len(classes)) - 0.5, minor=True)
        ax.set_yticks(np.arange(1, len(classes)) - 0.5, minor=True)
        ax.tick_params(which="minor", length=0)
        ax.grid(which="minor", color=PAPER, linewidth=1)
    if len(classes) <= _CLASSES_COUNTED:
        strength = confusion_strength(confusion)
        for (row, column), count in np.ndenumerate(confusion):
            if count:
                ink = "white" if strength[row, column] > 0.6 else INK
                _text(ax, column, row, f"{count:,}", color=ink, ha="center", va="center", fontsize=9)


def reliability(ax, bins: Sequence[Bin]) -> None:
    """Confidence against accuracy (see `evaluation.reliability`), a dot for each bin with its 95 % interval."""
    _unit_square(ax, "Right, by confidence", "confidence, %", "right, %")
    ax.plot([0, 100], [0, 100], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    total = sum(bin.n for bin in bins)
    for bin in bins:
        low, high = bin.interval
        ax.plot([100 * bin.confidence] * 2, [100 * low, 100 * high], color=BLUE, linewidth=1.2)
        size = 20 + 260 * bin.n / total
        ax.scatter(100 * bin.confidence, 100 * bin.accuracy, size, color=BLUE, zorder=3, clip_on=False)


def roc(ax, curves: Sequence[Curve]) -> None:
    """False against true positives, a line for each class (see `evaluation.ranking`); the class with the least area in orange."""
    _unit_square(ax, "ROC curve" if len(curves) == 1 else "ROC curves", "wrongly called so, %", "found, %")
    ax.plot([0, 100], [0, 100], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    _by_class(ax, curves)


def precision_recall(ax, curves: Sequence[Curve]) -> None:
    """Recall against precision, a line for each class; the class with the least area in orange."""
    _unit_square(ax, "Precision and recall", "found (recall), %", "right among those called so (precision), %")
    _by_class(ax, curves)


def learning_curve(ax, found: LearningCurve) -> None:
    """Accuracy by the number of training pictures: a dot for each training with its 95 % interval, and where the law leads."""
    dress(ax)
    ax.grid(axis="y", color=RULE, linewidth=0.8)
    sizes = sorted({training.pictures for training in found.trainings})
    if band := found.band:
        ax.fill_between(band.pictures, 100 * band.low, 100 * band.high, color=BLUE, alpha=0.15, linewidth=0)
        ax.plot(band.pictures, 100 * band.accuracy, color=BLUE, linewidth=1.4)
        low, middle, high = (100 * float(values[-1]) for values in (band.low, band.accuracy, band.high))
        sizes.append(2 * sizes[-1])
        ax.plot([sizes[-1]] * 2, [low, high], color=ORANGE, linewidth=1.8)
        ax.plot(sizes[-1], middle, "o", color=PAPER, markersize=7, markeredgecolor=ORANGE, markeredgewidth=1.8, clip_on=False)
    for training in found.trainings:
        ax.plot([training.pictures] * 2, [100 * end for end in training.interval], color=BLUE, linewidth=1.2)
        ax.plot(training.pictures, 100 * training.accuracy, "o", color=BLUE, markersize=5.5)
    ax.set_xscale("log", base=2)
    ax.set_xticks(sizes, [f"{size:,}" for size in sizes])
    ax.set_xlim(sizes[0] / 1.2, sizes[-1] * 1.2)
    ax.minorticks_off()
    ax.set_title(f"Accuracy ({found.part}), %", loc="left", pad=10, fontsize=10.5, color=INK, weight="bold")
    ax.set_xlabel("learned from", color=MUTED)
def risk_coverage(ax, refusals: Refusals) -> None:
    """Share of pictures answered against the share of answers that is wrong, and, dashed, how large that may truly be.

    The threshold that was chosen is a ring, the risk that was asked for a line. `refusals.curve` is needed.
    """
    curve, promise, risk = refusals.curve, refusals.promise, refusals.risk
    _unit_square(ax, "Wrong, by share answered", "answered, %", "wrong among the answers, %")
    shown = np.unique(np.linspace(0, len(curve.risk) - 1, _POINTS).round().astype(np.int64))
    coverage = 100 * curve.coverage[shown]
    ax.plot(coverage, 100 * curve.bound[shown], color=MUTED, linewidth=1, linestyle=(0, (4, 3)))
    ax.plot(coverage, 100 * curve.risk[shown], color=BLUE, linewidth=1.8)
    top = max(130 * float(curve.risk[-1]), 250 * risk, 5.0)
    ax.set_ylim(0, min(101, top))
    if risk:
        ax.axhline(100 * risk, color=ORANGE, linewidth=1)
        _text(ax, 50, 100 * risk, f"asked for: {percent(risk)}", color=ORANGE, ha="center", va="bottom", fontsize=9)
    if promise:
        ring = {"markersize": 8, "markeredgecolor": BLUE, "markeredgewidth": 1.8}
        ax.plot(100 * promise.coverage, 100 * promise.wrong / promise.answered, "o", color=PAPER, clip_on=False, zorder=3, **ring)


def samples(ax, pictures: Mapping[str, Sequence[Picture]]) -> None:
    """A row of pictures for each of the first 20 classes, its name before it; at most ten of each class.

    `pictures`: class name -> pictures, as in `ReportData.samples`.
    """
    rows = [(name, row[:COLUMNS]) for name, row in list(pictures.items())[:ROWS]]
    for number, (name, row) in enumerate(rows):
        _text(ax, -0.1, number + 0.5, _label(name, NAME), ha="right", va="center", fontsize=9)
        for column, picture in enumerate(row):
            _place(ax, picture.pixels, (column, number), 0.94)
    _frame(ax, max((len(row) for _, row in rows), default=0), len(rows))


def sample_predictions(ax, answers: Sequence[Answer], columns: int = 8) -> None:
    """Pictures with the predicted class, its probability and, in orange, what a wrong one truly is."""
    for place, answer in enumerate(answers):
        row, column = divmod(place, columns)
        _place(ax, answer.picture.pixels, (column, row * 1.5), 0.9)
        said = f"{_label(answer.predicted, 9)}, {percent(answer.probability, 0)}"
        lines = said if answer.is_right else f"{said}\nis {_label(answer.label, 12)}"
        colour = INK if answer.is_right else ORANGE
        _text(ax, column + 0.5, row * 1.5 + 0.98, lines, color=colour, ha="center", va="top", fontsize=7.5)
    _frame(ax, columns, -(-len(answers) // columns) * 1.5)


def reconstructions(ax, pictures: Sequence[Rebuilt], columns: int = 10) -> None:
    """Pictures, and under each what an autoencoder gives back of it."""
    for place, picture in enumerate(pictures):
        row, column = divmod(place, columns)
        _place(ax, picture.pixels, (column, row * 2.2), 0.94)
        _place(ax, picture.rebuilt, (column, row * 2.2 + 1), 0.94)
    _frame(ax, columns, -(-len(pictures) // columns) * 2.2)


def first_layer(ax, weights: np.ndarray) -> None:
    """First-layer weights (H, W, C, units) as pictures, the longest first: blue speaks for a unit, orange against."""
    pictures = weight_pictures(weights)
    columns = math.ceil(math.sqrt(2 * len(pictures)))
    ax.imshow(mosaic(pictures, columns), interpolation="nearest")
    ax.set_axis_off()


def _unit_square(ax, title, across, up):
    dress(ax)
    ax.grid(color=RULE, linewidth=0.8)
    ax.set_title(title, loc="left", pad=10, fontsize=10.5, color=INK, weight="bold")
    ax.set_xlabel(across, color=MUTED)
    ax.set_ylabel(up, color=MUTED)
    ax.set_xlim(0, 100)
    ax.set_ylim(0, 101)


def _by_class(ax, curves):
    worst = min(curves, key=lambda curve: curve.area) if len(curves) > 1 else None
    for curve in sorted(curves, key=lambda curve: curve is worst):
        colour = ORANGE if curve is worst else BLUE
        width = 1.8 if curve is worst or len(curves) == 1 else 0.9
        ax.plot(100 * curve.x, 100 * curve.y, color=colour, linewidth=width, clip_on=False)
    if worst is not None:
        _text(ax, 98, 4, f"{_label(worst.name, NAME)}: area {worst.area:.3f}", color=ORANGE, ha="right", va="bottom", fontsize=9)


def _curves(ax, curves, best, title):
    dress(ax)
    ax.grid(axis="y", color=RULE, linewidth=0.8)
    for values, name, colour in zip(curves, ("training", "validation"), (BLUE, ORANGE)):
        if not np.isfinite(values).any():
            continue
        numbers = np.arange(1, len(values) + 1)
        dots = {"marker": "o", "markersize": 4} if len(values) < 10 else {}
        ax.plot(numbers, values, color=colour, linewidth=1.8, label=name, clip_on=False, **dots)
        if best is not None and np.isfinite(values[best]):
            ring = {"markersize": 7, "markeredgecolor": colour, "markeredgewidth": 1.8}
            ax.plot(best + 1, values[best], "o", color=PAPER, clip_on=False, zorder=3, **ring)
    ax.set_title(title, loc="left", pad=10, fontsize=10.5, color=INK, weight="bold")
    ax.set_xlabel("epoch", color=MUTED)
    ax.set_xlim(0.5, max(1, *map(len, curves)) + 0.5)
    ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)
    if ax.lines:
        place = {"loc": "lower right", "bbox_to_anchor": (1, 1.03), "borderaxespad": 0.2, "borderpad": 0.1}
        ax.legend(ncols=2, frameon=False, labelcolor=MUTED, **place)


def _logarithmic(ax):
    ax.set_yscale("log")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:g}")
    ax.minorticks_off()


def dress(ax):
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


def _text(ax, x, y, text, color=INK, **settings):
    ax.text(x, y, text, color=color, linespacing=1.15, parse_math=False, **settings)


def _values(epochs, key):
    """(epochs,) float64, NaN where a value is missing."""
    values = [epoch[key] if isinstance(epoch, Mapping) else getattr(epoch, key) for epoch in epochs]
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def _finite(curves):
    values = np.concatenate(curves)
    return values[np.isfinite(values)]


def _label(name, length):
    """A name that the font can draw."""
    return "".join(letter if ord(letter) in _drawable() else "□" for letter in shorten(name, length))


@functools.cache
def _drawable():
    """The code points that matplotlib's font has a glyph for."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())
