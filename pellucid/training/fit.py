"""The training loop."""

import dataclasses
import math
import time
from collections.abc import Callable, Iterator

import numpy as np

from pellucid.errors import TrainingDiverged
from pellucid.kernels import seconds_compiling
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn.losses import Loss, SoftmaxCrossEntropy
from pellucid.nn.network import Network
from pellucid.optim.schedules import Schedule
from pellucid.optim.update import Update
from pellucid.training.epoch import Epoch
from pellucid.training.measure import count_hits, measure


def fit(
    network: Network,
    loss: Loss,
    update: Update,
    batches,
    *,
    epochs: int,
    schedule: Schedule,
    validation=None,
    start: int = 0,
    stop: Callable[[], bool] = lambda: False,
) -> Iterator[Epoch]:
    """Train; yield an Epoch after each pass over `batches`. Stop by leaving the caller's for loop.

    batches: `batches.epoch(number)` iterates over (x, t, w), `len(batches)` counts them. validation: the same, or None.
    start: the first epoch, when a run is resumed. stop: asked before each step; True ends the run after the shortened pass
    has been measured and yielded. Nothing is held across a yield: no thread, no limit on BLAS.

    Raises TrainingDiverged when the loss or the gradient is NaN or infinite; the parameters are then those before that step.
    """
    for number in range(start, epochs):
        epoch = _train_epoch(network, loss, update, batches, number, schedule, stop)
        if epoch is None:
            return
        if validation is not None:
            with update.final_weights():
                seen = measure(network, loss, validation.epoch(0))
            epoch = _with_validation(epoch, seen)
        yield epoch
        if epoch.partial:
            return


def train_step(network: Network, loss: Loss, update: Update, batch, learning_rate: float) -> tuple[float, float, int]:
    """One step on a batch (x, t, w): forward, loss, backward, update. Returns loss, gradient norm, hits.

    A loss or norm that is not finite means that nothing was updated, running statistics included.
    """
    state, norm = network.state.copy(), math.nan  # a few numbers a channel
    value, hits = _gradient(network, loss, *batch)
    if math.isfinite(value):
        norm = update(learning_rate)
    if not math.isfinite(norm):
        network.state[...] = state
    return value, norm, hits


def _gradient(network: Network, loss: Loss, x, t, w) -> tuple[float, int]:
    """Forward, loss, backward, into `network.grad`; loss and hits. Of a loss that is not finite, `grad` tells nothing."""
    if network.chain and type(loss) is SoftmaxCrossEntropy and t.ndim == 1:
        return network.chain.gradient(x, t, w, loss.label_smoothing)
    t, z = loss.targets(x, t), network.forward(x, train=True, keep=True)
    value, dz = loss(z, t, w, network.kernels)
    if math.isfinite(value):
        network.backward(dz)
    return value, count_hits(loss, z, t, network.kernels)


def _train_epoch(network, loss, update, batches, number, schedule, stop) -> Epoch | None:
    """One pass; None if it was stopped before its first step."""
    begun, compiled, per_epoch = time.perf_counter(), seconds_compiling(), len(batches)
    total = weight = hits = seen = steps = 0
    learning_rate = norm = math.nan
    with single_threaded_blas(), np.errstate(all="ignore"):  # the guard below finds NaN and infinity
        for batch in batches.epoch(number):
            if stop():
                break
            step = number * per_epoch + steps
            learning_rate, network.clock.step = schedule(step), step
            value, norm, right = train_step(network, loss, update, batch, learning_rate)
            if not math.isfinite(norm):
                what = f"the loss is {value}" if not math.isfinite(value) else "the gradient is not finite"
                raise TrainingDiverged(step=step, epoch=number, learning_rate=learning_rate, what=what)
            share = len(batch[1]) if batch[2] is None else float(batch[2].sum())
            total, weight, hits = total + value * share, weight + share, hits + right
            seen, steps = seen + len(batch[1]), steps + 1
    if not steps:
        return None
    seconds = time.perf_counter() - begun - (seconds_compiling() - compiled)
    return Epoch(
        number=number,
        step=number * per_epoch + steps,
        loss=total / weight,
        accuracy=hits / seen if loss.names_classes else None,
        penalty=update.penalty.value(network) if update.penalty else 0.0,
        learning_rate=learning_rate,
        gradient_norm=norm,
        seconds=seconds,
        pictures_per_second=seen / seconds,
        partial=steps < per_epoch,
    )


def _with_validation(epoch: Epoch, seen) -> Epoch:
    return dataclasses.replace(epoch, validation_loss=seen.loss, validation_accuracy=seen.accuracy)
