"""A search as one HTML page: its history, what mattered, its best trials, the best recipe; no script, nothing loaded."""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pellucid import words
from pellucid.report.drawings import search_svg
from pellucid.report.environment import template
from pellucid.report.trials import Trial, ranked

BEST_SHOWN = 10


@dataclass(frozen=True, kw_only=True, eq=False)
class SearchData:
    """All that the page of a search shows. The first trial is the recipe as it was, as far as the space holds it."""

    title: str
    created: str
    recipe: str  # its name
    space: Mapping[str, str]  # each key's range or choices, in words
    logarithmic: frozenset[str]  # the keys whose ranges are
    trials: Sequence[Trial]
    best: Trial
    importance: Mapping[str, float]
    n_train: int
    n_validation: int
    noun: str  # "picture" or "row"
    best_recipe: str  # TOML
    command: str  # that trains it


def render_search(data: SearchData) -> str:
    """The page, complete; every name and text is escaped where it is put in."""
    history, effects = search_svg(data.trials, {key: key in data.logarithmic for key in data.space})
    return template("search.html", value=value_text).render(
        data=data,
        findings=sentences(data),
        facts=_facts(data),
        best=ranked(data.trials)[:BEST_SHOWN],
        importance=sorted(data.importance.items(), key=lambda item: -item[1]),
        history=history,
        effects=effects,
    )


def sentences(data: SearchData) -> list[str]:
    """What the search found, in plain words."""
    best, first = data.best, data.trials[0]
    found = [_gain(best, first)]
    counts = {state: sum(trial.state == state for trial in data.trials) for state in ("complete", "pruned", "failed", "unfinished")}
    said = [words.count(counts["complete"], "trial") + " ran to the end"]
    if counts["pruned"]:
        said.append(f"{counts['pruned']} {_was(counts['pruned'])} cut short, being worse than half of the others at the same epoch")
    if counts["failed"]:
        said.append(f"{counts['failed']} failed")
    if counts["unfinished"]:
        said.append(f"{counts['unfinished']} {_was(counts['unfinished'])} not finished")
    found.append(f"{words.listing(said)}.")
    if data.importance:
        key, share = max(data.importance.items(), key=lambda item: item[1])
        found.append(f"What mattered most was {key}: it explains {words.percent(share, 0)} of the differences between the trials.")
    else:
        found.append("Ten complete trials are needed before anything can be said about which settings matter.")
    chosen = f"was chosen by its loss on {words.count(data.n_validation, data.noun)}, so its accuracy there flatters"
    found.append(
        f"The best of {words.count(len(data.trials), 'trial')} {chosen}. The test part was not looked at: train with the best "
        "recipe, and believe that score."
    )
    if best.accuracy is not None:
        off = words.points(0.98 / math.sqrt(data.n_validation))  # 1.96 standard deviations at an accuracy of a half
        found.append(f"On so many an accuracy may be off by {off}: trials that lie closer together cannot be told apart.")
    return found


def value_text(value: Any) -> str:
    """A setting as the recipe has it, numbers to three digits."""
    if isinstance(value, float):
        return words.number(value)
    return value if isinstance(value, str) else json.dumps(value, default=str)


def _gain(best: Trial, first: Trial) -> str:
    loss = f"validation loss {words.number(best.loss)}"
    right = "" if best.accuracy is None else f", {words.percent(best.accuracy)} of the validation part right"
    found = f"Trial {best.number + 1} is the best: {loss}{right}."
    if first.state != "complete" or first is best:
        return found + (" It is the recipe as it was: nothing that was tried is better." if first is best else "")
    before = words.number(first.loss)
    right = "" if first.accuracy is None else f", {words.percent(first.accuracy)} right"
    return f"{found} The recipe as it was has {before}{right}."


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _facts(data: SearchData) -> list[tuple[str, str]]:
    seconds = sum(trial.seconds for trial in data.trials)
    epochs = sum(trial.epochs for trial in data.trials)
    return [
        ("Recipe", data.recipe),
        ("Learned from", words.count(data.n_train, f"training {data.noun}")),
        ("Compared on", words.count(data.n_validation, f"validation {data.noun}")),
        ("Training", f"{words.duration(seconds)} in all, {words.count(epochs, 'epoch')}"),
        ("Method", "tree of Parzen estimators (Bergstra et al. 2011) and median pruning, by Optuna"),
    ]
