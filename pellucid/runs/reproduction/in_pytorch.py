"""A training whose arithmetic is done by PyTorch: everything else, from the pictures to the report, is as in `train`."""

import copy
import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from pellucid import pytorch
from pellucid.errors import Interrupted
from pellucid.files import atomic_write
from pellucid.runs.assemble import Parts, assemble
from pellucid.runs.checking import checked
from pellucid.runs.folder import RunFolder
from pellucid.runs.prepare import Prepared
from pellucid.runs.progress import Silent
from pellucid.runs.results import finish, write_start
from pellucid.runs.run import Run
from pellucid.training import Epoch

if TYPE_CHECKING:  # the name alone: PyTorch may not be there
    from pellucid.pytorch import Pass


def train_in_pytorch(prepared: Prepared, out: str | Path | None, progress: Silent, stop: Callable[[], bool] = lambda: False) -> Run:
    """Train as `train` does, from the same first weights on the same batches, but let PyTorch compute the steps.

    The folder holds `pytorch.json` besides: PyTorch's version, how far the gradients of the first step differ, and the loss of
    the last batch of each epoch. `stop` is asked after each epoch. Raises RecipeError where PyTorch is not installed or does not
    know something that the recipe asks for; otherwise as `train`.
    """
    pytorch.require()
    pytorch.check(prepared.recipe)
    RunFolder.check_free(out)
    prepared = checked(prepared, progress)
    prepared = replace(prepared, recipe=prepared.recipe.override({"name": f"{prepared.recipe.name} in PyTorch"}))
    parts = assemble(prepared)
    pytorch.optimizer_of(pytorch.module_of(parts.network), parts.recipe)  # what is not translated fails before anything is written
    difference = first_gradients(parts)
    folder = RunFolder.create(out, prepared.dataset.name)
    write_start(folder, prepared)
    passes = _learn(parts, folder, progress, stop)
    if not passes:
        folder.discard()
        raise Interrupted("stopped before the first epoch had ended; nothing was kept")
    _note(folder, difference, passes)
    stopped = "it was interrupted" if len(passes) < prepared.recipe.training.epochs else ""
    return finish(prepared, parts, folder, folds=None, stopped=stopped)


def first_gradients(parts: Parts) -> float:
    """The largest |a - b| / |b| over all arrays, for the gradients of the first step: a pellucid's, b PyTorch's.

    Nothing of `parts` changes.
    """
    network, module = copy.deepcopy(parts.network), pytorch.module_of(parts.network)
    x, t, w = next(parts.batches.epoch(0))
    _, dz = parts.loss(network.forward(x, train=True, keep=True), t, w, network.kernels)
    network.backward(dz)
    theirs = pytorch.gradients_of(network, module, pytorch.loss_of(parts.recipe), x, t)
    ours = {slot.name: slot.view(network.grad) for slot in network.slots}
    return max(float(np.linalg.norm(ours[name] - each) / np.linalg.norm(each)) for name, each in theirs.items())


def _learn(parts: Parts, folder: RunFolder, progress: Silent, stop: Callable[[], bool]) -> list["Pass"]:
    """The epochs, each logged and shown; `parts` ends with the weights that PyTorch would keep."""
    recipe, module, passes = parts.recipe, pytorch.module_of(parts.network), []
    for each in pytorch.learn(module, recipe, parts.batches, parts.schedule, parts.validation, stop):
        epoch = _epoch(each)
        passes.append(each)
        parts.epochs.append(epoch)
        folder.append_metrics(epoch)
        progress.epoch(epoch, recipe.training.epochs, each.seconds * (recipe.training.epochs - each.number - 1))
    pytorch.take_over(parts.network, module)
    parts.validation, parts.update.average = None, None  # what is kept has been chosen
    return passes


def _epoch(each: "Pass") -> Epoch:
    return Epoch(
        number=each.number,
        step=(each.number + 1) * each.steps,
        loss=each.loss,
        accuracy=each.accuracy,
        penalty=0.0,
        learning_rate=each.learning_rate,
        gradient_norm=math.nan,
        seconds=each.seconds,
        pictures_per_second=each.pictures / each.seconds,
        validation_loss=each.validation_loss,
        validation_accuracy=each.validation_accuracy,
    )


def _note(folder: RunFolder, difference: float, passes: list["Pass"]) -> None:
    import torch

    found = {
        "torch": torch.__version__,
        "gradient_difference": difference,
        "last_losses": [each.last_loss for each in passes],
    }
    atomic_write(folder.path / pytorch.NOTES, json.dumps(found) + "\n")
