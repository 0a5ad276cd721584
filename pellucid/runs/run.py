"""What a finished run is, for Python and for `--json`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pellucid.classifier import Classifier
from pellucid.evaluation import Predictions, ReconstructionScores, Scores
from pellucid.runs.cross_validation import CrossValidation
from pellucid.runs.worth import Worth
from pellucid.training import Epoch, Finding


@dataclass(frozen=True, eq=False, kw_only=True)
class Run:
    """A trained network, its scores and the folder with everything that was written.

    An autoencoder has no accuracy and no predictions: its scores are ReconstructionScores.

    part: the one that `accuracy`, `interval`, `n_test` and `loss` speak of: "test" where there is one, else
    "cross-validation", "validation" or "train".
    """

    folder: Path
    model: Path
    report: Path
    classifier: Classifier = field(repr=False)
    scores: Mapping[str, Scores] | Mapping[str, ReconstructionScores] = field(repr=False)
    part: str
    epochs: Sequence[Epoch] = field(repr=False)
    predictions: Predictions | None = field(repr=False)
    seconds: float  # of training
    recipe: str  # its name
    folds: CrossValidation | None = None
    worth: Worth = field(default_factory=Worth, repr=False)  # baselines, calibration, curves, refusals of `part`

    @property
    def accuracy(self) -> float:
        return self.scores[self.part].accuracy

    @property
    def interval(self) -> tuple[float, float]:
        """95 % (Wilson)."""
        return self.scores[self.part].interval

    @property
    def n_test(self) -> int:
        """How many pictures the accuracy was measured on."""
        return self.scores[self.part].n

    @property
    def loss(self) -> float:
        return self.scores[self.part].loss

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the doctor found while training."""
        return tuple(finding for epoch in self.epochs for finding in epoch.findings or ())

    def to_json(self) -> dict:
        """What `pellucid train --json` prints."""
        values = self._headline() | {
            "n_test": self.n_test,
            "part": self.part,
            "seconds": self.seconds,
            "epochs": len(self.epochs),
            "parameters": self.classifier.network.parameters,
            "classes": list(self.classifier.classes),
            "recipe": self.recipe,
            "findings": [asdict(finding) for finding in self.findings],
            "folder": str(self.folder),
            "model": str(self.model),
            "report": str(self.report),
        }
        curve = self.worth.learning_curve
        values |= {"learning_curve": curve.to_json()} if curve else {}
        values |= {"seen_in_training": self.worth.seen.to_json()} if self.worth.seen else {}
        return values | ({"folds": self.folds.to_json()} if self.folds else {})

    def _headline(self) -> dict:
        scores = self.scores[self.part]
        if isinstance(scores, ReconstructionScores):
            return {"loss": scores.loss, "baseline": scores.baseline, "explained": scores.explained}
        found = {"accuracy": self.accuracy, "interval": list(self.interval), "majority": scores.majority[1]}
        baselines = self.worth.ladder.to_json() if self.worth.ladder else []
        slices = [each.to_json() for each in self.worth.slices]
        refusals = self.worth.refusals.to_json() if self.worth.refusals else None
        return found | {"baselines": baselines, "slices": slices, "loss": scores.to_json()["loss"], "refusals": refusals}


def headline_part(scores: Mapping[str, Scores]) -> str:
    """The part whose score is worth most: pictures that the network has never seen, as many as there are."""
    return next(part for part in ("test", "cross-validation", "validation", "train") if part in scores)
