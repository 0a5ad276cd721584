"""The main job: from a source and a recipe to a folder with a trained classifier and its report."""

import statistics
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from pellucid.errors import Interrupted, ModelFileError, OutputError, TrainingDiverged
from pellucid.images import Split
from pellucid.kernels import compilation_announced
from pellucid.recipes import Recipe, load_recipe
from pellucid.runs.assemble import Parts, assemble, call_doctor
from pellucid.runs.checking import checked
from pellucid.runs.cross_validation import CrossValidation, cross_validate_prepared
from pellucid.runs.folder import RunFolder
from pellucid.runs.label_safety import label_warnings
from pellucid.runs.learn import learn
from pellucid.runs.learning_curve import announce, train_shares
from pellucid.runs.prepare import Prepared, prepare
from pellucid.runs.progress import Silent
from pellucid.runs.refusals import check_refusals, no_promise
from pellucid.runs.results import finish, write_start
from pellucid.runs.run import Run
from pellucid.runs.within_epoch import Told

FINAL_FOLDS = 5  # of the cross-validation behind training.final, where training.folds gives no number


def train(
    source: str | Path | None = None,
    recipe: str | Path | Recipe | None = None,
    out: str | Path | None = None,
    *,
    progress: Silent | None = None,
    stop: Callable[[], bool] = lambda: False,
    **overrides: Any,
) -> Run:
    """Train on `source` and leave model, report and tables in a folder.

    source: a folder of pictures, a file of them, or the name of a data set; None takes the one named in the recipe.
    recipe: a name that ships, a TOML file, or a Recipe; None chooses by the data.
    out: a folder that is empty or does not exist; None makes runs/<source>-<n>.
    stop: asked before each step; True ends training and keeps the best model so far.
    overrides: settings by everyday name (`epochs=20`, `folds=5`, `final=True`) or dotted key (`**{"loss.l2": 1e-4}`).

    Raises DataError, RecipeError, OutputError; Interrupted if stopped before anything was learned; TrainingDiverged, after the
    best model so far was kept, if there is one.
    """
    progress = progress or Silent()
    RunFolder.check_free(out)  # before the work of reading pictures
    return train_prepared(prepare(source, recipe, overrides, progress), out, progress, stop)


def train_prepared(prepared: Prepared, out: str | Path | None, progress: Silent, stop: Callable[[], bool]) -> Run:
    """The same for data that is ready."""
    prepared = checked(prepared, progress)
    assemble(prepared)  # a recipe that does not fit the data fails here, before anything is written
    if prepared.recipe.training.learning_curve:
        announce(prepared, progress)
    check_refusals(prepared)
    for warning in label_warnings(prepared.recipe.augment, prepared.dataset, prepared.split.train):
        progress.say(f"warning: {warning}")
    folder = RunFolder.create(out, prepared.dataset.name)
    try:
        write_start(folder, prepared)
    except OutputError:
        folder.discard()
        raise
    with compilation_announced(progress.say):
        return _run(prepared, folder, progress, stop)


def resume(folder: str | Path, *, progress: Silent | None = None, stop: Callable[[], bool] = lambda: False) -> Run:
    """Go on with a run that was interrupted; it ends in the same bits as one that was not.

    Raises OutputError where the folder holds no interrupted run, ModelFileError for a checkpoint that is damaged or of other
    pictures; otherwise as `train`.
    """
    progress = progress or Silent()
    run_folder = RunFolder.open(folder)
    prepared = checked(prepare(None, load_recipe(run_folder.config), {}, progress), progress)
    with compilation_announced(progress.say):
        return _run(prepared, run_folder, progress, stop)


