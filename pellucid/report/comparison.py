"""Several runs side by side, as one HTML page: no script, nothing loaded from anywhere."""

import math
from collections.abc import Mapping
from typing import Any, NamedTuple

from pellucid.evaluation import ComparedRun, Comparison, decimals
from pellucid.report import comparison_sentences as sentences
from pellucid.report.drawings import comparison_svg
from pellucid.report.environment import template
from pellucid.report.figures.comparison import COLOURS, LINES
from pellucid.words import p_value, percent, quoted, span

_NAMED = 60  # pictures on which two runs differ that are listed


class Lane(NamedTuple):
    """A run's score on the axis: places from 0 (its left end) to 1."""

    run: ComparedRun
    text: str
    at: float
    low: float
    high: float


def render_comparison(comparison: Comparison) -> str:
    """The page, complete. Names are escaped where they are put in, and a content security policy forbids scripts."""
    lanes, ends = _lanes(comparison)
    page = template("comparison.html", setting=setting, interval=interval_text, p_value=p_value)
    return page.render(
        swatch=_swatch(comparison),
        comparison=comparison,
        runs=comparison.runs,
        noun=comparison.noun,
        headline=sentences.headline(comparison),
        findings=sentences.findings(comparison),
        lanes=lanes,
        ends=ends,
        curves=comparison_svg(comparison.runs),
        watched=[run.name for run in comparison.runs if not _validated(run)],
        one_loss=len({run.settings.get("loss.name") for run in comparison.runs}) == 1,
        by_class=_by_class(comparison.runs),
        reasons=_reasons(comparison),
        differing=_differing(comparison),
        settings=comparison.differences | _circumstances(comparison.runs),
    )


def setting(value: Any) -> str:
    """The value of a key as text: layers as `Dense(units=32)`, lists without brackets, nothing as a dash."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping):
        if "type" in value:
            return f"{value['type']}({', '.join(f'{key}={setting(each)}' for key, each in value.items() if key != 'type')})"
        return ", ".join(f"{key} = {setting(each)}" for key, each in value.items()) or "none"
    if isinstance(value, list):
        return ", ".join(map(setting, value)) or "none"
    return str(value) if value != "" else "none"


def score_text(run: ComparedRun) -> str:
    """The score in a few letters: "97.2 %", or what share of the variance an autoencoder gives back."""
    if run.classes:
        return percent(run.score["accuracy"], decimals(run.score["n"]))
    return f"{percent(run.score['explained'])} given back"


def interval_text(run: ComparedRun) -> str:
    """The interval as "94.3–98.9 %"; nothing for an autoencoder."""
    if not run.classes:
        return ""
    return span(run.score["interval"], decimals(run.score["n"]))


def _lanes(comparison: Comparison) -> tuple[list[Lane], tuple[float, float]]:
    """The accuracies with their intervals, on an axis that begins at the multiple of 10 % below the lowest."""
    named = [run for run in comparison.runs if run.classes]
    begin = math.floor(10 * min((run.score["interval"][0] for run in named), default=0.0)) / 10
    begin = min(begin, 0.9)

    def place(share: float) -> float:
        return round((share - begin) / (1 - begin), 4)

    lanes = [Lane(run, score_text(run), place(run.score["accuracy"]), *map(place, run.score["interval"])) for run in named]
    return lanes, (begin, 1.0)


def _validated(run: ComparedRun) -> bool:
    return any(epoch.get("validation_loss") is not None for epoch in run.epochs)


def _by_class(runs) -> list[tuple[str, list[float | None]]]:
    """(class, recall of each run): how much of it is found; nothing where the runs know different classes."""
    if not all(run.classes and set(run.classes) == set(runs[0].classes) for run in runs):
        return []
    recall = [{row["name"]: row["recall"] for row in run.score.get("per_class", ())} for run in runs]
    return [(name, [found.get(name) for found in recall]) for name in runs[0].classes]


def _reasons(comparison: Comparison) -> list[str]:
    """Why pairs cannot be tested, each reason once, with the pairs."""
    found: dict[str, list[str]] = {}
    for pair in comparison.pairs:
        if pair.pairing is None:
            found.setdefault(pair.reason, []).append(f"{quoted(pair.first.name)} and {quoted(pair.second.name)}")
    return [f"{reason[0].upper()}{reason[1:]}: {'; '.join(pairs)}." for reason, pairs in found.items()]


def _differing(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    """(name, truth, answer of the first, answer of the second) of pictures that one of two runs has right, the other wrong."""
    if len(comparison.pairs) != 1:
        return []
    [pair] = comparison.pairs
    names = [*pair.first_right, *pair.second_right][:_NAMED]
    return [(name, *pair.first.answers[name], pair.second.answers[name][1]) for name in names]


def _circumstances(runs) -> dict[str, list[str]]:
    """What else differs, beside the recipes."""
    found = {
        "version of pellucid": [run.version or None for run in runs],
        "SHA-256 of the data": [run.data_sha256[:12] or None for run in runs],
    }
    return {key: values for key, values in found.items() if len(set(values)) > 1}


def _swatch(comparison: Comparison):
    """The colour and the kind of line of a run, as a small stroke; with `bare`, the class of the colour alone."""
    from markupsafe import Markup

    places = {run.name: place for place, run in enumerate(comparison.runs)}

    def swatch(run: ComparedRun, bare: bool = False) -> str:
        colour, line = places[run.name] % len(COLOURS), places[run.name] // len(COLOURS) % len(LINES)
        return f"run-{colour}" if bare else Markup(f'<i class="swatch run-{colour} line-{line}"></i>')

    return swatch
