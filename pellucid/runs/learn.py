"""The epochs of a run: `fit`, with the best weights kept, the plateau shown each loss, patience and time budget obeyed."""

import contextlib
import dataclasses
import time
from collections.abc import Callable, Iterator

from pellucid.optim.schedules import Plateau
from pellucid.runs.assemble import Parts
from pellucid.runs.transfer import body_factor, set_body_factor
from pellucid.training import Doctor, Epoch, fit, fit_lbfgs


def learn(parts: Parts, stop: Callable[[], bool] = lambda: False, doctor: Doctor | None = None) -> Iterator[Epoch]:
    """Train from the epoch that `parts` has reached; yield each Epoch when `parts` has taken it in.

    A doctor's findings go into the records; those from before the first step into the first one. After the last one, call
    `keep_final_weights`. Raises TrainingDiverged as `fit` does.
    """
    if parts.best.exhausted:  # resumed after its last epoch
        return
    _freeze_or_free(parts, len(parts.epochs))
    for epoch in _fit(parts, _or_out_of_time(parts, stop)):
        if doctor:
            before = () if parts.epochs else doctor.before
            epoch = dataclasses.replace(epoch, findings=before + doctor.examine(epoch))
        parts.epochs.append(epoch)
        with final_weights(parts):
            parts.best.update(epoch.number, epoch.watched_loss)
        if isinstance(parts.schedule, Plateau):
            parts.schedule.observe(epoch.watched_loss)
        yield epoch
        if parts.best.exhausted:
            return
        _freeze_or_free(parts, epoch.number + 1)


def _freeze_or_free(parts: Parts, epoch: int) -> None:
    """Before an epoch of a run that started from a trained network: how fast the body learns in it."""
    if parts.recipe.transfer.model:
        set_body_factor(parts.network, body_factor(parts.recipe, epoch))


def final_weights(parts: Parts) -> contextlib.AbstractContextManager:
    """While the block runs, the network has the weights that would be kept if training ended now."""
    return parts.update.final_weights() if parts.update else contextlib.nullcontext()


def keep_final_weights(parts: Parts) -> None:
    """Leave the network with the weights of the lowest validation loss; without validation, with the last (averaged) ones."""
    if parts.validation is not None:
        parts.best.restore()
        return
    with final_weights(parts):
        values = parts.network.values.copy()
    parts.network.values[...] = values


def _fit(parts: Parts, stop: Callable[[], bool]) -> Iterator[Epoch]:
    run = {"epochs": parts.recipe.training.epochs, "validation": parts.validation, "start": len(parts.epochs), "stop": stop}
    if parts.update is None:
        return fit_lbfgs(parts.network, parts.loss, parts.batches, penalty=parts.penalty, **run)
    return fit(parts.network, parts.loss, parts.update, parts.batches, schedule=parts.schedule, **run)


def _or_out_of_time(parts: Parts, stop: Callable[[], bool]) -> Callable[[], bool]:
    """The caller's wish to stop, or the end of the recipe's minutes; the time of a run that was resumed counts."""
    if not parts.recipe.training.minutes:
        return stop
    spent = sum(epoch.seconds for epoch in parts.epochs)
    deadline = time.monotonic() + parts.recipe.training.minutes * 60 - spent
    return lambda: stop() or time.monotonic() > deadline
