"""The end of a run whose network gives back its input: scores, pictures beside their reconstructions, model, report."""

import json
from collections.abc import Mapping

import numpy as np

from pellucid.evaluation import ReconstructionScores
from pellucid.files import atomic_write
from pellucid.images import Batches
from pellucid.report import Rebuilt, thumbnail
from pellucid.runs.assemble import Parts
from pellucid.runs.folder import RunFolder
from pellucid.runs.prepare import Prepared
from pellucid.runs.run import Run, headline_part
from pellucid.training import predict_outputs

ROWS = 1024  # pictures a batch
SHOWN = 40  # pictures in the report, evenly from the one given back best to the worst


def finish_reconstruction(prepared: Prepared, parts: Parts, folder: RunFolder, *, stopped: str) -> Run:
    """The same as `results.finish` for an autoencoder, whose best weights are in place: no classes, no table of answers."""
    from pellucid import report
    from pellucid.runs.report_data import report_data
    from pellucid.runs.results import make_classifier

    scores = judge_reconstruction(prepared, parts)
    part = headline_part(scores)
    classifier = make_classifier(prepared, parts, scores, None)
    classifier.save(folder.model)
    values = {name: each.to_json() for name, each in scores.items()}
    atomic_write(folder.scores, json.dumps(values, indent=1) + "\n")
    page = report_data(prepared, parts, scores, None, part, folds=None, stopped=stopped, rebuilt=_shown(prepared, parts, part))
    atomic_write(folder.report, report.render(page))
    report.save_figures(page, folder.figures)
    folder.checkpoint.unlink(missing_ok=True)
    return Run(
        folder=folder.path,
        model=folder.model,
        report=folder.report,
        classifier=classifier,
        scores=scores,
        part=part,
        epochs=tuple(parts.epochs),
        predictions=None,
        seconds=sum(epoch.seconds for epoch in parts.epochs),
        recipe=prepared.recipe.name,
    )


def judge_reconstruction(prepared: Prepared, parts: Parts) -> Mapping[str, ReconstructionScores]:
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


def _shown(prepared: Prepared, parts: Parts, part: str) -> list[Rebuilt]:
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
