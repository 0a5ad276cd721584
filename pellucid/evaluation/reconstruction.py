"""How well pictures are given back by a network that squeezes them into a few numbers."""

from dataclasses import dataclass


@dataclass(frozen=True)
class ReconstructionScores:
    """Mean squared errors of a pixel, with values from 0 to 1, over the n pictures of a part.

    loss: of the network. baseline: of always giving the mean picture of the training part.
    """

    n: int
    loss: float
    baseline: float

    @property
    def explained(self) -> float:
        """The share of the pixels' variance that the network gives back: 1 - loss / baseline; 0 is no better than the mean."""
        return 1 - self.loss / self.baseline if self.baseline else 0.0

    def to_json(self) -> dict:
        return {"n": self.n, "loss": self.loss, "baseline": self.baseline, "explained": self.explained}
