"""Faults of the step's size against the weights: a healthy step changes them by 0.01 % to 3 %."""

import math
import statistics

from pellucid.training.doctor.case import Case
from pellucid.training.doctor.units import layer_name
from pellucid.words import percent

LARGE = 0.2  # of the length of an array of weights, in one step
SHRUNK = 0.02  # of the length of the weights at the start
SMALL = 0.02  # of it, in all steps of the run together
RISEN = 2.0  # the mean loss so far over that at the start, or that of guessing
SETTLED = 10  # steps after which it is judged
LEARNED = 0.1  # a loss below which small steps are no fault


def too_large(case: Case) -> tuple[str, str] | None:
    """One step changes an array of weights by a fifth of its length, or the steps so far have raised the loss."""
    if risen := _risen(case):
        return risen
    relative = _relative(case)
    name = max(relative, key=relative.get, default=None)
    if name is None or not relative[name] > LARGE:
        return None
    layer = layer_name(case.network, int(name.partition(".")[0]))
    times = percent(relative[name], 0) if relative[name] < 10 else f"{relative[name]:,.0f} times their size"
    what = f"steps are too large: one step changes the weights of {layer} by {times}"
    return what, f"lower the learning rate{case.learning_rate} to about {case.epochs[-1].learning_rate * 0.01 / relative[name]:.1g}"


def _risen(case: Case) -> tuple[str, str] | None:
    epochs = case.epochs
    steps = len(epochs) * case.steps_per_epoch
    if not case.look.steps or steps < SETTLED:
        return None
    start, mean = case.first.loss, statistics.fmean(epoch.loss for epoch in epochs)
    if not mean > RISEN * max(start, math.log(case.look.outputs.shape[1] + 1)):
        return None
    what = f"steps are too large: the loss rose from {start:.2g} to {mean:.2g}, the mean of the first {steps:,} steps"
    return what, f"lower the learning rate{case.learning_rate} to a tenth, or clip the gradient (--set optimizer.clip_norm=1)"


def too_small(case: Case) -> tuple[str, str] | None:
    """All steps together cannot change any array of weights by more than 2 %."""
    relative, steps = _relative(case), case.planned * case.steps_per_epoch
    if not relative or len(case.epochs) > 1 or case.look.loss < LEARNED:  # later on, schedules end in small steps
        return None
    most = max(relative.values()) * steps
    if most >= SMALL:
        return None
    what = f"steps are too small: all {steps:,} together change the weights by {100 * most:.1g} % at most"
    return what, f"raise the learning rate{case.learning_rate}; `pellucid find-lr` suggests one"


def shrunk(case: Case) -> tuple[str, str] | None:
    """A penalty or weight decay that takes off more than learning adds."""
    weights = {name: length for name, length in case.look.weights.items() if case.is_weight(name)}
    start = math.hypot(*(case.first.weights.get(name, 0) for name in weights))
    now = math.hypot(*weights.values())
    if now >= SHRUNK * start:
        return None
    what = f"the weights are pulled to zero: they have {100 * now / start:.1g} % of their first size"
    return what, "lower the penalty (--set loss.l2=1e-4) or the weight decay (--set optimizer.weight_decay=0.01)"


def _relative(case: Case) -> dict[str, float]:
    """|step| / |W| of each array of weights, where a step was tried."""
    look = case.look
    return {
        name: length / look.weights[name]
        for name, length in look.steps.items()
        if case.is_weight(name) and look.weights[name]
    }
