"""A published system beside what came out here, as one HTML page: no script, nothing loaded from anywhere."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pellucid.report.data import Answer, Costs
from pellucid.report.drawings import costs_svg
from pellucid.report.environment import template


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
    goal: float | None
    reached: bool | None
    facts: Sequence[str]  # "20 seeds", "8.3 s each"
    link: str  # to the report of the first run
    command: str


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

    claims: (what, claimed, here). claimed: the accuracy that was claimed, a mark on every scale. groups: (heading, variants).
    findings: (finding, evidence), as in `pellucid.systems`. left_out: (variant, why).
    """

    name: str
    title: str
    created: str
    data: str
    quick: str  # what --quick left away, in words; "" for a full run
    claims: Sequence[tuple[str, str, str]]
    claimed: float | None
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
    return template("reproduction.html", image_uri=_image_uri).render(page=page, costs=list(map(costs_svg, page.costs)))


def _image_uri(picture: bytes) -> str:
    kind = "png" if picture.startswith(b"\x89PNG") else "jpeg"
    return f"data:image/{kind};base64,{base64.b64encode(picture).decode('ascii')}"
