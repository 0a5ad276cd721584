"""Shortcuts: can something that the pictures do not show, as the format of the file, tell the class all the same?

For each single fact (format, width, height, shape, bytes, compression, brightness, colour) the best rule with at most four
cases is found on every other picture of each class and tried on the rest. What counts is the skill, the share of the way
from guessing to always right, with all classes weighing the same:

    skill = (mean recall - 1/K) / (1 - 1/K)      K classes
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

FILE_SKILL = 0.5  # from which a fact about the file is a shortcut: 75 % right where two classes are equally common
COLOUR_SKILL = 0.7  # from which the mean colour is one: grass and sky do tell something, and may
_FEWEST = 8  # pictures of each class from which a rule can be tried


class Case(NamedTuple):
    """One line of a rule: the fact lies in [low, high) (or is `text`), so the class is `label`."""

    label: int
    low: float = -np.inf
    high: float = np.inf
    text: str = ""


class Shortcut(NamedTuple):
    """A fact that tells the class: "format", its rule, and the mean recall of the rule on pictures it was not made from."""

    fact: str
    cases: tuple[Case, ...]
    recall: float
    skill: float


def find_shortcuts(facts: Mapping[str, np.ndarray], labels: np.ndarray) -> list[Shortcut]:
    """The facts (name: values (N,), text or numbers) that tell the class of most pictures, the best first.

    Facts whose name begins with "mean" are held to COLOUR_SKILL, the others to FILE_SKILL.
    """
    present, labels = np.unique(labels, return_inverse=True)
    counts = np.bincount(labels)
    if len(present) < 2 or counts.min() < _FEWEST:
        return []
    half = _every_other(labels)
    found = []
    for fact, values in facts.items():
        rule = _rule(values[half], labels[half], len(present))
        answers = _answers(rule, values[~half])
        recalls = [np.mean(answers[labels[~half] == label] == label) for label in range(len(present))]
        recall = float(np.mean(recalls))
        skill = (recall - 1 / len(present)) / (1 - 1 / len(present))
        chance = 3 / np.sqrt(np.sum(~half))  # three deviations of what guessing may score
        if skill >= max(chance, COLOUR_SKILL if fact.startswith("mean") else FILE_SKILL):
            cases = tuple(case._replace(label=int(present[case.label])) for case in rule)
            found.append(Shortcut(fact, cases, recall, skill))
    return sorted(found, key=lambda shortcut: -shortcut.skill)


def _every_other(labels: np.ndarray) -> np.ndarray:
    """(N,) bool: the 1st, 3rd, 5th, ... picture of each class."""
    chosen = np.zeros(len(labels), bool)
    for label in np.unique(labels):
        chosen[np.flatnonzero(labels == label)[::2]] = True
    return chosen


def _rule(values: np.ndarray, labels: np.ndarray, k: int) -> tuple[Case, ...]:
    """The best rule of at most four cases; of text one case for each value."""
    weights = np.eye(k)[labels] / np.bincount(labels, minlength=k)  # every class weighs the same
    if values.dtype.kind == "U":
        return tuple(Case(int(weights[values == text].sum(axis=0).argmax()), text=text) for text in np.unique(values).tolist())
    order = np.argsort(values, kind="stable")
    return _merged(_cases(values[order], weights[order], -np.inf, np.inf, depth=2))


def _cases(values: np.ndarray, weights: np.ndarray, low: float, high: float, depth: int) -> list[Case]:
    """A tree over sorted values: cut where most weight ends up with its own class, then cut the two sides."""
    totals = weights.sum(axis=0)
    cuts = np.flatnonzero(values[1:] > values[:-1]) + 1
    if depth and len(cuts):
        below = np.cumsum(weights, axis=0)[cuts - 1]
        best = np.argmax(below.max(axis=1) + (totals - below).max(axis=1))
        at, cut = (values[cuts[best] - 1] + values[cuts[best]]) / 2, cuts[best]
        left = _cases(values[:cut], weights[:cut], low, float(at), depth - 1)
        return left + _cases(values[cut:], weights[cut:], float(at), high, depth - 1)
    return [Case(int(totals.argmax()), low, high)]


def _merged(cases: Sequence[Case]) -> tuple[Case, ...]:
    """Neighbouring cases with the same answer as one."""
    merged = [cases[0]]
    for case in cases[1:]:
        if case.label == merged[-1].label:
            merged[-1] = merged[-1]._replace(high=case.high)
        else:
            merged.append(case)
    return tuple(merged)


def _answers(rule: Sequence[Case], values: np.ndarray) -> np.ndarray:
    """The class that the rule gives each value; -1 for a text that it does not know."""
    answers = np.full(len(values), -1)
    for case in rule:
        answers[values == case.text if values.dtype.kind == "U" else (values >= case.low) & (values < case.high)] = case.label
    return answers
