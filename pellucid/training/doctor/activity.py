"""Faults of the units: dead, or saturated."""

from pellucid.training.doctor.case import Case
from pellucid.words import percent

DEAD = 0.5  # of a layer's units; up to 0.4 in healthy narrow networks
DIED = 1 / 3  # of a layer's units, since the first look; of fewer than 4 one or two may
FEW = 4
SATURATED = 0.6  # of a layer's outputs; 0.06 after a healthy training
SURE_AND_WRONG = 0.3  # of the sample


def dead(case: Case) -> tuple[str, str] | None:
    """Units that are 0 for every picture: ReLU passes no gradient to them, so they stay so."""
    before = {(units.layer, number): units.dead for number, units in enumerate(case.first.units)}
    worst = None
    for number, units in enumerate(case.look.units):
        died = units.dead - before.get((units.layer, number), 0)
        if units.dead >= FEW and (units.dead >= DEAD * units.count or died >= DIED * units.count):
            worst = max(worst or units, units, key=lambda each: each.dead / each.count)
    if worst is None:
        return None
    what = f"{worst.dead} of {worst.count} {worst.word} in {worst.layer} never fire"
    leaky = "use leaky ReLU (--set network.activation=leaky_relu)"
    if case.epochs:
        return what, f"lower the learning rate{case.learning_rate} or {leaky}"
    return what, f"start with other weights (--set network.initialiser=he), scale the inputs, or {leaky}"


def saturated(case: Case) -> tuple[str, str] | None:
    """Hidden sigmoid or tanh units at the ends of their range, or outputs there for the wrong answer."""
    for units in case.look.units:
        if units.saturated <= SATURATED or (units.last and not _wrong(case)):
            continue
        what = f"{percent(units.saturated, 0)} of the outputs of {units.layer} are saturated: {units.activation} is flat there"
        cures = ["start with smaller weights (--set network.initialiser=glorot)"]
        cures.append(f"lower the learning rate{case.learning_rate}" if case.epochs else "scale the inputs")
        if not units.last:
            cures.append("use ReLU (--set network.activation=relu)")
        return what, " or ".join(cures)
    return None


def _wrong(case: Case) -> bool:
    """Saturated outputs are what training ends with where the answers are right."""
    if not case.sample.has_labels:
        return False
    return float((case.loss.decide(case.look.outputs) != case.sample.t).mean()) > SURE_AND_WRONG
