"""A figure around one `ax`, and the figure as an `<svg>` element or a PNG file."""

import io
import re
from collections.abc import Callable

from pellucid.report.figures.style import BLUE, INK, MUTED, ORANGE, PAPER, RULE

RESOLUTION = 150  # dots an inch
EDGE = (0.1, 0.1, 0.1, 0.1)  # margins in inches: left, right, bottom, top
SQUARE = (0.62, 0.12, 0.5, 0.42)  # of a curve with words along both axes
WIDE = (0.5, 0.15, 0.48, 0.42)  # of one with numbers alone on its left

# The colours of the figures become those of the page, which has others in the dark.
_VARIABLES = {
    INK: "ink",
    MUTED: "muted",
    RULE: "rule",
    PAPER: "paper",
    BLUE: "blue",
    ORANGE: "orange",
}


def drawn(draw: Callable, *arguments, size: tuple[float, float], margins: tuple[float, float, float, float] = EDGE):
    """A figure of that size in inches, in which `draw(ax, *arguments)` fills what the margins leave.

    Fixed margins instead of a layout engine: they are known here, and a layout draws everything twice.
    """
    from matplotlib.figure import Figure

    (width, height), (left, right, bottom, top) = size, margins
    figure = Figure(figsize=size)
    draw(figure.add_axes((left / width, bottom / height, 1 - (left + right) / width, 1 - (bottom + top) / height)), *arguments)
    return figure


def laid_out(draw: Callable, *arguments, size: tuple[float, float]):
    """The same where nobody knows how much room the names need."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=size, layout="constrained")
    draw(figure.subplots(), *arguments)
    return figure


def as_png(figure) -> bytes:
    """The figure as a PNG file."""
    stream = io.BytesIO()
    figure.savefig(stream, format="png", dpi=RESOLUTION)
    return stream.getvalue()


def as_svg(figure, name: str) -> str:
    """The figure as an `<svg>` element that takes the colours of the page it stands in; name: what it shows, escaped."""
    from matplotlib import rc_context

    stream = io.StringIO()
    with rc_context({"svg.fonttype": "none", "svg.hashsalt": name}):  # ids that are stable, and its own
        # No metadata: a date would make two renderings of one run differ.
        metadata = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(stream, format="svg", transparent=True, metadata=metadata)
    drawing = stream.getvalue()
    drawing = drawing[drawing.index("<svg") :].replace("<svg", f'<svg role="img" aria-label="{name}"', 1)
    drawing = re.sub(r"<defs>\s*<style.*?</style>\s*</defs>", "", drawing, flags=re.DOTALL)
    drawing = re.sub(r' xmlns(:xlink)?="[^"]*"|(?<=<g) id="[^"]*"', "", drawing).replace("xlink:href", "href")
    drawing = re.sub(r"font-family: [^;\"]*;? ?", "", drawing)
    for colour, variable in _VARIABLES.items():
        drawing = drawing.replace(colour, f"var(--{variable})")
    return drawing
