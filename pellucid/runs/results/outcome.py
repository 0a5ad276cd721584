"""What came out of a training, before anything of it is written."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pellucid.evaluation import Predictions, ReconstructionScores, Scores
from pellucid.refusal import Novelty
from pellucid.report import Rebuilt
from pellucid.runs.worth import Worth


@dataclass(frozen=True, eq=False, kw_only=True)
class Outcome:
    """Scores and answers of a trained network, and what its model must remember of them.

    part: the one that the headline speaks of. A network that gives back its input has no predictions; `rebuilt` shows what it does.
    """

    scores: Mapping[str, Scores] | Mapping[str, ReconstructionScores]
    part: str
    predictions: Predictions | None = None
    rebuilt: Sequence[Rebuilt] = ()
    temperature: float = 1.0
    threshold: float | None = None
    novelty: Novelty | None = None
    worth: Worth = field(default_factory=Worth)
