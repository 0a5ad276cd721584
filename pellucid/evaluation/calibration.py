"""Whether 80 % sure means right 80 times in 100, and one number that brings it nearer."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pellucid.evaluation.interval import wilson

BINS = 10  # of the diagram; 15 of the error, as in Guo et al. 2017
DEVIATION = 0.5  # of log T before any picture is seen: few pictures cannot move it far
LEAST = 20  # validation pictures, below which T stays 1


class Bin(NamedTuple):
    """Answers of about the same confidence."""

    low: float
    high: float
    n: int
    confidence: float  # their mean
    accuracy: float
    interval: tuple[float, float]  # 95 %, Wilson


@dataclass(frozen=True)
class Calibration:
    """How far confidence and accuracy lie apart on one part."""

    bins: tuple[Bin, ...]  # those that hold answers
    error: float  # expected calibration error
    error_before: float  # the same without the temperature
    temperature: float
    fitted_on: int  # validation pictures; 0: the temperature was not fitted
    confidence: float  # mean over all answers
    accuracy: float
    n: int

    def to_json(self) -> dict:
        return {
            "error": self.error,
            "error_before": self.error_before,
            "temperature": self.temperature,
            "fitted_on": self.fitted_on,
            "confidence": self.confidence,
            "accuracy": self.accuracy,
            "bins": [bin._asdict() | {"interval": list(bin.interval)} for bin in self.bins],
        }


def calibration(probabilities: np.ndarray, labels: np.ndarray, temperature: float = 1.0, fitted_on: int = 0) -> Calibration:
    """Compare confidence and accuracy: probabilities (N, K), with the temperature in them; labels (N,)."""
    confidence, right = _answers(probabilities, labels)
    before = _answers(tempered(probabilities, 1 / temperature), labels)[0]
    return Calibration(
        bins=tuple(reliability(confidence, right)),
        error=expected_calibration_error(confidence, right),
        error_before=expected_calibration_error(before, right),
        temperature=temperature,
        fitted_on=fitted_on,
        confidence=float(confidence.mean()),
        accuracy=float(right.mean()),
        n=len(labels),
    )


def expected_calibration_error(confidence: np.ndarray, right: np.ndarray, bins: int = 15) -> float:
    """ECE = sum_b n_b / N |accuracy_b - confidence_b|        over bins of equal width in [0, 1].

    confidence: (N,) the probability of each answer. right: (N,) bool (Naeini et al. 2015; Guo et al. 2017, equation 3).
    """
    place = _bin(confidence, bins)
    gap = np.bincount(place, right, bins) - np.bincount(place, confidence, bins)
    return float(np.abs(gap).sum() / len(confidence))


def reliability(confidence: np.ndarray, right: np.ndarray, bins: int = BINS) -> list[Bin]:
    """The bins of a reliability diagram that hold answers, from unsure to sure."""
    place, found = _bin(confidence, bins), []
    for number in np.unique(place):
        inside = place == number
        n, correct = int(inside.sum()), int(right[inside].sum())
        low, high = float(number / bins), float((number + 1) / bins)
        found.append(Bin(low, high, n, float(confidence[inside].mean()), correct / n, wilson(correct, n)))
    return found


def tempered(probabilities: np.ndarray, temperature: float) -> np.ndarray:
    """p_k^(1/T) / sum_j p_j^(1/T): what softmax and sigmoid give when their outputs are divided by T."""
    log = np.log(np.maximum(probabilities, 1e-300)) / temperature
    p = np.exp(log - log.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def fit_temperature(probabilities: np.ndarray, labels: np.ndarray) -> float:
    """The T that makes the labels of held-out pictures likeliest: min_T -sum_n log p_n(T)[t_n] + (log T)^2 / (2 s^2).

    Guo et al. 2017, "On Calibration of Modern Neural Networks", section 4.2; the second term, with s = 1/2, keeps T near 1
    where few pictures tell. probabilities: (N, K) without temperature. It changes no answer. Below 20 pictures it is 1.
    """
    if len(labels) < LEAST:
        return 1.0
    from scipy.optimize import minimize_scalar

    log = np.log(np.maximum(probabilities, 1e-300))
    rows = np.arange(len(labels))

    def cost(log_t: float) -> float:
        z = log * math.exp(-log_t)
        top = z.max(axis=1)
        likelihood = z[rows, labels] - top - np.log(np.exp(z - top[:, None]).sum(axis=1))
        return float(-likelihood.sum() + log_t**2 / (2 * DEVIATION**2))

    found = minimize_scalar(cost, bounds=(-3.0, 3.0), method="bounded", options={"xatol": 1e-6})
    return float(math.exp(found.x))


def _answers(probabilities: np.ndarray, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return probabilities.max(axis=1), probabilities.argmax(axis=1) == labels


def _bin(confidence: np.ndarray, bins: int) -> np.ndarray:
    return np.clip((confidence * bins).astype(np.int64), 0, bins - 1)
