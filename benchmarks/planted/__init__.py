"""Faults planted on purpose, and healthy runs beside them: is each fault named, and is there no false alarm?

`FAULTS` and `HEALTHY` are lists; one more is one more row in the list of its area. `tests/test_planted.py` holds all of
them to what they promise, `python -m benchmarks.honesty` writes them down as docs/honesty.md.
"""

from benchmarks.planted import evaluation, healthy, training
from benchmarks.planted.planted import Healthy, Planted

FAULTS: tuple[Planted, ...] = (*training.FAULTS, *evaluation.FAULTS)
HEALTHY: tuple[Healthy, ...] = healthy.RUNS

__all__ = ["FAULTS", "HEALTHY", "Healthy", "Planted"]
