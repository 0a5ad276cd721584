"""Everything that a training writes into its folder, at its start and at its end."""

import json
from collections.abc import Sequence

from pellucid.evaluation import Training, classification_report, confusion_csv, predictions_csv, split_csv
from pellucid.files import atomic_write
from pellucid.report import ReportData
from pellucid.runs.assemble import Parts
from pellucid.runs.checking import with_folds
from pellucid.runs.cross_validation import CrossValidation
from pellucid.runs.folder import RunFolder
from pellucid.runs.learn import keep_final_weights
from pellucid.runs.prepare import Prepared
from pellucid.runs.results.classification import classified
from pellucid.runs.results.model import make_classifier
from pellucid.runs.results.outcome import Outcome
from pellucid.runs.results.reconstruction import reconstructed
from pellucid.runs.results.report_data import report_data
from pellucid.runs.run import Run


def write_start(folder: RunFolder, prepared: Prepared) -> None:
    """What is known before training: `config.toml`, which feeds back to the same run, and `split.csv`."""
    atomic_write(folder.config, prepared.recipe.to_toml())
    dataset = prepared.dataset
    names = prepared.split.names(len(dataset))
    atomic_write(folder.split, split_csv(dataset.paths, dataset.labels, names, dataset.classes))


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

    stopped: why training ended early, or "". shares: trainings on shares of the pictures, for the learning curve; None where
    none was asked for.
    """
    keep_final_weights(parts)
    outcome = classified(prepared, parts, folds, shares) if parts.loss.names_classes else reconstructed(prepared, parts)
    classifier = make_classifier(prepared, parts, outcome, folds)
    classifier.save(folder.model)
    _write_scores(folder, outcome, folds)
    if outcome.predictions:
        _write_tables(folder, outcome)
        _write_checks(folder, prepared, folds)
    _write_report(folder, report_data(prepared, parts, outcome, folds=folds, stopped=stopped))
    folder.checkpoint.unlink(missing_ok=True)
    return Run(
        folder=folder.path,
        model=folder.model,
        report=folder.report,
        classifier=classifier,
        scores=outcome.scores,
        part=outcome.part,
        epochs=tuple(parts.epochs),
        predictions=outcome.predictions,
        seconds=sum(epoch.seconds for epoch in parts.epochs),
        recipe=prepared.recipe.name,
        folds=folds,
        worth=outcome.worth,
    )


def _write_scores(folder: RunFolder, outcome: Outcome, folds: CrossValidation | None) -> None:
    """`scores.json`: the scores of every part, and where classes are named, what they are worth."""
    values = {part: scores.to_json() for part, scores in outcome.scores.items()}
    values |= {"folds": folds.to_json()} if folds else {}
    values |= outcome.worth.to_json() if outcome.predictions else {}
    atomic_write(folder.scores, json.dumps(values, indent=1, ensure_ascii=False) + "\n")


def _write_tables(folder: RunFolder, outcome: Outcome) -> None:
    """`predictions.csv`, `confusion_matrix.csv` and `classification_report.txt`."""
    headline = outcome.scores[outcome.part]
    atomic_write(folder.predictions, predictions_csv(outcome.predictions))
    atomic_write(folder.confusion_matrix, confusion_csv(headline))
    atomic_write(folder.classification_report, classification_report(headline))


def _write_checks(folder: RunFolder, prepared: Prepared, folds: CrossValidation | None) -> None:
    """`checks.json`: what was found before training, and by the folds."""
    findings = with_folds(prepared.findings, folds)
    if findings:
        atomic_write(folder.checks, json.dumps(findings.to_json(), indent=1, ensure_ascii=False) + "\n")


def _write_report(folder: RunFolder, data: ReportData) -> None:
    from pellucid import report

    atomic_write(folder.report, report.render(data))
    report.save_figures(data, folder.figures)
