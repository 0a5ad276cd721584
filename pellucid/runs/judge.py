"""The scores of a trained network on every part of its data."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np

from pellucid.classifier import probabilities
from pellucid.evaluation import Predictions, Scores, fit_temperature, most_common_class, score
from pellucid.images import Batches
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.runs.prepare import Prepared
from pellucid.training import predict_outputs

ROWS = 1024  # pictures a batch


class Judgement(NamedTuple):
    """Scores of each part that has pictures, every answer in the data's order, and the temperature behind both."""

    scores: dict[str, Scores]
    predictions: Predictions
    temperature: float


def judge(prepared: Prepared, network: Network, loss: Loss) -> Judgement:
    """Score each part ("train", "validation", "test"), with the temperature that fits the validation pictures best."""
    dataset, split = prepared.dataset, prepared.split
    classes, names = dataset.classes, split.names(len(dataset))
    found = np.zeros((len(dataset), len(classes)))
    scores = {}
    common = most_common_class(dataset.labels[split.train], len(classes))
    parts = {part: getattr(split, part) for part in ("train", "validation", "test") if len(getattr(split, part))}
    outputs = {part: _outputs(prepared, network, indices) for part, indices in parts.items()}
    temperature = _temperature(outputs.get("validation"), dataset.labels[split.validation], loss)
    for part, indices in parts.items():
        found[indices], value = _answers(outputs[part], dataset.labels[indices], network, loss, temperature)
        scores[part] = score(dataset.labels[indices], found[indices], classes, value, most_common=common)
    used = np.flatnonzero(names != "")
    return Judgement(scores, _predictions(prepared, used, found[used], names[used]), temperature)


def answers(prepared: Prepared, network: Network, loss: Loss, indices: np.ndarray) -> tuple[np.ndarray, float]:
    """Probabilities (n, classes) for the pictures at `indices`, and their mean loss (unweighted)."""
    return _answers(_outputs(prepared, network, indices), prepared.dataset.labels[indices], network, loss)


def _outputs(prepared: Prepared, network: Network, indices: np.ndarray) -> np.ndarray:
    dataset = prepared.dataset
    batches = Batches(dataset.images, dataset.labels, indices, prepared.spec, ROWS, kernels=network.kernels)
    return predict_outputs(network, batches.epoch(0), prepared.recipe.augment.views)


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


def scores_json(scores: Mapping[str, Scores]) -> dict:
    """`scores.json`, without the folds."""
    return {part: scores[part].to_json() for part in scores}
