"""The learning rate as a function of the step, counted from 0. `total` is the number of steps of the whole run."""

import math
from collections.abc import Callable

Schedule = Callable[[int], float]


def constant(learning_rate: float) -> Schedule:
    """The same rate at every step."""
    return lambda step: learning_rate


def step_decay(learning_rate: float, every: int, factor: float = 0.1) -> Schedule:
    """Multiplied by `factor` after each `every` steps."""
    return lambda step: learning_rate * factor ** (step // every)


def cosine(learning_rate: float, total: int) -> Schedule:
    """Half a cosine from the rate to 0 (Loshchilov & Hutter 2017, equation 5)."""
    return lambda step: learning_rate * _half_cosine(step / total)


def one_cycle(learning_rate: float, total: int, rise: float = 0.3) -> Schedule:
    """From 1/25 of the rate up to it in the first `rise` of the run, then down to 1/250,000 (Smith & Topin 2018).

    Both ways along half a cosine.
    """
    peak = max(1.0, rise * total)

    def rate(step: int) -> float:
        if step < peak:
            start = learning_rate / 25
            return learning_rate + (start - learning_rate) * _half_cosine(step / peak)
        end = learning_rate / 250_000
        return end + (learning_rate - end) * _half_cosine((step - peak) / max(1.0, total - peak))

    return rate


def warm_up(schedule: Schedule, steps: int) -> Schedule:
    """The schedule, its first `steps` steps scaled by 1/(steps+1), 2/(steps+1), ... (Goyal et al. 2017, section 2.2)."""
    return lambda step: schedule(step) * min(1.0, (step + 1) / (steps + 1))


class Plateau:
    """The rate, multiplied by `factor` whenever the loss has not reached a new low for `patience` epochs.

    It looks at results, so it is a holder of state: the caller shows it each epoch's loss with `observe`.
    """

    def __init__(self, learning_rate: float, factor: float = 0.1, patience: int = 5):
        self.learning_rate, self.factor, self.patience = learning_rate, factor, patience
        self.lowest, self.waited = math.inf, 0

    def __call__(self, step: int) -> float:
        return self.learning_rate

    def observe(self, loss: float) -> None:
        """Take in the loss of an epoch (validation's, where there is one)."""
        self.waited += 1
        if loss < self.lowest:
            self.lowest, self.waited = loss, 0
        if self.waited >= self.patience:
            self.learning_rate *= self.factor
            self.waited = 0

    def state(self) -> dict[str, float]:
        """For a checkpoint."""
        return {"learning_rate": self.learning_rate, "lowest": self.lowest, "waited": self.waited}

    def restore(self, state: dict[str, float]) -> None:
        """Take over what `state` gave."""
        self.learning_rate, self.lowest, self.waited = state["learning_rate"], state["lowest"], int(state["waited"])


def _half_cosine(share: float) -> float:
    """1 at share 0, 0 at share 1 and after."""
    return 0.5 * (1 + math.cos(math.pi * min(1.0, share)))
