"""The epochs of a recipe, computed by PyTorch on the batches that pellucid makes."""

import copy
import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from torch import nn
from torch.optim.swa_utils import AveragedModel

from pellucid.images import Batches
from pellucid.pytorch.module import tensor
from pellucid.pytorch.settings import averaging, loss_of, optimizer_of
from pellucid.recipes import Recipe


@dataclass(frozen=True)
class Pass:
    """One pass over the training pictures: mean loss, share of right answers, and the loss of the last batch alone."""

    number: int
    loss: float
    accuracy: float
    last_loss: float
    learning_rate: float  # of the last step
    steps: int
    pictures: int
    seconds: float
    validation_loss: float | None = None
    validation_accuracy: float | None = None


def learn(
    module: nn.Module,
    recipe: Recipe,
    batches: Batches,
    schedule: Callable[[int], float],
    validation: Batches | None = None,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Pass]:
    """Train; yield each Pass. At the end the module has the weights to be kept: the averaged, or those of the best validation.

    schedule: the learning rate of each step. stop: asked after each pass.
    """
    section, loss, optimizer = recipe.optimizer, loss_of(recipe), optimizer_of(module, recipe)
    average = AveragedModel(module, multi_avg_fn=averaging(section.average), use_buffers=True) if section.average else None
    judged = average.module if average else module
    step, best, kept = 0, math.inf, None
    for number in range(recipe.training.epochs):
        begun, total, right, seen = time.perf_counter(), 0.0, 0, 0
        module.train()
        for x, t, _ in batches.epoch(number):
            for group in optimizer.param_groups:
                group["lr"] = schedule(step)
            optimizer.zero_grad(set_to_none=True)
            z, labels = module(tensor(x)), torch.from_numpy(t)
            value = loss(z, labels)
            value.backward()
            if section.clip_norm:
                nn.utils.clip_grad_norm_(module.parameters(), section.clip_norm)
            optimizer.step()
            if average:
                average.update_parameters(module)
            last = value.item()
            total, seen, step = total + last * len(t), seen + len(t), step + 1
            right += int((z.detach().argmax(1) == labels).sum())
        seconds, watched = time.perf_counter() - begun, (None, None)
        if validation is not None:
            found, hits = measured(judged, recipe, validation)
            watched = found, hits / validation.count
            if found < best:
                best, kept = found, copy.deepcopy(judged.state_dict())
        yield Pass(number, total / seen, right / seen, last, schedule(step - 1), len(batches), seen, seconds, *watched)
        if stop():
            break
    module.load_state_dict(kept or judged.state_dict())


def measured(module: nn.Module, recipe: Recipe, batches: Batches) -> tuple[float, int]:
    """The mean loss, and how many answers are right."""
    module.eval()
    loss, total, hits = loss_of(recipe), 0.0, 0
    with torch.inference_mode():
        for x, t, _ in batches.epoch(0):
            z, labels = module(tensor(x)), torch.from_numpy(t)
            total += loss(z, labels).item() * len(t)
            hits += int((z.argmax(1) == labels).sum())
    return total / batches.count, hits
