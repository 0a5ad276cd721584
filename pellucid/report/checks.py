"""What the checks before training found: sentences, and pictures side by side, as a report or a page shows them."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pellucid.checks import MOST, UNEVEN, Findings, rule_in_words
from pellucid.words import count, listing, percent, quoted

_NAMED = 3  # suspects whose names stand in the sentence
_ADVICE = {
    "file format": "save all pictures in one format",
    "compression (bytes a pixel)": "save all pictures with the same quality",
    "file size in bytes": "save all pictures in the same way",
}


class Tile(NamedTuple):
    """A small picture (H, W, 1 or 3) uint8 and the words under it."""

    name: str
    pixels: np.ndarray
    label: str
    note: str = ""


class Strip(NamedTuple):
    """Groups of pictures that belong side by side, and what they show; `more` groups are not drawn."""

    title: str
    groups: Sequence[Sequence[Tile]]
    more: int = 0


class Checks(NamedTuple):
    """The section of a report: the first sentence is the most important one; `serious` of them must not be missed."""

    sentences: Sequence[str]
    serious: int
    strips: Sequence[Strip] = ()


def check_sentences(findings: Findings, together: bool | None = None) -> tuple[list[str], int]:
    """What was found, in plain sentences, the serious ones first, and how many those are.

    together: whether copies were kept on one side of a split; None where there was none.
    """
    serious = [
        "" if _left_out(findings) else _crossing(findings),
        _conflicts(findings),
        _shortcuts(findings),
        _copies(findings, together) if together is False and findings.groups else "",
    ]
    notes = [
        _copies(findings, together) if together is not False else "",
        _unsearched(findings),
        _crossing(findings) if _left_out(findings) else "",
        _suspects(findings),
        _oddities(findings),
        _broken(findings),
        _shift(findings),
        _balance(findings),
        _bursts(findings),
    ]
    serious, notes = [text for text in serious if text], [text for text in notes if text]
    if not serious and not notes:
        notes = ["Nothing suspicious was found: no copies, no shortcuts, no odd pictures, no doubtful labels."]
    return serious + notes, len(serious)


def _copies(findings: Findings, together: bool | None) -> str:
    repeated = len(findings.dataset) - findings.distinct
    if not repeated:
        return ""
    ways = [("mirrored", findings.copies.mirrored), ("cropped", findings.copies.cropped)]
    some = [f"{int(which.sum()):,} {way}" for way, which in ways if which.any()]
    among = f" (of the matching pairs {listing(some)})" if some else ""
    text = (
        f"The {count(len(findings.dataset), 'picture')} show {findings.distinct:,} different ones: "
        f"{repeated:,} {'is a copy' if repeated == 1 else 'are copies'} of another, "
        f"the same file again, resized, lightened or saved anew{among}."
    )
    if together and len(findings.crossing) and not _left_out(findings):
        return f"{text} Where pellucid cut the pictures itself, copies lie on one side; the given parts are as they came."
    if together:
        return f"{text} All copies of a picture lie on one side of the split, so none of the test was seen in training."
    if together is False:
        seen = "test pictures may have been seen in training, and the score flatters"
        return f"{text} They were not kept on one side of the split: {seen}."
    return f"{text} pellucid train keeps all copies of a picture on one side of the split."


def _unsearched(findings: Findings) -> str:
    """Which copies were not looked for."""
    if findings.copies.searched == "none":
        return "Copies of pictures were not looked for (`data.leak_guard` is off): if there are any, the score may flatter."
    if findings.copies.searched == "equal":
        return (
            f"Among more than {MOST:,} pictures only exact copies were looked for: resized, mirrored, lightened or cropped ones "
            "may lie on both sides of the split."
        )
    return ""


def _crossing(findings: Findings) -> str:
    n = len(findings.crossing)
    if not n:
        return ""
    text = f"{count(n, 'picture')} of the given training or validation part {'has' if n == 1 else 'have'} a copy in a later part"
    if _left_out(findings):
        return f"{text}; {'it was' if n == 1 else 'they were'} left out of training."
    return f"{text}, so that part is no fair test: --set data.leak_guard=drop leaves them out of training."


def _left_out(findings: Findings) -> bool:
    """Whether the pictures that have a copy in a later part are in no part any more."""
    return len(findings.crossing) > 0 and not any(findings.dataset.split[findings.crossing])


def _conflicts(findings: Findings) -> str:
    if not len(findings.conflicts):
        return ""
    return f"{count(len(findings.conflicts), 'pair')} of copies carry two different labels: in each pair one must be wrong."


def _shortcuts(findings: Findings) -> str:
    if not findings.shortcuts:
        return ""
    first, *others = findings.shortcuts
    advice = _ADVICE.get(first.fact, "see that it does not differ between the classes")
    too = f" The same is told by {listing([f'the {other.fact}' for other in others])}." if others else ""
    return (
        f"The {first.fact} alone tells the class of {percent(first.recall)} of the pictures "
        f"({rule_in_words(first, findings.dataset.classes)}). A network may learn that in place of what the pictures show: "
        f"{advice}.{too}"
    )


def _suspects(findings: Findings) -> str:
    suspects, n = findings.suspects, len(findings.suspects)
    if not n:
        return ""
    paths, classes = findings.dataset.paths, findings.dataset.classes
    first = listing([f"{quoted(paths[row])} (like {quoted(classes[other])})" for row, other, _ in suspects[:_NAMED]])
    return (
        f"{count(n, 'picture')} look{'s' if n == 1 else ''} like another class than "
        f"{'its label says' if n == 1 else 'their labels say'}: please look at {first}{' first' if n > _NAMED else ''}."
    )


def _oddities(findings: Findings) -> str:
    kinds = [each.kind for each in findings.oddities]
    counted = [f"{kinds.count(kind):,} {words}" for kind, words in _KINDS.items() if kind in kinds]
    if not counted:
        return ""
    first = findings.oddities[0]
    name = quoted(findings.dataset.paths[first.row])
    return f"Some pictures stand out: {listing(counted)}; the first is {name} ({first.detail})."


_KINDS = {"blank": "blank", "tiny": "tiny", "odd shape": "of an odd shape"}


def _broken(findings: Findings) -> str:
    broken = findings.dataset.broken
    if not broken:
        return ""
    path, reason = broken[0]
    left = "is left out" if len(broken) == 1 else "are left out"
    return f"{count(len(broken), 'file')} cannot be read and {left}; the first is {quoted(path)} ({reason})."


def _shift(findings: Findings) -> str:
    shift = findings.shift
    if shift is None:
        return ""
    return (
        f"{quoted(findings.dataset.classes[shift.label])} is {percent(shift.in_training)} of the training pictures and "
        f"{percent(shift.in_part)} of the {shift.part} pictures: a network that learns the first share gives this answer too "
        "seldom there. --set loss.class_weight=balanced makes every class count alike."
    )


def _balance(findings: Findings) -> str:
    if findings.imbalance < UNEVEN:
        return ""
    counts = findings.dataset.counts()
    most, least = max(counts, key=counts.get), min(counts, key=counts.get)
    return (
        f"{quoted(most)} has {findings.imbalance:.1f} times as many pictures as {quoted(least)}: "
        "--set loss.class_weight=balanced makes every class count alike."
    )


def _bursts(findings: Findings) -> str:
    n = findings.in_bursts
    if not n:
        return ""
    return (
        f"{count(n, 'picture')} were taken within a minute of another of the same class: if they show one scene, "
        "--set data.burst_seconds=60 keeps such series on one side of the split."
    )
