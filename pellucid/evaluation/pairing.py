"""Two classifiers on the same pictures: which is better, and could chance have done it?

Only the pictures on which one is right and the other wrong tell them apart. Were both equally good, each of those would
fall to either side like a fair coin.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pellucid.evaluation.interval import wilson


@dataclass(frozen=True)
class Pairing:
    """How many pictures both answer rightly, the first alone, the second alone, and neither."""

    both: int
    first: int
    second: int
    neither: int

    @property
    def n(self) -> int:
        return self.both + self.first + self.second + self.neither

    @property
    def differing(self) -> int:
        """Pictures on which one is right and the other wrong."""
        return self.first + self.second

    @property
    def difference(self) -> float:
        """Accuracy of the first minus accuracy of the second."""
        return (self.first - self.second) / self.n

    @property
    def p(self) -> float:
        """See `mcnemar`."""
        return mcnemar(self.first, self.second)

    @property
    def interval(self) -> tuple[float, float]:
        """(low, high), 95 %, of the difference d = p₁ − p₂, from Wilson's intervals (l₁, u₁) and (l₂, u₂) of both.

            d − √((p₁ − l₁)² − 2φ (p₁ − l₁)(u₂ − p₂) + (u₂ − p₂)²)        and the same upwards

        φ is how far the two are right on the same pictures. Newcombe 1998, Improved confidence intervals for the difference
        between binomial proportions based on paired data, Statistics in Medicine 17, pages 2635-2650, method 10.
        """
        p1, p2 = (self.both + self.first) / self.n, (self.both + self.second) / self.n
        (l1, u1), (l2, u2) = wilson(self.both + self.first, self.n), wilson(self.both + self.second, self.n)
        phi = self._agreement()
        return (
            self.difference - _distance(p1 - l1, u2 - p2, phi),
            self.difference + _distance(u1 - p1, p2 - l2, phi),
        )

    def _agreement(self) -> float:
        """φ, its numerator lowered by n/2 towards zero where it is positive; 0 where one of the two never errs, or always."""
        a, b, c, d = self.both, self.first, self.second, self.neither
        below = math.sqrt((a + b) * (c + d) * (a + c) * (b + d))
        above = a * d - b * c
        above = max(above - self.n / 2, 0.0) if above > 0 else above
        return above / below if below else 0.0


def mcnemar(better: int, worse: int) -> float:
    """The probability that fair coins part `better` + `worse` pictures at least as unevenly: McNemar's exact test.

    McNemar 1947, Note on the sampling error of the difference between correlated proportions, Psychometrika 12, pages 153-157;
    SciPy computes the binomial tails. Without a picture that tells the two apart it is 1.
    """
    from scipy.stats import binomtest

    n = better + worse
    return float(binomtest(better, n).pvalue) if n else 1.0


def holm(probabilities: Sequence[float]) -> list[float]:
    """The same, corrected for so many tests at once: the smallest of k times k, the next times k − 1, and never falling.

    Those below 0.05 then hold together: the chance that one of them is a mistake is at most 5 %. Holm 1979, A simple
    sequentially rejective multiple test procedure, Scandinavian Journal of Statistics 6, pages 65-70.
    """
    corrected, least = [0.0] * len(probabilities), 0.0
    for rank, place in enumerate(sorted(range(len(probabilities)), key=lambda place: probabilities[place])):
        least = max(least, min(1.0, (len(probabilities) - rank) * probabilities[place]))
        corrected[place] = least
    return corrected


def _distance(one: float, other: float, phi: float) -> float:
    """√(a² − 2φab + b²), of which rounding may leave a negative square."""
    return math.sqrt(max(one * one - 2 * phi * one * other + other * other, 0.0))
