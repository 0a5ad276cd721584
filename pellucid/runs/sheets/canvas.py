"""What contact sheets are drawn on: white paper, three sizes of letters, quiet colours."""

from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from pellucid.words import printable

PAPER = (255, 255, 255)
GROUND = (243, 244, 246)
INK = (24, 29, 38)
QUIET = (113, 121, 134)


@dataclass(frozen=True)
class Canvas:
    """A sheet and what is drawn and written with."""

    image: Image.Image
    draw: ImageDraw.ImageDraw
    title: ImageFont.FreeTypeFont
    answer: ImageFont.FreeTypeFont
    small: ImageFont.FreeTypeFont

    @classmethod
    def blank(cls, width: int, height: int) -> "Canvas":
        """White paper of that size."""
        image = Image.new("RGB", (width, height), PAPER)
        return cls(image, ImageDraw.Draw(image), *(ImageFont.load_default(size) for size in (22, 17, 12)))


def elided(text: str, font: ImageFont.FreeTypeFont, room: float) -> str:
    """The text on one line, its middle left out where it is too long: both ends of a file name tell something."""
    text = printable(text)
    if font.getlength(text) <= room:
        return text
    kept = next((n for n in range(min(len(text), 60) - 1, 0, -1) if font.getlength(_ends(text, n)) <= room), 1)
    return _ends(text, kept)


def _ends(text: str, kept: int) -> str:
    tail = kept // 2
    return f"{text[: kept - tail].rstrip()}…{text[len(text) - tail :].lstrip()}"
