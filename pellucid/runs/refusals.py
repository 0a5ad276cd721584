"""What a trained model will refuse to answer: unsure answers, if the recipe asks for it, and strange pictures."""

from dataclasses import replace

import numpy as np

from pellucid.errors import RecipeError
from pellucid.evaluation import Predictions, Refusals, answered, least_pictures, promise, risk_coverage
from pellucid.images import Batches
from pellucid.nn.features import described_layers, part_widths
from pellucid.nn.network import Network
from pellucid.refusal import NEAREST, Novelty, reasons
from pellucid.runs.prepare import Prepared
from pellucid.training import predict_parts

MOST_KNOWN = 500  # training pictures whose descriptions are stored, spread evenly over the training part
MOST_NUMBERS = 1 << 18  # of all of them: 512 KiB as float16, so that wide descriptions make no large file
_ROWS = 1024  # pictures a batch


def check_refusals(prepared: Prepared) -> None:
    """RecipeError where a threshold is asked for and nothing will be there to choose it on."""
    recipe = prepared.recipe
    if recipe.answers.abstain_at_risk and not (len(prepared.split.validation) or recipe.training.final):
        raise RecipeError(
            f"answers.abstain_at_risk = {recipe.answers.abstain_at_risk:g} chooses a threshold on validation pictures, and "
            "there are none; hold some back with --validation 0.15"
        )


def known_pictures(prepared: Prepared, network: Network) -> Novelty | None:
    """What layers see of training pictures, with no limit yet; None where the recipe wants none or nothing can set the limit."""
    train, layers = prepared.split.train, described_layers(network)
    widths = part_widths(network, layers)
    most = min(MOST_KNOWN, MOST_NUMBERS // sum(widths), len(train))
    if not (prepared.recipe.answers.none_of_these and len(prepared.split.validation) and most > NEAREST):
        return None
    dataset = prepared.dataset
    rows = train[np.linspace(0, len(train) - 1, most).round().astype(np.int64)]
    batches = Batches(dataset.images, dataset.labels, rows, prepared.spec, _ROWS, kernels=network.kernels)
    return Novelty.of(predict_parts(network, batches.epoch(0), layers, prepared.recipe.augment.views), layers, widths)


def refuse(
    prepared: Prepared, predictions: Predictions, strange: np.ndarray, limit: float | None, part: str
) -> tuple[Refusals, Predictions]:
    """Choose the threshold that the recipe asks for; the predictions with the reason of each that the model refuses.

    strange: (N,) bool, of each prediction. limit: beyond which they are. part: the one that the scores speak of. The
    threshold is chosen on validation pictures; where the network learned from all, on the answers of the folds' networks.
    """
    rows = predictions.rows(part)
    chosen_on = "cross-validation" if part == "cross-validation" else "validation"
    chosen = predictions.rows(chosen_on)
    curve = risk_coverage(predictions.probabilities[chosen], predictions.labels[chosen], chosen_on) if len(chosen) else None
    risk = prepared.recipe.answers.abstain_at_risk
    found = promise(curve, risk) if risk and curve else None
    unsure = predictions.confidence < (found.threshold if found else 0.0)
    predictions = replace(predictions, refused=reasons(unsure, strange))
    left = None
    if found or limit is not None:
        left = answered(predictions.labels[rows], predictions.predicted[rows], predictions.refused[rows])
    return Refusals(curve, risk, found, limit, left), predictions


def no_promise(refusals: Refusals) -> str:
    """Why there is no threshold though one was asked for, in one line; "" where there is one or none was asked for."""
    if not refusals.risk or refusals.promise:
        return ""
    n, needed = refusals.curve.n, least_pictures(refusals.risk)
    why = (
        f"{n:,} pictures are too few, at least {needed:,} are needed even if all are right (hold back more with --validation, "
        "choose on all of them with --final, or accept a larger risk)"
        if n < needed
        else f"too many of the surest of {n:,} answers are wrong"
    )
    return f"no threshold promises a risk of {100 * refusals.risk:g} %: {why}; none is stored, and every answer is given"
