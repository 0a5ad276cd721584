"""Faults planted on purpose, and healthy runs beside them: is each fault named, and is there no false alarm?

`FAULTS` and `HEALTHY` are lists; one more is one more row in the list of its area. `tests/test_planted.py` holds all of
them to what they promise, `python -m benchmarks.honesty` writes them down as docs/honesty.md.
"""

from benchmarks.planted import data, evaluation, healthy, healthy_data, training
from benchmarks.planted.planted import Healthy, Planted

FAULTS: tuple[Planted, ...] = (*data.FAULTS, *training.FAULTS, *evaluation.FAULTS)
HEALTHY: tuple[Healthy, ...] = (*healthy_data.SETS, *healthy.RUNS)

__all__ = ["FAULTS", "HEALTHY", "Healthy", "Planted"]
