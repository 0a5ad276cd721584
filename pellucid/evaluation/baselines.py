"""The ladder: what simpler methods score on the same pictures, below the network."""

import warnings
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pellucid.evaluation.interval import wilson
from pellucid.evaluation.pairing import mcnemar
from pellucid.images.shrinking import small_colour
from pellucid.kernels.blas import single_threaded_blas

MOST_LEARNED, MOST_TESTED = 5000, 2000  # pictures; evenly spread over their part where there are more
SIDE = 16  # pixels; larger pictures are shrunk to this
WORK = 2e9  # pictures × features × classes × iterations of the linear model: a second or two
_LARGEST = 4 * SIDE  # pixels; of larger pictures only every second, third ... is looked at
_CHUNK = 256  # pictures that are shrunk at a time


class Rung(NamedTuple):
    """One method and its score."""

    name: str
    how: str  # in a few words
    correct: int
    n: int

    @property
    def accuracy(self) -> float:
        return self.correct / self.n

    @property
    def interval(self) -> tuple[float, float]:
        """95 %, Wilson."""
        return wilson(self.correct, self.n)


@dataclass(frozen=True)
class Ladder:
    """The simplest method first, the network last; all on the same pictures."""

    rungs: tuple[Rung, ...]
    part: str  # "test", "validation"
    learned_from: int  # training pictures that the simple methods saw
    better: int  # pictures that the network alone has right, against the best of the others
    worse: int  # pictures that the best of the others alone has right

    @property
    def network(self) -> Rung:
        return self.rungs[-1]

    @property
    def best(self) -> Rung:
        """The best of the simple methods; of equals the simplest."""
        return max(self.rungs[:-1], key=lambda rung: rung.correct)

    @property
    def wins(self) -> bool:
        """Whether the network has more right than each of the others, and by more than chance would do (5 %)."""
        return self.better > self.worse and mcnemar(self.better, self.worse) < 0.05

    @property
    def lost(self) -> bool:
        """Whether another method has more right than the network, by more than chance would do (5 %)."""
        return self.worse > self.better and mcnemar(self.better, self.worse) < 0.05

    def to_json(self) -> list[dict]:
        """A row for each rung, plain."""
        return [{"name": rung.name, "accuracy": rung.accuracy, "interval": list(rung.interval), "n": rung.n} for rung in self.rungs]


def ladder(
    images: np.ndarray,
    labels: np.ndarray,
    train: np.ndarray,
    held_out: np.ndarray,
    answers: np.ndarray,
    part: str = "test",
) -> Ladder:
    """The most common class, the nearest neighbour, a linear model, and the network, on the same held-out pictures.

    images: (N, H, W, C), or rows (N, K). labels: (N,). train, held_out: indices into them. answers: (n,) the class that the
    network gives each held-out picture. The simple methods learn from at most 5,000 training pictures at 16 × 16 pixels and
    are tested on at most 2,000; scikit-learn computes the nearest neighbour (Euclidean) and logistic regression.
    """
    learned, tested = _spread(train, MOST_LEARNED), _spread(np.arange(len(held_out)), MOST_TESTED)
    x, seen = small(images, learned), small(images, held_out[tested])
    t, truth = labels[learned], labels[held_out[tested]]
    common = np.bincount(labels[train]).argmax()
    found = {
        ("Most common class", "always the same answer"): np.full(len(truth), common),
        ("Nearest neighbour", "the most similar training picture"): _nearest(x, t, seen),
        ("Linear model", "logistic regression"): _linear(x, t, seen),
        ("This network", ""): answers[tested],
    }
    right = [given == truth for given in found.values()]
    rungs = tuple(Rung(*names, int(hits.sum()), len(truth)) for names, hits in zip(found, right))
    best, own = max(right[:-1], key=np.sum), right[-1]
    return Ladder(rungs, part, len(learned), int((own & ~best).sum()), int((best & ~own).sum()))


def small(images: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """The pictures at `rows` as rows of numbers (n, features): at most 16 × 16 pixels, each a mean of those it covers."""
    if images.ndim == 2:
        return np.asarray(images[rows], dtype=np.float32)
    down, right = (max(1, length // _LARGEST) for length in images.shape[1:3])
    chunks = (images[rows[start : start + _CHUNK], ::down, ::right] for start in range(0, len(rows), _CHUNK))
    parts = [small_colour(chunk, SIDE) for chunk in chunks]
    return np.concatenate([part.reshape(len(part), -1) for part in parts])


def _spread(rows: np.ndarray, most: int) -> np.ndarray:
    if len(rows) <= most:
        return rows
    return rows[np.linspace(0, len(rows) - 1, most).round().astype(np.int64)]


def _nearest(x: np.ndarray, t: np.ndarray, seen: np.ndarray) -> np.ndarray:
    from sklearn.neighbors import KNeighborsClassifier

    return KNeighborsClassifier(1, algorithm="brute").fit(x, t).predict(seen)


def _linear(x: np.ndarray, t: np.ndarray, seen: np.ndarray) -> np.ndarray:
    from sklearn.exceptions import ConvergenceWarning
    from sklearn.linear_model import LogisticRegression

    classes = len(np.unique(t))
    if classes < 2:
        return np.full(len(seen), t[0])
    mean, std = x.mean(axis=0), x.std(axis=0)
    std[std == 0] = 1
    iterations = int(np.clip(WORK / (x.size * classes), 10, 100))
    with warnings.catch_warnings(), single_threaded_blas():
        warnings.simplefilter("ignore", ConvergenceWarning)  # near enough
        return LogisticRegression(max_iter=iterations).fit((x - mean) / std, t).predict((seen - mean) / std)
