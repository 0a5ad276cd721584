"""Faults of the gradients, and of the sizes of values on their way through the layers."""

import math

from pellucid.nn.layers import BatchNorm, LayerNorm
from pellucid.training.doctor.case import Case
from pellucid.training.doctor.units import layer_name

SLOPE_ERROR = 0.1  # a gradient that says 10 % more or less than the loss does; right ones are within 1 %
NOTHING = 1e-5  # of the largest gradient in the same layer: rounding
BENT = 1e-4  # exactly 0 in healthy runs
VANISHED = 1e-4  # the first layer's |dW| / |W| over the largest; 1/100 is common
GROWN = 100.0  # times the size of the inputs, or of 1
CHECK = "`pellucid gradcheck FILE:CLASS` finds out which"


def climbs(case: Case) -> tuple[str, str] | None:
    """A step along the gradient raises the loss where it should lower it."""
    if case.look.slope is None or not case.look.slope < 0:
        return None
    what = "the gradient points uphill: each step raises the loss"
    return what, f"a derivative has the wrong sign, in the loss or in a layer; {CHECK}"


def wrong(case: Case) -> tuple[str, str] | None:
    """The loss changes much faster or slower along the gradient than the gradient says, at the start and one epoch later.

    At the start alone it may: where many pixels are equal, a max pooling has a kink. The weights are asked by themselves too.
    """
    if not case.epochs or case.look.slope is None or case.first.slope is None or case.look.slope < 0:
        return None
    for first, slope in ((case.first.slope, case.look.slope), (case.first.weights_slope, case.look.weights_slope)):
        if not math.isnan(slope) and min(abs(first - 1), abs(slope - 1)) > SLOPE_ERROR:
            what = f"the gradient is wrong: the loss changes {slope:.2g} times as fast as it says"
            return what, f"a derivative is wrong, in the loss or in a layer; {CHECK}"
    return None


def stepping(case: Case) -> tuple[str, str] | None:
    """64 times the gradient of the outputs gives other gradients than 64 times the same: weights change on the way back."""
    if case.look.bent is None or not case.look.bent > BENT:
        return None
    what = "something changes while the gradient goes back: twice the gradient of the outputs does not give twice all the others"
    return what, "a backward computes gradients and changes no weights; the step comes when all layers are done"


def missing(case: Case) -> tuple[str, str] | None:
    """Arrays that have had no gradient so far, from the first step on."""
    if not case.epochs:
        return None  # zeros at the start are a fashion for last layers, and stop the gradient below for one step
    network, names = case.network, []
    for name, length in case.look.gradients.items():
        siblings = [other for other in case.look.gradients if _position(other) == _position(name)]
        rounding = NOTHING * max(case.look.gradients[other] for other in siblings)
        before = NOTHING * max(case.first.gradients.get(other, 0) for other in siblings)
        if length <= rounding and case.first.gradients.get(name, 0) <= before:
            names.append(name)
    names = [name for name in names if not _cut_off(case, _position(name))]
    if not names:
        return None
    position = _position(names[0])
    array = {"W": "weights", "b": "biases"}.get(names[0].rpartition(".")[2], names[0])
    more = f", nor do {len(names) - 1} other arrays" if len(names) > 1 else ""
    what = f"the {array} of {layer_name(network, position)} never get a gradient{more}"
    after = network.layers[position + 1] if position + 1 < len(network.layers) else None
    if array == "biases" and isinstance(after, BatchNorm | LayerNorm):
        return what, f"the {type(after).__name__} behind them takes them away again; leave them out (bias=False)"
    return what, f"they stay as they started, so a backward leaves them out; {CHECK}"


def _position(name: str) -> int:
    return int(name.partition(".")[0])


def _cut_off(case: Case, position: int) -> bool:
    """All units of the layer, or of one above it, are dead: another fault, with another cure."""
    return any(units.dead == units.count for units in case.look.units if units.position >= position)


def vanishing(case: Case) -> tuple[str, str] | None:
    """The first layer with weights gets next to no gradient, measured by its weights, and a later one does."""
    look = case.look
    relative = {
        name: length / look.weights[name]
        for name, length in look.gradients.items()
        if case.is_weight(name) and look.weights[name] and length
    }
    if len(relative) < 2:
        return None
    first, strongest = min(relative, key=_position), max(relative, key=relative.get)
    if _position(strongest) <= _position(first) or relative[first] >= VANISHED * relative[strongest]:
        return None
    times = relative[strongest] / relative[first]
    bent = any(units.activation in ("sigmoid", "tanh") for units in look.units if not units.last)
    cure = "use ReLU (--set network.activation=relu)" if bent else "use fewer layers, or batch normalisation between them"
    weaker = f"{times:,.0f} times weaker in {layer_name(case.network, _position(first))}"
    return f"the gradient vanishes: {weaker} than in {layer_name(case.network, _position(strongest))}", cure


def exploding(case: Case) -> tuple[str, str] | None:
    """The values grow from layer to layer until the last layers are given huge numbers."""
    x = case.sample.x
    start = max(1.0, math.sqrt(float((x * x).mean())))
    large = next((units for units in case.look.units if not units.size <= GROWN * start), None)
    if large is None:
        return None
    what = f"the values explode: they are about {large.size:,.0f} in {large.layer}"
    if case.epochs:
        return what, f"lower the learning rate{case.learning_rate}, or clip the gradient (--set optimizer.clip_norm=1)"
    return what, "start with smaller weights (--set network.initialiser=he)"
