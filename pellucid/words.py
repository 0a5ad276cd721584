"""Numbers and names as people write them: on pages, in sentences, on the terminal."""

import math
from collections.abc import Sequence

SPACE = "\u00a0"  # between a number and its unit: no line break there
_PARTS = {"train": "training", "cross-validation": "cross-validated"}


def printable(text: str) -> str:
    """`text` on one line, with nothing hidden in it.

    Control characters, line breaks, direction overrides and bytes that are not UTF-8 are written as Python would escape
    them. The joiners that Persian and emoji need stay.
    """
    return "".join(c if c.isprintable() or c in "\u00a0\u200c\u200d" else _escaped(c) for c in str(text))


def plain(text: str) -> str:
    """The printable text with ordinary spaces: for the terminal, and for files that programs read."""
    return printable(text).replace(SPACE, " ")


def _escaped(letter: str) -> str:
    return letter.encode("unicode_escape").decode("ascii")


def shorten(text: str, length: int = 40) -> str:
    """The printable text, its middle replaced by an ellipsis where it is longer than `length`."""
    text = printable(text)
    if len(text) <= length:
        return text
    tail = (length - 1) // 3  # endings tell files apart
    return f"{text[: length - 1 - tail]}…{text[-tail:]}"


def quoted(name: str) -> str:
    """A class or file name inside a sentence."""
    return f"“{shorten(name)}”"


def percent(share: float, decimals: int = 1) -> str:
    """0.969 as "96.9 %"; rounding never makes an almost certain share certain: 0.9999 is "> 99.9 %", 1 is "100 %"."""
    if math.isnan(share):
        return "unknown"
    smallest, text = 10.0**-decimals, f"{100 * share:.{decimals}f}"
    if share in (0, 1):
        text = f"{share:.0%}"[:-1]
    elif float(text) == 0:
        text = f"< {smallest:.{decimals}f}"
    elif share < 1 and float(text) == 100:
        text = f"> {100 - smallest:.{decimals}f}"
    return f"{text}{SPACE}%".replace("-", "−")  # a network may explain less than nothing


def span(interval: tuple[float, float], decimals: int = 1) -> str:
    """(0.95, 0.9854) as "95.0–98.5 %"."""
    low, high = (percent(end, decimals) for end in interval)
    return f"{low.removesuffix(f'{SPACE}%')}–{high}"


def points(difference: float) -> str:
    """The difference of two shares, without its sign: 0.031 as "3.1 points"."""
    number = f"{100 * abs(difference):.1f}"
    return f"{number}{SPACE}{'point' if number == '1.0' else 'points'}"


def signed(value: float, decimals: int = 4) -> str:
    """-0.0087 as "−0.0087", 0.0087 as "+0.0087", and 0 without a sign."""
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text[1:] if float(text[1:]) == 0 else text


def part_word(part: str) -> str:
    """What a part is called before a noun: "360 test pictures", "1,257 training pictures"."""
    return _PARTS.get(part, part)


def count(n: int, one: str, many: str | None = None) -> str:
    """1 and "picture" as "1 picture", 1797 as "1,797 pictures"."""
    return f"{n:,}{SPACE}{one if n == 1 else many or one + 's'}"


def grouped(n: int) -> str:
    """17226 as "17,226"."""
    return f"{n:,}"


def listing(items: Sequence[str], last: str = "and") -> str:
    """["a", "b", "c"] as "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def number(value: float) -> str:
    """Three significant digits: 0.00412, 2.31, 1.2e−07."""
    if not math.isfinite(value):
        return "NaN" if math.isnan(value) else ("∞" if value > 0 else "−∞")
    return f"{value:.3g}".replace("-", "−")


def duration(seconds: float) -> str:
    """8.31 as "8.3 s", 48.4 as "48 s", 125 as "2 min 5 s", 4320 as "1 h 12 min"."""
    if seconds < 9.95:
        return f"{seconds:.1f}{SPACE}s"
    if seconds < 59.5:
        return f"{seconds:.0f}{SPACE}s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes}{SPACE}min {rest}{SPACE}s"
    hours, minutes = divmod(round(seconds / 60), 60)
    return f"{hours}{SPACE}h {minutes}{SPACE}min"


def memory(count: int) -> str:
    """Bytes: 9930 as "9.93 kB"."""
    for unit in ("B", "kB", "MB"):
        if count < 1000:
            return f"{count:.3g}{SPACE}{unit}"
        count /= 1000
    return f"{count:.3g}{SPACE}GB"


def p_value(probability: float) -> str:
    """The probability of a test, as it is written."""
    if probability < 0.001:
        return f"p{SPACE}<{SPACE}0.001"
    return f"p{SPACE}={SPACE}{probability:.2g}"
