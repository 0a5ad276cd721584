"""A run as the report shows it."""

from datetime import datetime

import numpy as np

from pellucid.explanation import first_layer
from pellucid.report import DataFacts, Formula, InputFacts, ReportData, gallery, refused, samples, thumbnail
from pellucid.runs.assemble import Parts
from pellucid.runs.assemble.optimizer import SETTINGS
from pellucid.runs.checking import guarded, section, with_folds
from pellucid.runs.cross_validation import CrossValidation
from pellucid.runs.label_safety import label_warnings
from pellucid.runs.prepare import Prepared
from pellucid.runs.results.model import versions
from pellucid.runs.results.outcome import Outcome

FEW = 2000  # photographs, below which training afresh is usually beaten by what others have trained


def report_data(prepared: Prepared, parts: Parts, outcome: Outcome, *, folds: CrossValidation | None, stopped: str) -> ReportData:
    """All that the page shows, as plain data. stopped: why training ended early, or ""."""
    worth = outcome.worth
    return ReportData(
        title=prepared.dataset.name,
        data=_data_facts(prepared),
        input=_input_facts(prepared),
        layers=parts.network.rows(),
        first_layer=first_layer(parts.network),
        **_learning(parts, stopped),
        scores=outcome.scores,
        part=outcome.part,
        folds=folds.accuracies if folds else (),
        ladder=worth.ladder,
        calibration=worth.calibration,
        ranking=worth.ranking,
        seen=worth.seen,
        learning_curve=worth.learning_curve,
        slices=worth.slices,
        refusals=worth.refusals,
        **_pictures(prepared, outcome),
        warnings=remarks(prepared),
        checks=section(with_folds(prepared.findings, folds), guarded(prepared)),
        config=prepared.recipe.to_toml(),
        created=now(),
        versions=versions(),
    )


def _learning(parts: Parts, stopped: str) -> dict:
    """What was minimised, how, and how it went."""
    return {
        "loss": Formula(parts.loss.name, parts.loss.equation, _loss_settings(parts)),
        "optimizer": _optimizer(parts),
        "schedule": _schedule(parts),
        "epochs": [epoch.to_json() for epoch in parts.epochs],
        "epochs_planned": parts.recipe.training.epochs,
        "best_epoch": parts.best.epoch if parts.validation is not None else None,
        "seconds": sum(epoch.seconds for epoch in parts.epochs),
        "stopped": stopped,
    }


def _pictures(prepared: Prepared, outcome: Outcome) -> dict:
    """Pictures of each class, and some beside what the network makes of them."""
    dataset, predictions = prepared.dataset, outcome.predictions
    row_of = {path: row for row, path in enumerate(dataset.paths)}

    def show(row: int) -> np.ndarray | None:
        return thumbnail(dataset.images[row], dataset.value_range) if dataset.is_pictures else None

    def show_answer(row: int) -> np.ndarray | None:
        return show(row_of[predictions.paths[row]])

    found = {"samples": samples(dataset.labels, dataset.classes, dataset.paths, show) if dataset.is_pictures else {}}
    if not predictions:
        return found | {"rebuilt": outcome.rebuilt}
    shown = outcome.part if outcome.part in predictions.split else None  # folds: all of them
    return found | {
        "gallery": gallery(predictions, shown, show_answer),
        "refused": refused(predictions, outcome.part, show_answer),
    }


def now() -> str:
    now = datetime.now()
    return f"{now.day} {now:%B %Y, %H:%M}"


def remarks(prepared: Prepared) -> list[str]:
    """What a reader must know before believing the score."""
    found = []
    if prepared.donor:
        origin = prepared.donor.provenance
        learned = origin.get("pictures", {}).get("train", 0)
        found.append(
            f"All layers but the last dense one started from a model trained on {origin.get('source', 'other data')} "
            f"({learned:,} pictures), so this score also owes to those pictures."
        )
    if prepared.dataset.formats and len(prepared.dataset) < FEW and not prepared.donor:
        found.append(
            f"With fewer than {FEW:,} pictures, large networks that were pretrained on millions of others usually score higher."
        )
    return found + label_warnings(prepared.recipe.augment, prepared.dataset, prepared.split.train)


def _data_facts(prepared: Prepared) -> DataFacts:
    dataset, split = prepared.dataset, prepared.split
    counts = {part: dataset.counts(getattr(split, part)) for part in ("train", "validation", "test")}
    return DataFacts(
        name=dataset.name,
        location=dataset.location,
        classes=dataset.classes,
        label_rule=dataset.label_rule,
        counts={part: by_class for part, by_class in counts.items() if sum(by_class.values())},
        sizes=dataset.sizes,
        formats=dataset.formats,
        value_range=dataset.value_range,
        ignored=dataset.ignored,
        broken=dataset.broken,
        notes=dataset.notes,
        content_hash=dataset.content_hash(),
    )


def _input_facts(prepared: Prepared) -> InputFacts:
    recipe = prepared.recipe
    return InputFacts(
        shape=prepared.spec.shape,
        fit=recipe.input.fit,
        normalisation=recipe.input.normalisation,
        per=recipe.input.per,
        changes=recipe.augment.chosen(),
        views=recipe.augment.views,
    )


def _loss_settings(parts: Parts) -> str:
    section = parts.recipe.loss
    settings = []
    if section.label_smoothing:
        settings.append(f"label smoothing {section.label_smoothing:g}")
    if section.class_weight != "none":
        settings.append("classes weighted")
    settings += [f"{name.upper()} {getattr(section, name):g}" for name in ("l1", "l2") if getattr(section, name)]
    return ", ".join(settings)


def _optimizer(parts: Parts) -> Formula:
    section = parts.recipe.optimizer
    if parts.update is None:
        return Formula("lbfgs", "", "20 iterations of L-BFGS an epoch, on all training pictures")
    settings = [f"{key.replace('_', ' ')} {getattr(section, key):g}" for key in SETTINGS[section.name]]
    size = parts.recipe.training.batch_size
    settings.append(f"batches of {size}" if size else "all training pictures at every step")
    if section.clip_norm:
        settings.append(f"gradient clipped to norm {section.clip_norm:g}")
    if section.average:
        settings.append(f"weights averaged with decay {section.average:g}")
    return Formula(section.name, parts.update.optimizer.equation, ", ".join(settings))


def _schedule(parts: Parts) -> Formula:
    section = parts.recipe.schedule
    settings = [f"learning rate {parts.recipe.optimizer.learning_rate:g}"]
    if section.warmup_epochs:
        settings.append(f"warm-up over {section.warmup_epochs} epochs")
    if section.name == "step":
        settings.append(f"times {section.factor:g} every {section.every} epochs")
    if section.name == "plateau":
        settings.append(f"times {section.factor:g} after {section.patience} epochs without a better loss")
    return Formula(section.name, "", ", ".join(settings))
