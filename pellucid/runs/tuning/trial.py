"""One trial of a search: a training that is compared with the others by its validation loss, epoch by epoch."""

import signal
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pellucid.errors import PellucidError, TrainingDiverged
from pellucid.kernels.thread_limit import threads
from pellucid.recipes import Space
from pellucid.runs.assemble import Parts, assemble
from pellucid.runs.learn import learn
from pellucid.runs.prepare import Prepared, measure_input
from pellucid.runs.tuning.study import STOPPED, Study, is_finished, need_optuna

if TYPE_CHECKING:
    import optuna


@dataclass(frozen=True, eq=False)
class Task:
    """All that a process needs to run trials: the pictures, the space, and where the study is."""

    prepared: Prepared
    space: Space
    study: Path
    identity: Mapping[str, Any]
    trials: int  # the search ends when so many are finished, whoever ran them
    threads: int | None  # of the kernels; None: as many as the user allows


def run_trial(task: Task, *, alone: bool) -> int | None:
    """Run one trial and write it into the study; its number, or None if there are enough.

    alone: in the process of the user. In another one, which Ctrl-C reaches too, the first process decides what happens then.
    """
    if not alone and threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    need_optuna()
    study = Study(task.study, task.identity, task.prepared.recipe.training.seed)
    if sum(map(is_finished, study.trials(task.space))) >= task.trials:
        return None
    trial, values = study.ask(task.space)
    begun, outcome = time.perf_counter(), {}
    try:
        state, loss = _train(task, trial, values, outcome)
    except (PellucidError, MemoryError) as error:
        # A rate that lets the training diverge is a bad one, which is worth knowing; settings that do not fit say nothing.
        state, loss = "pruned" if isinstance(error, TrainingDiverged) else "failed", None
        outcome["problem"] = str(error) or "out of memory"
    except BaseException:
        study.tell(trial, "failed", None, {"problem": STOPPED})
        raise
    study.tell(trial, state, loss, outcome | {"seconds": round(time.perf_counter() - begun, 3)})
    return trial.number


def _train(task: Task, trial: "optuna.Trial", values: Mapping[str, Any], outcome: dict) -> tuple[str, float]:
    """Train until the end, or until half of the other trials were better at the same epoch."""
    parts = assemble(varied(task.prepared, values))
    with threads(task.threads, parts.network.kernels):
        for epoch in learn(parts):
            outcome |= _so_far(parts)
            trial.report(epoch.validation_loss, epoch.number)
            last = epoch.number + 1 == parts.recipe.training.epochs or parts.best.exhausted
            if not last and trial.should_prune():
                return "pruned", epoch.validation_loss
    return "complete", parts.best.loss


def varied(prepared: Prepared, values: Mapping[str, Any]) -> Prepared:
    """The same pictures and parts under a recipe with these values. RecipeError where they do not fit."""
    recipe = prepared.recipe.override({**values, "tune": {}})
    if recipe.input == prepared.recipe.input:
        return replace(prepared, recipe=recipe)
    return replace(prepared, recipe=recipe, spec=measure_input(recipe, prepared.dataset, prepared.split, prepared.donor))


def _so_far(parts: Parts) -> dict:
    best = parts.epochs[parts.best.epoch] if parts.best.epoch >= 0 else None
    return {"accuracy": best.validation_accuracy if best else None, "epochs": len(parts.epochs)}
