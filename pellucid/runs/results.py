"""Everything that a finished training writes into its folder."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pellucid import __version__
from pellucid.classifier import Classifier
from pellucid.evaluation import (
    Predictions,
    Scores,
    Training,
    classification_report,
    confusion_csv,
    most_common_class,
    predictions_csv,
    split_csv,
)
from pellucid.files import atomic_write
from pellucid.nn.network import Network
from pellucid.refusal import Novelty
from pellucid.runs.assemble import Parts
from pellucid.runs.checking import with_folds
from pellucid.runs.cross_validation import CrossValidation
from pellucid.runs.folder import RunFolder
from pellucid.runs.judge import judge, scores_json
from pellucid.runs.learn import keep_final_weights
from pellucid.runs.learning_curve import curve_of
from pellucid.runs.prepare import Prepared
from pellucid.runs.reconstruction import finish_reconstruction
from pellucid.runs.refusals import refuse
from pellucid.runs.report_data import report_data
from pellucid.runs.run import Run, headline_part
from pellucid.runs.worth import Worth, worth_of


def finish(
    prepared: Prepared,
    parts: Parts,
    folder: RunFolder,
    *,
    folds: CrossValidation | None,
    stopped: str,
    shares: Sequence[Training] | None = None,
) -> Run:
    """Keep the best weights, score them on every part, write model, tables, figures and report; return the Run.

    A network that was trained on all pictures takes the score of the folds. stopped: why training ended early, or "".
    shares: trainings on shares of the pictures, for the learning curve; None where none was asked for.
    """
    from pellucid import report

    keep_final_weights(parts)
    if not parts.loss.names_classes:
        return finish_reconstruction(prepared, parts, folder, stopped=stopped)
    scores, predictions, temperature, novelty, strange = judge(prepared, parts.network, parts.loss)
    if folds and prepared.recipe.training.final:
        scores, predictions = scores | {"cross-validation": folds.scores}, folds.predictions
    part = headline_part(scores)
    refusals, predictions = refuse(prepared, predictions, strange, novelty.limit if novelty else None, part)
    threshold = refusals.promise.threshold if refusals.promise else None
    classifier = make_classifier(prepared, parts, scores, folds, temperature, threshold, novelty)
    classifier.save(folder.model)
    worth = worth_of(prepared, predictions, part, temperature, refusals)
    if shares is not None:
        worth = replace(worth, learning_curve=curve_of(prepared, shares, scores[part]))
    write_tables(folder, scores, predictions, part, folds, worth)
    write_checks(folder, prepared, folds)
    page = report_data(prepared, parts, scores, predictions, part, folds=folds, stopped=stopped, worth=worth)
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
        predictions=predictions,
        seconds=sum(epoch.seconds for epoch in parts.epochs),
        recipe=prepared.recipe.name,
        folds=folds,
        worth=worth,
    )


def make_classifier(
    prepared: Prepared,
    parts: Parts,
    scores: Mapping[str, Scores],
    folds: CrossValidation | None,
    temperature: float = 1.0,
    threshold: float | None = None,
    novelty: Novelty | None = None,
) -> Classifier:
    """The network as a classifier that knows its input, its classes, where it comes from and what it scored.

    No time or date goes in: the same run gives the same file.
    """
    return Classifier(
        network=_in_float32(parts.network),
        input=prepared.spec,
        classes=prepared.dataset.classes if parts.loss.names_classes else (),
        link=parts.loss.link,
        temperature=temperature,
        threshold=threshold,
        views=prepared.recipe.augment.views,
        novelty=novelty,
        provenance=_provenance(prepared),
        scores={part: _short(scores[part]) for part in scores} | ({"folds": folds.to_json()} if folds else {}),
    )


def write_tables(
    folder: RunFolder,
    scores: Mapping[str, Scores],
    predictions: Predictions,
    part: str,
    folds: CrossValidation | None,
    worth: Worth,
) -> None:
    """`scores.json`, `predictions.csv`, `confusion_matrix.csv` and `classification_report.txt`."""
    values = scores_json(scores) | ({"folds": folds.to_json()} if folds else {}) | worth.to_json()
    atomic_write(folder.scores, json.dumps(values, indent=1, ensure_ascii=False) + "\n")
    atomic_write(folder.predictions, predictions_csv(predictions))
    atomic_write(folder.confusion_matrix, confusion_csv(scores[part]))
    atomic_write(folder.classification_report, classification_report(scores[part]))


def write_checks(folder: RunFolder, prepared: Prepared, folds: CrossValidation | None) -> None:
    """`checks.json`: what was found before training, and by the folds."""
    findings = with_folds(prepared.findings, folds)
    if findings:
        atomic_write(folder.checks, json.dumps(findings.to_json(), indent=1, ensure_ascii=False) + "\n")


def write_start(folder: RunFolder, prepared: Prepared) -> None:
    """What is known before training: `config.toml`, which feeds back to the same run, and `split.csv`."""
    atomic_write(folder.config, prepared.recipe.to_toml())
    dataset = prepared.dataset
    names = prepared.split.names(len(dataset))
    atomic_write(folder.split, split_csv(dataset.paths, dataset.labels, names, dataset.classes))


def _provenance(prepared: Prepared) -> dict:
    import hashlib

    dataset, split = prepared.dataset, prepared.split
    names = "\n".join(split.names(len(dataset)))
    return {
        "source": dataset.name,
        "data_sha256": dataset.content_hash(),
        "labels_sha256": hashlib.sha256(dataset.labels.astype("<i8")).hexdigest(),
        "split_sha256": hashlib.sha256(names.encode()).hexdigest(),
        "from": _origin(prepared.donor),
        "most_common": dataset.classes[most_common_class(dataset.labels[split.train], len(dataset.classes))],
        "pictures": {part: len(getattr(split, part)) for part in ("train", "validation", "test")},
        "config": prepared.recipe.to_toml(),
        "versions": versions(),
    }


def _origin(donor: Classifier | None) -> dict | None:
    """Where the first weights came from, in turn."""
    if donor is None:
        return None
    return {key: donor.provenance.get(key) for key in ("source", "data_sha256", "pictures", "from")}


def versions() -> dict[str, str]:
    """What computed this."""
    import platform

    return {"pellucid": __version__, "python": platform.python_version(), "numpy": np.__version__}


def _short(scores: Scores) -> dict:
    values = scores.to_json()
    return {key: values[key] for key in ("n", "accuracy", "interval", "loss", "explained") if key in values}


def _in_float32(network: Network) -> Network:
    """The network as it is stored; one trained in float64 (L-BFGS) is rounded, one with planted faults loses them."""
    if network.dtype == np.float32 and type(network) is Network:
        return network
    twin = Network.from_specification(network.specification(), network.in_shape, seed=network.seed)
    twin.values[...] = network.values
    return twin
