"""How all figures look: colours, axes without a box, names as they are written."""

import functools
import math
from collections.abc import Mapping

import numpy as np

from pellucid.words import shorten

INK, MUTED, RULE, PAPER = "#1f2430", "#5d6675", "#d9dde3", "#ffffff"
BLUE, ORANGE = "#0072b2", "#d55e00"
NAME = 18  # the longest name that is written out, in letters
POINTS = 300  # of a curve that are drawn; more could not be told apart
_LOG_FROM = 30  # losses that differ by more than this factor are drawn on a logarithmic scale


def dress(ax):
    """Quiet axes: no box, muted ticks."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(RULE)
    ax.tick_params(colors=MUTED, length=0, labelsize=9)
    ax.set_facecolor("none")


def headed(ax, title, across="", rules="y"):
    """Dressed for curves: rules behind them, a title above, below what runs across."""
    dress(ax)
    ax.grid(axis=rules, color=RULE, linewidth=0.8)
    ax.set_title(title, loc="left", pad=10, fontsize=10.5, color=INK, weight="bold", parse_math=False)
    ax.set_xlabel(across, color=MUTED)


def whole_numbers(ax):
    """Ticks at whole numbers along x."""
    ax.xaxis.get_major_locator().set_params(integer=True, min_n_ticks=1)


def logarithmic_axis(ax, axis):
    """A logarithmic axis, "x" or "y", with plain numbers."""
    ax.set(**{f"{axis}scale": "log"})
    getattr(ax, f"{axis}axis").set_major_formatter(lambda value, _: f"{value:g}")


def loss_scale(ax, losses):
    """From 0, or logarithmic where the losses (n,), all finite, differ by more than 30 times; says whether it is logarithmic."""
    if losses.size and losses.min() > 0 and losses.max() > _LOG_FROM * losses.min():
        logarithmic_axis(ax, "y")
        ax.minorticks_off()
        return True
    if losses.size and losses.min() >= 0:
        ax.set_ylim(bottom=0)
    return False


def percent_scale(ax, values):
    """A little more than the range of the values (n,), all finite, within 0 to 100."""
    if values.size:
        ax.set_ylim(max(0, values.min() - 5), min(100.5, values.max() + 5))


def by_epoch(epochs, key):
    """(epochs,) float64, NaN where a value is missing; epochs: `training.Epoch` records, or the lines of `metrics.jsonl`."""
    values = [epoch.get(key) if isinstance(epoch, Mapping) else getattr(epoch, key) for epoch in epochs]
    return np.array([math.nan if value is None else value for value in values], dtype=np.float64)


def text(ax, x, y, words, color=INK, **settings):
    """Write words at a place of the axes; `$` starts no formula."""
    ax.text(x, y, words, color=color, linespacing=1.15, parse_math=False, **settings)


def label(name, length):
    """A name that the font can draw."""
    return "".join(letter if ord(letter) in _drawable() else "□" for letter in shorten(name, length))


@functools.cache
def _drawable():
    """The code points that matplotlib's font has a glyph for."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    return frozenset(get_font(findfont(FontProperties())).get_charmap())
