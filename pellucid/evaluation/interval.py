"""How far a share that was measured on n pictures may lie from the true one."""

import math
from statistics import NormalDist

_TWO_DECIMALS = 10_000  # pictures, of which one is 0.01 %: 9,965 right are 99.65 %, and not 99.7 %


def decimals(n: int) -> int:
    """How many decimals a percentage of n pictures is written with: what one picture weighs decides."""
    return 2 if n >= _TWO_DECIMALS else 1


def wilson(correct: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """(low, high) of the score interval for the probability of being right, after `correct` of `n` were.

        (p + z²/2n ± z sqrt(p (1 - p) / n + z²/4n²)) / (1 + z²/n)        p = correct / n,  z = Φ⁻¹((1 + confidence) / 2)

    Wilson 1927, Probable inference, the law of succession, and statistical inference, JASA 22, pages 209-212. Unlike
    p ± z sqrt(p (1 - p) / n) it never leaves [0, 1], and it does not shrink to a point when all answers are right.
    No picture says nothing: n = 0 gives (0, 1). Raises ValueError unless 0 <= correct <= n and 0 < confidence < 1.
    """
    if not 0 <= correct <= n:
        raise ValueError(f"expected 0 <= correct <= n, got correct = {correct} and n = {n}")
    if not 0 < confidence < 1:
        raise ValueError(f"expected a confidence between 0 and 1, got {confidence}; 95 % is 0.95")
    if n == 0:
        return 0.0, 1.0
    correct, n = int(correct), int(n)
    p = correct / n
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    scale = 1 + z * z / n
    middle = (p + z * z / (2 * n)) / scale
    half = z * math.sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / scale
    # Exactly 0 and 1 at the ends, where the formula gives them only up to rounding.
    low = 0.0 if correct == 0 else max(0.0, middle - half)
    high = 1.0 if correct == n else min(1.0, middle + half)
    return low, high
