"""Scores of parts of the pictures: the dark ones, the small ones, those of one folder. Is a part worse than the rest?

A part that holds many pictures of a hard class is worse for that reason alone. So the mistakes in it are counted class by
class: if the part made no difference, the m mistakes among the N pictures of a class would fall on its n pictures in the part
as balls drawn from an urn (hypergeometric), and their sum over the classes would be distributed as the sum of such draws.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from pellucid.evaluation.interval import wilson
from pellucid.evaluation.pairing import holm

LEVEL = 0.05  # what chance makes more rarely, over all parts together, counts as worse
FEWEST = 10  # pictures in a part, and outside it, below which nothing is said about it
_QUARTERED, _HALVED = 80, 40  # pictures from which an ordered quantity is cut into four parts, and into two
_FOLDERS = 20  # the most parts by name, the largest ones


class Column(NamedTuple):
    """One way of parting the pictures."""

    kind: str  # "brightness", "size", "folder"
    names: Sequence[str]  # of the parts, in their order
    place: np.ndarray  # (N,) int64: the part of each picture, -1 for none


@dataclass(frozen=True)
class Slice:
    """A part of the pictures beside all others."""

    kind: str
    name: str
    correct: int
    n: int
    others_correct: int
    others: int
    p: float  # how often so many mistakes or more would fall on it by chance, classes taken into account
    corrected: float  # the same, corrected for all slices that were looked at (Holm)

    @property
    def accuracy(self) -> float:
        return self.correct / self.n

    @property
    def others_accuracy(self) -> float:
        return self.others_correct / self.others

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, Wilson."""
        return wilson(self.correct, self.n)

    @property
    def worse(self) -> bool:
        """Whether it is worse than the rest, beyond chance and the mixture of its classes."""
        return self.corrected < LEVEL

    def to_json(self) -> dict:
        """A row, plain."""
        return {
            "kind": self.kind,
            "name": self.name,
            "n": self.n,
            "accuracy": self.accuracy,
            "interval": list(self.interval),
            "others_accuracy": self.others_accuracy,
            "p_corrected": self.corrected,
            "worse": self.worse,
        }


def slices(right: np.ndarray, labels: np.ndarray, columns: Sequence[Column]) -> tuple[Slice, ...]:
    """Every part of every column that has, and leaves, at least 10 pictures.

    right: (N,) bool, whether a picture was answered rightly. labels: (N,) its class.
    """
    found = []
    for column in columns:
        for number, name in enumerate(column.names):
            inside = column.place == number
            n, others = int(inside.sum()), int((~inside).sum())
            if n >= FEWEST and others >= FEWEST:
                correct = int(right[inside].sum())
                found.append((column.kind, name, correct, n, int(right.sum()) - correct, others, excess(~right, labels, inside)))
    corrected = holm([row[-1] for row in found])
    return tuple(Slice(*row, q) for row, q in zip(found, corrected))


def excess(wrong: np.ndarray, labels: np.ndarray, inside: np.ndarray) -> float:
    """The probability of as many mistakes inside as there are, or more, if within each class they fell anywhere.

    wrong, inside: (N,) bool. The exact conditional test of Mantel and Haenszel (Cox 1966, A simple example of a comparison
    involving quantal data, Biometrika 53, pages 215-220), one-sided; SciPy gives the probabilities of a class.
    """
    from scipy.stats import hypergeom

    ways = np.ones(1)  # ways[k]: the probability that k mistakes lie inside
    for label in np.unique(labels[wrong]):
        members = labels == label
        mistakes = int(wrong[members].sum())
        ways = np.convolve(ways, hypergeom.pmf(np.arange(mistakes + 1), members.sum(), mistakes, inside[members].sum()))
    return min(1.0, float(ways[int(wrong[inside].sum()) :].sum()))


def by_quantity(kind: str, values: np.ndarray, least: str, most: str, written: Callable[[float], str]) -> Column:
    """Quarters of the pictures by a number (N,), halves of few; equal numbers stay together.

    least, most: what the first and the last part are called, "dark" and "bright". written: a number as text.
    """
    parts = 4 if len(values) >= _QUARTERED else 2 if len(values) >= _HALVED else 1
    ordered = np.sort(values)
    tops = np.unique([ordered[len(values) * part // parts - 1] for part in range(1, parts)])
    texts = [written(top) for top in tops if top < ordered[-1]]
    if not texts:
        return Column(kind, (), np.zeros(len(values), np.int64))
    middle = [f"{low} to {high}" for low, high in pairwise(texts)]
    return Column(kind, (f"{least}, up to {texts[0]}", *middle, f"{most}, above {texts[-1]}"), np.searchsorted(tops, values))


def by_name(kind: str, names: Sequence[str]) -> Column:
    """A part for each name (N,), the 20 most frequent, in alphabetical order."""
    found, place, counts = np.unique(np.asarray(names, dtype=np.str_), return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-counts, kind="stable")[:_FOLDERS])
    number = np.full(len(found), -1)
    number[kept] = np.arange(len(kept))
    return Column(kind, tuple(map(str, found[kept])) if len(found) > 1 else (), number[place])
