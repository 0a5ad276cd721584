"""The data, the input and the run as rows of (term, description) in words."""

from collections.abc import Mapping

from pellucid.report.data import DataFacts, InputFacts, ReportData
from pellucid.words import SPACE, count, duration, listing, number, percent, printable

_FITS = {"stretch": "stretched to fit", "pad": "fitted inside, the rest left blank", "crop": "the middle cut out"}
_VIEWS = {
    "flip": "outputs averaged over a picture and its mirror image",
    "shift": "outputs averaged over five views: a picture in place, and moved by a pixel along both diagonals",
    "flip+shift": "outputs averaged over six views: a picture and its mirror image, in place and moved by a pixel both ways",
}
_CHANNELS = {1: "grey", 3: "RGB"}
_NAMED = 5  # broken files named one by one; the others are counted


def data_facts(facts: DataFacts, noun: str) -> list[tuple[str, str]]:
    """Where the data came from and what it is like."""
    total = sum(sum(part.values()) for part in facts.counts.values())
    rows = [
        ("Source", printable(facts.location)),
        (f"{noun.capitalize()}s", f"{total:,} in {count(len(facts.classes), 'class', 'classes')}"),
        ("Labels", printable(facts.label_rule)),
        ("Original size", _sizes(facts.sizes)),
        ("Format", listing([f"{printable(kind)}{SPACE}({n:,})" for kind, n in facts.formats.items()])),
        ("Values", f"{number(facts.value_range[0])} to {number(facts.value_range[1])}"),
        ("Left out", listing([f"{n:,} × {printable(kind)}" for kind, n in facts.ignored.items()])),
        ("Unreadable", _broken(facts.broken)),
        ("Notes", printable("; ".join(facts.notes))),
    ]
    return [(term, text) for term, text in rows if text]


def class_counts(facts: DataFacts) -> list[tuple[str, list[int]]]:
    """(class, [pictures in each part, then in all]) for every class."""
    rows = [(name, [part.get(name, 0) for part in facts.counts.values()]) for name in facts.classes]
    return [(name, [*counts, sum(counts)]) for name, counts in rows]


def input_facts(facts: InputFacts, sizes: Mapping[tuple[int, int], int]) -> list[tuple[str, str]]:
    """What becomes of a picture before the first layer sees it."""
    if len(facts.shape) == 1:
        return [("Input", f"{count(facts.shape[0], 'feature')}, {_normalisation(facts)}")]
    height, width, channels = facts.shape
    size = f"{width} × {height} pixels, {_CHANNELS.get(channels, count(channels, 'channel'))}"
    fit = "" if set(sizes) <= {(width, height)} else f", {_FITS.get(facts.fit, facts.fit)}"
    rows = [
        ("Input", f"{size}{fit}; {_normalisation(facts)}"),
        ("Changed in training", listing(list(map(_change, facts.changes.items())))),
        ("Answers", _VIEWS.get(facts.views, "")),
    ]
    return [(term, text) for term, text in rows if text]


def run_facts(data: ReportData) -> list[tuple[str, str]]:
    """When, how long, and with what: enough to tell two runs apart."""
    rows = [
        ("Made", data.created),
        ("Training time", duration(data.seconds)),
        ("Versions", ", ".join(f"{name} {version}" for name, version in data.versions.items())),
        ("SHA-256 of the data", data.data.content_hash),
    ]
    return [(term, printable(text)) for term, text in rows if text]


def _change(setting):
    """("crop", 4) as "crop 4", ("flip", True) as "flip"."""
    key, value = setting
    key = key.replace("_", " ")
    return key if value is True else f"{key} {value if isinstance(value, str) else number(value)}"


def _sizes(sizes):
    if not sizes:
        return ""
    if len(sizes) == 1:
        return _size(next(iter(sizes)))
    ordered = sorted(sizes, key=lambda size: size[0] * size[1])
    common = max(sizes, key=sizes.get)
    share = percent(sizes[common] / sum(sizes.values()), 0)
    return f"{len(sizes):,} sizes from {_size(ordered[0])} to {_size(ordered[-1])}; {share} are {_size(common)}"


def _size(size):
    return f"{size[0]:,}{SPACE}×{SPACE}{size[1]:,}"


def _broken(broken):
    named = [f"{printable(path)} ({printable(reason)})" for path, reason in broken[:_NAMED]]
    more = len(broken) - len(named)
    return "; ".join([*named, f"and {more:,} more"] if more else named)


def _normalisation(facts):
    return {
        "none": "values as they are",
        "unit": "values scaled to 0…1",
        "standard": f"minus the mean and divided by the deviation of each {facts.per}, both from the training part",
    }.get(facts.normalisation, facts.normalisation)
