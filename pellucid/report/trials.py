"""The trainings of a search, one by one."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Trial:
    """One training of a search."""

    number: int  # from 0
    state: str  # "complete", "pruned": cut short, "failed", "unfinished": being trained, or killed
    values: Mapping[str, Any]  # by dotted key
    loss: float | None = None  # the lowest validation loss; of a trial that was cut short, its last one
    curve: tuple[float, ...] = ()  # the validation loss of each epoch
    accuracy: float | None = None  # on the validation pictures, with the weights of the lowest loss
    epochs: int = 0
    seconds: float = 0.0
    problem: str = ""  # why a trial failed, or was given up

    def to_json(self) -> dict:
        return asdict(self) | {"values": dict(self.values), "curve": list(self.curve)}


def ranked(trials: Sequence[Trial]) -> list[Trial]:
    """The complete trials, the lowest validation loss first."""
    complete = [trial for trial in trials if trial.state == "complete" and math.isfinite(trial.loss)]
    return sorted(complete, key=lambda trial: trial.loss)