def _run(prepared: Prepared, folder: RunFolder, progress: Silent, stop: Callable[[], bool]) -> Run:
    """Cross-validate if asked, train from the last checkpoint or the start, write the results."""
    recipe, validated = prepared.recipe, None
    folds = recipe.training.folds or (FINAL_FOLDS if recipe.training.final else 0)
    if folds:
        validated = cross_validate_prepared(prepared, folds, progress, stop)
    if recipe.training.final:
        prepared = _on_all_pictures(prepared, validated)
    parts = assemble(prepared)
    if folder.checkpoint.exists():
        _load_checkpoint(folder, parts, prepared)
        progress.say(f"going on after epoch {len(parts.epochs)}")
    folder.write_metrics(parts.epochs)
    try:
        _learn(prepared, parts, folder, progress, stop)
    except TrainingDiverged as error:
        if parts.best.epoch < 0:
            folder.discard()
            raise
        parts.best.restore()
        finish(prepared, parts, folder, folds=validated, stopped="the loss stopped being a number")
        error.args = (f"{error.args[0]}; the model of epoch {parts.best.epoch + 1} is kept in {folder.model}",)
        raise
    if not parts.epochs:
        folder.discard()
        raise Interrupted("stopped before the first step; nothing was kept")
    stopped, shares = _why_stopped(parts, stop), None
    if recipe.training.learning_curve and not stop():
        shares = train_shares(prepared, folder, progress, stop)
    run = finish(prepared, parts, folder, folds=validated, stopped=stopped, shares=shares)
    if run.worth.refusals and (problem := no_promise(run.worth.refusals)):
        progress.say(f"warning: {problem}")
    return run


def _learn(prepared: Prepared, parts: Parts, folder: RunFolder, progress: Silent, stop: Callable[[], bool]) -> None:
    """The epochs: each is logged, shown, and now and then saved."""
    header = {"data_sha256": prepared.dataset.content_hash()}
    total, saved = prepared.recipe.training.epochs, time.monotonic()
    doctor = call_doctor(prepared, parts)
    for finding in doctor.before if doctor else ():
        progress.say(f"doctor: {finding}")
    told = parts if parts.update is None else replace(parts, batches=Told(parts.batches, progress))  # L-BFGS: many passes an epoch
    for epoch in learn(told, stop, doctor):
        folder.append_metrics(epoch)
        usual = statistics.median_low(done.seconds for done in parts.epochs)  # the first one may have compiled kernels
        progress.epoch(epoch, total, usual * (total - epoch.number - 1))
        for finding in epoch.findings or ():
            if finding.epoch is not None:
                progress.say(f"doctor, epoch {epoch.number + 1}: {finding}")
        if not epoch.partial and time.monotonic() - saved >= prepared.recipe.training.checkpoint_seconds:
            parts.checkpoint.save(folder.checkpoint, header)
            saved = time.monotonic()
    if parts.epochs and not parts.epochs[-1].partial:
        parts.checkpoint.save(folder.checkpoint, header)  # killed while the results are written, the run need not train again


def _load_checkpoint(folder: RunFolder, parts: Parts, prepared: Prepared) -> None:
    header = parts.checkpoint.header(folder.checkpoint)
    if header["data_sha256"] != prepared.dataset.content_hash():
        raise ModelFileError(
            f"the pictures in {prepared.dataset.location} are not those the run in {folder.path} began with; "
            "bring them back, or train anew"
        )
    parts.checkpoint.load(folder.checkpoint)


def _on_all_pictures(prepared: Prepared, validated: CrossValidation) -> Prepared:
    """No part held back; as many epochs as the folds' kept weights were trained for, on average."""
    dataset, nothing = prepared.dataset, np.empty(0, dtype=np.int64)
    split = Split(np.arange(len(dataset)), nothing, nothing)
    recipe = prepared.recipe.override({"epochs": max(1, round(float(np.mean(validated.best_epochs)))), "patience": 0})
    return replace(prepared.with_split(split), recipe=recipe)


def _why_stopped(parts: Parts, stop: Callable[[], bool]) -> str:
    """Why training ended before its last epoch; "" if it did not."""
    training = parts.recipe.training
    if stop():
        return "it was interrupted"
    if parts.best.exhausted:
        return f"the loss had not improved for {training.patience} epochs"
    if len(parts.epochs) < training.epochs or parts.epochs[-1].partial:
        return "the time budget was used up" if training.minutes else "no step lowered the loss any more"
    return ""
