"""The scores of a trained network on every part of its data."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from pellucid.classifier import probabilities
from pellucid.evaluation import Predictions, Scores, fit_temperature, most_common_class, score
from pellucid.images import Batches
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.refusal import Novelty, ordinary_limit
from pellucid.runs.prepare import Prepared
from pellucid.runs.refusals import known_pictures
from pellucid.training import predict_outputs, predict_with_distances

ROWS = 1024  # pictures a batch


class Judgement(NamedTuple):
    """Scores of each part that has pictures, every answer in the data's order, and the temperature behind both.

    strange: (N,) bool, which of the predictions `novelty` finds too far from the training pictures.
    """

    scores: dict[str, Scores]
    predictions: Predictions
    temperature: float
    novelty: Novelty | None
    strange: np.ndarray


def judge(prepared: Prepared, network: Network, loss: Loss) -> Judgement:
    """Score each part ("train", "validation", "test"), with the temperature that fits the validation pictures best.

    The same pictures set the limit beyond which a picture is strange.
    """
    dataset, split = prepared.dataset, prepared.split
    classes, names = dataset.classes, split.names(len(dataset))
    found = np.zeros((len(dataset), len(classes)))
    scores = {}
    common = most_common_class(dataset.labels[split.train], len(classes))
    parts = {part: getattr(split, part) for part in ("train", "validation", "test") if len(getattr(split, part))}
    known = known_pictures(prepared, network)
    outputs, distances = {}, np.zeros(len(dataset), np.float32)
    for part, indices in parts.items():
        outputs[part], distances[indices] = _outputs(prepared, network, indices, known)
    limit = ordinary_limit(distances[split.validation]) if known else None
    temperature = _temperature(outputs.get("validation"), dataset.labels[split.validation], loss)
    for part, indices in parts.items():
        found[indices], value = _answers(outputs[part], dataset.labels[indices], network, loss, temperature)
        scores[part] = score(dataset.labels[indices], found[indices], classes, value, most_common=common)
    used = np.flatnonzero(names != "")
    return Judgement(
        scores,
        _predictions(prepared, used, found[used], names[used]),
        temperature,
        novelty=None if limit is None else replace(known, limit=limit),
        strange=distances[used] > (np.inf if limit is None else limit),
    )


def answers(prepared: Prepared, network: Network, loss: Loss, indices: np.ndarray) -> tuple[np.ndarray, float]:
    """Probabilities (n, classes) for the pictures at `indices`, and their mean loss (unweighted)."""
    return _answers(_outputs(prepared, network, indices)[0], prepared.dataset.labels[indices], network, loss)


def _outputs(
    prepared: Prepared, network: Network, indices: np.ndarray, known: Novelty | None = None
) -> tuple[np.ndarray, np.ndarray | float]:
    """The outputs for the pictures at `indices`, and their distances to the known ones (0 where there are none)."""
    dataset, views = prepared.dataset, prepared.recipe.augment.views
    batches = Batches(dataset.images, dataset.labels, indices, prepared.spec, ROWS, kernels=network.kernels)
    if known:
        return predict_with_distances(network, batches.epoch(0), known, views)
    return predict_outputs(network, batches.epoch(0), views), 0.0


def _answers(
    outputs: np.ndarray, labels: np.ndarray, network: Network, loss: Loss, temperature: float = 1.0
) -> tuple[np.ndarray, float]:
    with np.errstate(all="ignore"):
        value, _ = loss(outputs, labels, None, network.kernels)  # what was trained for, as in the learning curves
    return probabilities(outputs, loss.link, temperature), value


def _temperature(outputs: np.ndarray | None, labels: np.ndarray, loss: Loss) -> float:
    """1 without validation pictures, for outputs that no temperature changes, and for a network that is broken."""
    if outputs is None or loss.link == "none" or not np.isfinite(outputs).all():
        return 1.0
    return fit_temperature(probabilities(outputs, loss.link), labels)


def _predictions(prepared: Prepared, rows: np.ndarray, found: np.ndarray, split: np.ndarray) -> Predictions:
    dataset = prepared.dataset
    paths = tuple(dataset.paths[row] for row in rows)
    return Predictions(paths, dataset.labels[rows], found, split, dataset.classes)
