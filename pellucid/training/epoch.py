"""What is known after one pass over the training pictures."""

import dataclasses
import math

from pellucid.training.finding import Finding
from pellucid.words import percent, plain

_NUMBERS = ("loss", "penalty", "learning_rate", "gradient_norm", "seconds", "pictures_per_second")  # never absent


@dataclasses.dataclass(frozen=True)
class Epoch:
    """A line of `metrics.jsonl`. loss and accuracy are means over the pass, while the weights were changing."""

    number: int  # from 0
    step: int  # steps taken since the start of the run
    loss: float
    accuracy: float | None  # None where outputs stand for no classes
    penalty: float  # L1 and L2, not part of loss
    learning_rate: float  # of the last step
    gradient_norm: float  # of the last step, before clipping
    seconds: float  # without those of compiling kernels, which happens once for a machine
    pictures_per_second: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None
    partial: bool = False  # the pass was stopped on its way
    findings: tuple[Finding, ...] | None = None  # what the doctor found new; None: no doctor looked

    @property
    def watched_loss(self) -> float:
        """What early stopping and plateaus look at: validation's loss, or without validation the training loss."""
        return self.loss if self.validation_loss is None else self.validation_loss

    def to_json(self) -> dict:
        """Plain values; what is not a finite number becomes None, which JSON can say."""
        values = dataclasses.asdict(self)
        return {k: None if isinstance(v, float) and not math.isfinite(v) else v for k, v in values.items()}

    @classmethod
    def from_json(cls, values: dict) -> "Epoch":
        """The epoch that `to_json` gave; what was not finite is NaN."""
        findings = values.get("findings")
        if findings is not None:
            findings = tuple(Finding(**finding) for finding in findings)
        lost = {name: math.nan for name in _NUMBERS if values[name] is None}
        return cls(**values | lost | {"findings": findings})

    def __str__(self):
        text = f"epoch {self.number + 1}: loss {self.loss:.4f}" + _accuracy(self.accuracy)
        if self.validation_loss is not None:
            text += f", validation loss {self.validation_loss:.4f}" + _accuracy(self.validation_accuracy)
        return text


def _accuracy(value: float | None) -> str:
    return "" if value is None else f", accuracy {plain(percent(value))}"
