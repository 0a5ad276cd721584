"""The outcome of a network that names classes: scores, answers, what it refuses, and what all that is worth."""

from collections.abc import Sequence
from dataclasses import replace

from pellucid.evaluation import Training
from pellucid.runs.assemble import Parts
from pellucid.runs.cross_validation import CrossValidation
from pellucid.runs.judge import judge
from pellucid.runs.learning_curve import curve_of
from pellucid.runs.prepare import Prepared
from pellucid.runs.refusals import refuse
from pellucid.runs.results.outcome import Outcome
from pellucid.runs.run import headline_part
from pellucid.runs.worth import worth_of


def classified(
    prepared: Prepared, parts: Parts, folds: CrossValidation | None, shares: Sequence[Training] | None = None
) -> Outcome:
    """Score the network on every part, and by its folds. One that was trained on all pictures takes the answers of the folds.

    shares: trainings on shares of the pictures, for the learning curve; None where none was asked for.
    """
    scores, predictions, temperature, novelty, strange = judge(prepared, parts.network, parts.loss)
    scores |= {"cross-validation": folds.scores} if folds else {}
    if folds and prepared.recipe.training.final:
        predictions = folds.predictions
    part = headline_part(scores)
    refusals, predictions = refuse(prepared, predictions, strange, novelty.limit if novelty else None, part)
    worth = worth_of(prepared, predictions, part, temperature, refusals)
    if shares is not None:
        worth = replace(worth, learning_curve=curve_of(prepared, shares, scores[part]))
    return Outcome(
        scores=scores,
        part=part,
        predictions=predictions,
        temperature=temperature,
        threshold=refusals.promise.threshold if refusals.promise else None,
        novelty=novelty,
        worth=worth,
    )
