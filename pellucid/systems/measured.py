"""Numbers that several findings take from what was trained."""

import math
import statistics
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from pellucid.systems.evidence import Table
from pellucid.systems.results import Results, Trained
from pellucid.words import percent, signed

CONFIDENCE = 0.95


def confusion(runs: Sequence[Trained]) -> tuple[np.ndarray, list[str]]:
    """The confusion matrices of some runs added up, (K, K): row the truth, column the answer; and the class names."""
    scores = [run.scores()[run.part] for run in runs]
    names = [row["name"] for row in scores[0]["per_class"]]
    return sum(np.array(each["confusion"], np.int64) for each in scores), names


class Difference(NamedTuple):
    """Mean accuracy of one variant above that of another, seed by seed, with its 95 % interval (Student's t)."""

    mean: float
    half: float  # half the width of the interval; NaN for a single seed
    seeds: int

    @property
    def shown(self) -> bool:
        """Whether chance alone would hardly make it."""
        return abs(self.mean) > self.half

    def __str__(self) -> str:
        mean = signed(100 * self.mean, 1)
        return mean if math.isnan(self.half) else f"{mean} ± {100 * self.half:.1f}"


def difference(results: Results, variant: str, base: str) -> Difference:
    """How far `variant` lies above `base` on their common seeds, which cut and start alike."""
    before = {run.seed: run.accuracy for run in results[base]}
    gains = [run.accuracy - before[run.seed] for run in results[variant] if run.seed in before]
    if len(gains) < 2:
        return Difference(gains[0] if gains else math.nan, math.nan, len(gains))
    from scipy.special import stdtrit

    quantile = float(stdtrit(len(gains) - 1, (1 + CONFIDENCE) / 2))
    half = quantile * statistics.stdev(gains) / math.sqrt(len(gains))
    return Difference(statistics.fmean(gains), half, len(gains))


def differences(results: Results, titles: Mapping[str, str], base: str) -> tuple[Table, dict[str, Difference]]:
    """A table of the variants that are there, each against `base`, and its differences."""
    found = {name: difference(results, name, base) for name in titles if name in results}
    rows = [
        (titles[name], percent(results.mean(name)), str(gap), in_words(gap), f"{results.first(name).seconds:.1f} s")
        for name, gap in found.items()
    ]
    return Table(("what is changed", "test accuracy", "points more (± 95 %)", "in words", "training"), tuple(rows)), found


def in_words(gap: Difference) -> str:
    """What may be said of a difference."""
    if math.isnan(gap.half):
        return "one seed: cannot be told"
    if not gap.shown:
        return "no difference to be seen"
    return "better" if gap.mean > 0 else "worse"
