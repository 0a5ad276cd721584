"""The outcome of a network that gives back its input: scores, and pictures beside their reconstructions."""

from collections.abc import Mapping

import numpy as np

from pellucid.evaluation import ReconstructionScores
from pellucid.images import Batches
from pellucid.report import Rebuilt, thumbnail
from pellucid.runs.assemble import Parts
from pellucid.runs.prepare import Prepared
from pellucid.runs.results.outcome import Outcome
from pellucid.runs.run import headline_part
from pellucid.training import predict_outputs

ROWS = 1024  # pictures a batch
SHOWN = 40  # pictures in the report, evenly from the one given back best to the worst


def reconstructed(prepared: Prepared, parts: Parts) -> Outcome:
    """Score the network on every part, and set some pictures beside what it makes of them."""
    scores = _scores(prepared, parts)
    part = headline_part(scores)
    return Outcome(scores=scores, part=part, rebuilt=_rebuilt(prepared, parts, part))


def _scores(prepared: Prepared, parts: Parts) -> Mapping[str, ReconstructionScores]:
    """The scores of each part that has pictures, beside those of the mean training picture."""
    mean, scores = _mean_picture(prepared), {}
    for part in ("train", "validation", "test"):
        n, loss, baseline = len(getattr(prepared.split, part)), 0.0, 0.0
        for x, y in _pairs(prepared, parts, getattr(prepared.split, part)):
            loss += float(((y - x) ** 2).mean(axis=1).sum())
            baseline += float(((mean - x) ** 2).mean(axis=1).sum())
        if n:
            scores[part] = ReconstructionScores(n, loss / n, baseline / n)
    return scores


def _mean_picture(prepared: Prepared) -> np.ndarray:
    """The mean of the training pictures as the network sees them: (K,) float64."""
    total = 0.0
    for x, _, _ in _batches(prepared, prepared.split.train).epoch(0):
        total = total + x.reshape(len(x), -1).sum(axis=0, dtype=np.float64)
    return total / len(prepared.split.train)


def _pairs(prepared: Prepared, parts: Parts, indices: np.ndarray):
    """Pictures and what the network makes of them, batch by batch: (x, y), each (n, K)."""
    for batch in _batches(prepared, indices).epoch(0) if len(indices) else ():
        yield batch[0].reshape(len(batch[0]), -1), predict_outputs(parts.network, [batch])


def _batches(prepared: Prepared, indices: np.ndarray) -> Batches:
    return Batches(prepared.dataset.images, prepared.dataset.labels, indices, prepared.spec, ROWS)


def _rebuilt(prepared: Prepared, parts: Parts, part: str) -> list[Rebuilt]:
    """Pictures of a part beside their reconstructions, from the best to the worst."""
    dataset, indices = prepared.dataset, getattr(prepared.split, part)
    errors = np.concatenate([((y - x) ** 2).mean(axis=1) for x, y in _pairs(prepared, parts, indices)])
    order = np.argsort(errors, kind="stable")[np.linspace(0, len(errors) - 1, min(SHOWN, len(errors))).round().astype(np.int64)]
    [(_, y)] = _pairs(prepared, parts, indices[order])
    shape = prepared.spec.shape
    return [
        Rebuilt(
            dataset.paths[indices[row]],
            thumbnail(dataset.images[indices[row]], dataset.value_range),
            thumbnail(rebuilt.reshape(shape), (0.0, 1.0)),
            float(errors[row]),
        )
        for row, rebuilt in zip(order, y, strict=True)
    ]
