"""The scores of a trained network on every part of its data."""

from collections.abc import Mapping

import numpy as np

from pellucid.classifier import probabilities
from pellucid.evaluation import Predictions, Scores, most_common_class, score
from pellucid.images import Batches
from pellucid.nn.losses import Loss
from pellucid.nn.network import Network
from pellucid.runs.prepare import Prepared
from pellucid.training import predict_outputs

ROWS = 1024  # pictures a batch


def judge(prepared: Prepared, network: Network, loss: Loss) -> tuple[dict[str, Scores], Predictions]:
    """Scores of each part that has pictures ("train", "validation", "test"), and every answer, in the data's order."""
    dataset, split = prepared.dataset, prepared.split
    classes, names = dataset.classes, split.names(len(dataset))
    found = np.zeros((len(dataset), len(classes)))
    scores = {}
    common = most_common_class(dataset.labels[split.train], len(classes))
    for part in ("train", "validation", "test"):
        indices = getattr(split, part)
        if len(indices):
            found[indices], value = answers(prepared, network, loss, indices)
            scores[part] = score(dataset.labels[indices], found[indices], classes, value, most_common=common)
    used = np.flatnonzero(names != "")
    return scores, _predictions(prepared, used, found[used], names[used])


def answers(prepared: Prepared, network: Network, loss: Loss, indices: np.ndarray) -> tuple[np.ndarray, float]:
    """Probabilities (n, classes) for the pictures at `indices`, and their mean loss (unweighted)."""
    dataset = prepared.dataset
    batches = Batches(dataset.images, dataset.labels, indices, prepared.spec, ROWS, kernels=network.kernels)
    outputs = predict_outputs(network, batches.epoch(0), prepared.recipe.augment.views)
    with np.errstate(all="ignore"):
        value, _ = loss(outputs, dataset.labels[indices], None, network.kernels)
    return probabilities(outputs, loss.link), value


def _predictions(prepared: Prepared, rows: np.ndarray, found: np.ndarray, split: np.ndarray) -> Predictions:
    dataset = prepared.dataset
    paths = tuple(dataset.paths[row] for row in rows)
    return Predictions(paths, dataset.labels[rows], found, split, dataset.classes)


def scores_json(scores: Mapping[str, Scores]) -> dict:
    """`scores.json`, without the folds."""
    return {part: scores[part].to_json() for part in scores}
