"""When to say "not sure": how often the surest answers are wrong, and from which confidence on a risk can be promised."""

import math
from dataclasses import dataclass

import numpy as np

CONFIDENCE = 0.95  # of a promise
STARTS = 10  # numbers of answers that are looked at in any case: the surest 10 %, 20 %, ... of all


@dataclass(frozen=True, eq=False)
class RiskCoverage:
    """For every confidence that could be asked for: how many of n answers are left, and how many of those are wrong.

    confidence: (M,) from the surest answer down, each value once. answered, wrong: (M,) counts of the answers that are at
    least that sure. coverage = answered / n        risk = wrong / answered
    (Geifman & El-Yaniv 2017, "Selective Classification for Deep Neural Networks", section 2)
    """

    confidence: np.ndarray
    answered: np.ndarray
    wrong: np.ndarray
    part: str  # whose answers these are

    @property
    def n(self) -> int:
        return int(self.answered[-1])

    @property
    def coverage(self) -> np.ndarray:
        return self.answered / self.n

    @property
    def risk(self) -> np.ndarray:
        return self.wrong / self.answered

    @property
    def bound(self) -> np.ndarray:
        """(M,) how large the true risk may be: the upper Clopper-Pearson bound at the level of `promise`."""
        return upper_bound(self.wrong, self.answered, 1 - _LEVEL)

    def risk_of_surest(self, coverage: float) -> float:
        """The risk where that share of the pictures, or the next larger one that there is, is answered."""
        return float(self.risk[np.searchsorted(self.coverage, coverage - 1e-12)])


@dataclass(frozen=True)
class Promise:
    """Of the answers at or above `threshold` at most a share `risk` is wrong, 95 times in 100 that such a promise is given."""

    risk: float
    threshold: float  # 0: all answers are given
    coverage: float  # share of the pictures it was chosen on that are answered
    wrong: int
    answered: int
    bound: float  # what the pictures allow to promise; at most `risk`

    def to_json(self) -> dict:
        return {
            "risk": self.risk,
            "confidence": CONFIDENCE,
            "threshold": self.threshold,
            "coverage": self.coverage,
            "answered": self.answered,
            "wrong": self.wrong,
            "bound": self.bound,
        }


_LEVEL = (1 - CONFIDENCE) / STARTS


def risk_coverage(probabilities: np.ndarray, labels: np.ndarray, part: str = "validation") -> RiskCoverage:
    """The curve of probabilities (N, K) against labels (N,), N at least 1."""
    confidence, wrong = probabilities.max(axis=1), probabilities.argmax(axis=1) != labels
    order = np.argsort(-confidence, kind="stable")
    confidence, wrong = confidence[order], wrong[order].cumsum()
    ends = np.append(np.flatnonzero(np.diff(confidence)), len(confidence) - 1)  # equal confidences come together
    return RiskCoverage(confidence[ends], ends + 1, wrong[ends], part)


def promise(curve: RiskCoverage, risk: float) -> Promise | None:
    """The lowest threshold above which a share of at most `risk` is wrong, with 95 % confidence; None: there is none.

    Learn then Test, by fixed sequences (Angelopoulos et al. 2021): "the k surest answers have a larger risk" is tested
    for one k after the other, from few to many, until a test cannot reject it. The tests begin at ten places, a tenth of the
    pictures apart, each at a tenth of the 5 %, so that one unlucky answer among the surest does not end everything. A test
    is exact: given how sure the next answer is, the mistakes among the k surest are binomial, so that it is their
    Clopper-Pearson bound that must not exceed `risk` (Clopper & Pearson 1934, Biometrika 26, pages 404-413).

    It holds for pictures drawn as these were, and takes for granted that surer answers are not wrong more often. The
    pictures also chose the epoch and the temperature, which flatters a little; a test part shows how much.
    """
    from scipy.special import bdtr

    tail = bdtr(curve.wrong, curve.answered, risk)  # P(Binomial(answered, risk) <= wrong): small where the bound is below risk
    fails = np.append(np.flatnonzero(~(tail <= _LEVEL)), len(tail))
    starts = np.searchsorted(curve.answered, np.ceil(curve.n * np.arange(1, STARTS + 1) / STARTS))
    ends = fails[np.searchsorted(fails, starts)]  # the first failure at or after each start
    last = int(ends[ends > starts].max(initial=0)) - 1
    if last < 0:
        return None
    return Promise(
        risk=risk,
        threshold=_threshold(curve.confidence, last),
        coverage=float(curve.coverage[last]),
        wrong=int(curve.wrong[last]),
        answered=int(curve.answered[last]),
        bound=float(upper_bound(curve.wrong[last], curve.answered[last], 1 - _LEVEL)),
    )


def least_pictures(risk: float) -> int:
    """How many pictures a promise needs even if all of them are answered rightly: (1 - risk)^n <= 0.05 / 10."""
    return math.ceil(math.log(_LEVEL) / math.log1p(-risk))


def upper_bound(wrong: np.ndarray, n: np.ndarray, confidence: float) -> np.ndarray:
    """The largest risk for which at most `wrong` mistakes among n are not too rare: P(Binomial(n, risk) <= wrong) = 1 - confidence.

    The upper end of the interval of Clopper & Pearson 1934; 1 where all n are wrong.
    """
    from scipy.special import betaincinv

    wrong, n = np.asarray(wrong, np.float64), np.asarray(n, np.float64)
    some_right = np.maximum(n - wrong, 1)
    return np.where(wrong < n, betaincinv(wrong + 1, some_right, confidence), 1.0)


def _threshold(confidence: np.ndarray, last: int) -> float:
    """Between the last confidence that counts and the next one: another machine's last bits move no answer."""
    if last == len(confidence) - 1:
        return 0.0
    between = (confidence[last] + confidence[last + 1]) / 2
    return float(between if between > confidence[last + 1] else confidence[last])
