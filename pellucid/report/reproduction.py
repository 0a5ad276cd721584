"""A published system beside what came out here, as one HTML page: no script, nothing loaded from anywhere."""

import base64
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.report.data import Answer, Costs
from pellucid.report.drawings import costs_svg
from pellucid.report.environment import template
from pellucid.words import percent

_MARKS = (0.0, 0.5, 0.8, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999)
_STUCK = 0.5  # a network, or a seed, below it does not decide where the scale begins


@dataclass(frozen=True)
class Scale:
    """A line for shares from `begin` to `end`, on which half the mistakes is always the same step to the right.

        place(share) = log((1 - begin) / (1 - share)) / log((1 - begin) / (1 - end))

    From 99.62 to 99.65 % is a twelfth of all mistakes, and is seen; of the way from 90 to 100 % it is next to nothing. What lies
    beyond an end, 100 % for instance, stands at that end.
    """

    begin: float
    end: float

    @classmethod
    def over(cls, drawn: Sequence["Measured"]) -> "Scale":
        """The shortest scale from mark to mark that holds all that is drawn, but for a few networks that are stuck far below."""
        learned = [each for each in drawn if each.mean >= _STUCK]
        lowest = min(map(_low, learned)) if 2 * len(learned) > len(drawn) else 0.0
        highest = max((share for each in drawn for share in each.shares() if share < 1), default=0.0)
        begin = max(mark for mark in _MARKS[:-1] if mark <= lowest)
        return cls(begin, next((mark for mark in _MARKS if mark >= highest and mark > begin), _MARKS[-1]))

    @property
    def marks(self) -> list[float]:
        """The round shares from its begin to its end."""
        return [mark for mark in _MARKS if self.begin <= mark <= self.end]

    def place(self, share: float) -> float:
        """Where a share stands, from 0 (the left end) to 1."""
        if not self.begin < share < self.end:
            return float(share >= self.end)
        whole = math.log((1 - self.begin) / (1 - self.end))
        return round(math.log((1 - self.begin) / (1 - share)) / whole, 4)


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """One variant and what its runs gave. Shares lie between 0 and 1."""

    name: str
    title: str
    note: str
    score: str  # "72.4 %", or in other words where the network names no classes
    accuracies: Sequence[float]  # a dot on the scale for each seed
    mean: float | None
    spread: float | None
    interval: tuple[float, float] | None
    pictures: str  # "50 test pictures"
    n: int  # of them
    claimed: float | None  # what was claimed of these pictures
    goal: float | None
    reached: bool | None
    facts: Sequence[str]  # "20 seeds", "8.3 s each"
    link: str  # to the report of the first run
    command: str

    def shares(self) -> list[float]:
        """All that is drawn of it."""
        return [*self.accuracies, *self.interval, *(mark for mark in (self.claimed, self.goal) if mark is not None)]


@dataclass(frozen=True, eq=False)
class Gallery:
    """Answers of one run. says: what stands below a picture that is given a class: {"cat": "You got a cat!"}."""

    title: str
    text: str
    answers: Sequence[Answer]
    says: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, eq=False)
class ReproductionPage:
    """All that the page shows, as plain data.

    claims: (what, claimed, here). claimed: the accuracy that was claimed, in words. groups: (heading, variants).
    findings: (finding, evidence), as in `pellucid.systems`. left_out: (variant, why).
    """

    name: str
    title: str
    created: str
    data: str
    quick: str  # what --quick left away, in words; "" for a full run
    claims: Sequence[tuple[str, str, str]]
    claimed: str
    published: Measured | None
    best: Measured | None
    sentences: Sequence[str]
    groups: Sequence[tuple[str, Sequence[Measured]]]
    findings: Sequence[tuple[Any, Any]]
    costs: Sequence[Costs]
    galleries: Sequence[Gallery]
    left_out: Sequence[tuple[str, str]]
    command: str


def render_reproduction(page: ReproductionPage) -> str:
    """The page, complete. Names are escaped where they are put in, and a content security policy forbids scripts."""
    drawn = [each for _, variants in page.groups for each in variants if each.interval]
    scale = Scale.over(drawn)
    return template("reproduction.html", image_uri=_image_uri).render(
        page=page,
        line=scale,
        legend=_legend(drawn, scale),
        costs=list(map(costs_svg, page.costs)),
    )


def _low(each: Measured) -> float:
    """The lowest share that is drawn of a variant, but for seeds that are stuck."""
    return min(share for share in each.shares() if share >= _STUCK or share not in each.accuracies)


def _legend(drawn: Sequence[Measured], scale: Scale) -> str:
    """What the marks on the scales mean, those that are there."""
    several = any(len(each.accuracies) > 1 for each in drawn)
    sentences = {
        f"The scales begin at {percent(scale.begin, 0)}; half the mistakes is always the same step to the right.": True,
        f"Black line: the {'mean' if several else 'accuracy'}.": True,
        "Arrow: it lies further left.": any(each.mean < scale.begin for each in drawn),
        "Dots: the seeds.": several,
        "Blue: the 95 % interval, how far it may lie from the truth when only so many pictures are tested; more seeds make it no "
        "narrower.": True,
        "Grey line: what was claimed.": any(each.claimed is not None for each in drawn),
        "Orange, dashed: the goal that was set before.": any(each.goal is not None for each in drawn),
    }
    return " ".join(sentence for sentence, holds in sentences.items() if holds)


def _image_uri(picture: bytes) -> str:
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"
