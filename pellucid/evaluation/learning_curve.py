"""Would more pictures help? Mistakes after training on growing shares of the pictures, the law they follow, and where it leads.

    error(n) = e (γ + (1 - γ) (n / N)^-b)        N: all training pictures, e: the error with them, γ e: what no picture mends

A power law with a floor: Hestness et al., "Deep Learning Scaling is Predictable, Empirically" (2017), section 2; the shape that
fits most measured curves, Viering and Loog, "The Shape of Learning Curves: a Review" (2021), section 4.

Four or five trainings do not fix e, b and γ. So no single law is drawn: all laws on a grid (0 <= b <= 1.5, 0 <= γ < 1; a floor
is as probable beforehand as none) are weighed by how well they explain the mistakes, and what they say of 2 N pictures is an
interval.
Mistakes scatter by φ >= 1 times the binomial variance, for a training has luck as well as a test: the weight of a law is

    sum over φ of prod over trainings of φ^-1/2 exp(-D / 2φ)        D: binomial deviance

Efron, "Double Exponential Families and Their Use in Generalized Linear Regression" (1986), section 2.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pellucid.evaluation.interval import wilson

LEVEL = 0.9  # of the intervals
FEWEST_SIZES = 3  # different numbers of pictures, below which any law fits
SURE = 0.005  # gain, as a share, from which the lower end of its interval is worth naming
SMALL = 0.01  # gain below which more pictures hardly help
_EXPONENTS = np.linspace(0, 1.5, 31)
_FLOORS = np.linspace(0, 0.95, 20)
_LEVELS = 31  # values of e
_SCATTER = 2.0 ** np.arange(0, 6, 0.5)  # values of φ
_DRAWN = 17  # numbers of pictures at which the band is drawn


class Training(NamedTuple):
    """One training: on how many pictures, and how many of its answers about held-out pictures were wrong."""

    pictures: int
    wrong: int
    answers: int

    @property
    def accuracy(self) -> float:
        return 1 - self.wrong / self.answers

    @property
    def interval(self) -> tuple[float, float]:
        """95 % (Wilson)."""
        return wilson(self.answers - self.wrong, self.answers)


class Band(NamedTuple):
    """Accuracies (P,) that the laws give for numbers of pictures (P,): the middle one and the ends of the interval."""

    pictures: np.ndarray
    accuracy: np.ndarray
    low: np.ndarray
    high: np.ndarray


@dataclass(frozen=True, eq=False)
class LearningCurve:
    """Trainings, the fewest pictures first and all of them last, and what twice as many would give."""

    trainings: tuple[Training, ...]
    part: str  # "test" or "validation": where the answers were counted
    obstacle: str = ""  # why nothing can be told: "few sizes" or "guessing"; then there is no gain and no band
    gain: float = np.nan  # in accuracy, of twice the pictures: the median of the laws
    interval: tuple[float, float] = (np.nan, np.nan)  # of the gain
    band: Band | None = None

    @property
    def verdict(self) -> str:
        """Whether twice the pictures would help: "helps", "hardly" or "unknown"."""
        low, high = self.interval
        if self.obstacle or not (low >= SURE or high < SMALL):
            return "unknown"
        return "helps" if low >= SURE else "hardly"

    def to_json(self) -> dict:
        told = not self.obstacle
        return {
            "part": self.part,
            "trainings": [each._asdict() | {"accuracy": each.accuracy} for each in self.trainings],
            "verdict": self.verdict,
            "obstacle": self.obstacle,
            "pictures": 2 * self.trainings[-1].pictures,
            "gain": self.gain if told else None,
            "interval": list(self.interval) if told else None,
            "level": LEVEL,
        }


def learning_curve(trainings: Sequence[Training], part: str, guessing: float) -> LearningCurve:
    """What twice as many pictures as in the largest training would give.

    guessing: the accuracy of always answering the most common class. A training that cannot be told apart from it says nothing
    about the law, which only begins where something is learned (Hestness et al. 2017, figure 6).
    """
    trainings = tuple(sorted(trainings, key=lambda training: (training.pictures, training.wrong)))
    learned = [training for training in trainings if training.interval[0] > guessing]
    if trainings[-1] not in learned:
        return LearningCurve(trainings, part, "guessing")
    if len({training.pictures for training in learned}) < FEWEST_SIZES:
        return LearningCurve(trainings, part, "few sizes")
    laws = _Laws.through(learned)
    gains = laws.errors(1.0) - laws.errors(2.0)
    low, middle, high = laws.quantiles(gains).tolist()
    sizes = np.geomspace(trainings[0].pictures, 2 * trainings[-1].pictures, _DRAWN)
    drawn = np.array([1 - laws.quantiles(laws.errors(size / trainings[-1].pictures)) for size in sizes])
    return LearningCurve(trainings, part, "", middle, (low, high), Band(sizes, drawn[:, 1], drawn[:, 2], drawn[:, 0]))


class _Laws(NamedTuple):
    """Laws (L,) and their weights, which sum to 1."""

    level: np.ndarray  # e
    exponent: np.ndarray  # b
    floor: np.ndarray  # γ
    weight: np.ndarray

    @classmethod
    def through(cls, trainings: Sequence[Training]) -> "_Laws":
        """All laws of the grid, by how well they explain the mistakes."""
        wrong, answers, pictures = (np.array([getattr(each, name) for each in trainings], float) for name in _COUNTS)
        all_of_them = pictures == pictures.max()
        low, high = _plausible(wrong[all_of_them].sum(), answers[all_of_them].sum())
        grid = np.meshgrid(np.geomspace(low, high, _LEVELS), _EXPONENTS, _FLOORS, indexing="ij")
        laws = cls(*(axis.ravel() for axis in grid), np.ones(grid[0].size))
        misfit = np.zeros(grid[0].size)
        for share, k, n in zip(pictures / pictures.max(), wrong, answers):
            misfit += _deviance(k, n, laws.errors(share))
        likelihoods = [-0.5 * len(trainings) * np.log(phi) - misfit / (2 * phi) for phi in _SCATTER]
        total = np.logaddexp.reduce(likelihoods, axis=0)
        weight = np.exp(total - total.max()) * np.where(laws.floor == 0, len(_FLOORS) - 1, 1)
        return laws._replace(weight=weight / weight.sum())

    def errors(self, share: float) -> np.ndarray:
        """The error (L,) after training on so many times the N pictures."""
        return np.minimum(self.level * (self.floor + (1 - self.floor) * share**-self.exponent), 1.0)

    def quantiles(self, values: np.ndarray) -> np.ndarray:
        """The low end, the middle and the high end of the interval of values (L,)."""
        order = np.argsort(values)
        reached = np.cumsum(self.weight[order])
        places = np.searchsorted(reached, [(1 - LEVEL) / 2, 0.5, (1 + LEVEL) / 2])
        return values[order[np.minimum(places, len(order) - 1)]]


_COUNTS = ("wrong", "answers", "pictures")


def _plausible(wrong: float, answers: float) -> tuple[float, float]:
    """Errors between which the true one lies for certain, scatter included."""
    low, high = wilson(int(wrong), int(answers), 0.999)
    middle = (wrong + 0.5) / (answers + 1)
    return max(middle / 3, middle - 2 * (middle - low)), min(0.999, middle + 2 * (high - middle))


def _deviance(wrong: float, answers: float, error: np.ndarray) -> np.ndarray:
    """2 (log likelihood of the share that was seen - that of `error`), binomial."""
    right, error = answers - wrong, np.clip(error, 1e-9, 1 - 1e-9)
    found = wrong * np.log(error) + right * np.log1p(-error)
    best = (wrong * np.log(wrong / answers) if wrong else 0.0) + (right * np.log(right / answers) if right else 0.0)
    return 2 * (best - found)
