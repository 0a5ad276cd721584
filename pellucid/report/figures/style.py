"""How all figures look: colours, axes without a box, names as they are written."""

import functools

from pellucid.words import shorten

INK, MUTED, RULE, PAPER = "#1f2430", "#5d6675", "#d9dde3", "#ffffff"
BLUE, ORANGE = "#0072b2", "#d55e00"
NAME = 18  # the longest name that is written out, in letters
POINTS = 300  # of a curve that are drawn; more could not be told apart


def dress(ax):
    """Quiet axes: no box, muted ticks."""
    for side in ("top", "right", "left"):
        ax.spines[side].set_visible(False)
    ax.spines["bottom"].set_color(RULE)
    ax.tick_params(colors=MUTED, length=0, labelsize=9)
    ax.set_facecolor("none")


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
