"""The learning rate from step to step, by the names of scikit-learn's schedules and two of pellucid's own."""

from pellucid.optim import schedules

LEAST = 1e-6  # an adaptive rate that is not above it ends the training
CUT = 5.0


class Rate:
    """A schedule over the steps of one fit that may also look at what was learned        rate(step) -> learning rate.

    With "constant", "cosine" and "one_cycle", which are functions of the step, nothing else happens.
    """

    def __init__(self, schedule: schedules.Schedule, first_step: int = 0):
        self.schedule, self.first_step = schedule, first_step

    def __call__(self, step: int) -> float:
        return self.schedule(step - self.first_step)

    def after_epoch(self, examples: int) -> None:
        """Another epoch has ended; `examples` were seen in all."""

    def cut(self) -> bool:
        """Nothing improves any more: True if a smaller rate is tried, False if the training should end."""
        return False


class InverseScaling(Rate):
    """learning_rate_init / (n + 1)^power_t        n: the examples seen before this epoch."""

    def __init__(self, start: float, power: float, examples: int):
        self.start, self.power = start, power
        self.after_epoch(examples)

    def __call__(self, step):
        return self.rate

    def after_epoch(self, examples):
        self.rate = self.start / (examples + 1) ** self.power


class Adaptive(Rate):
    """A fifth of the rate whenever nothing improves, until it is 1e-6 or less."""

    def __init__(self, rate: float):
        self.rate = rate

    def __call__(self, step):
        return self.rate

    def cut(self):
        if self.rate <= LEAST:
            return False
        self.rate /= CUT
        return True


def build_rate(model, steps_per_epoch: int, first_epoch: int, cut: float | None) -> Rate:
    """The rate that a model's parameters describe, for a fit whose epochs are counted from `first_epoch`.

    cut: what an adaptive rate has come down to, if it goes on.
    """
    start, name = model.learning_rate_init, model.learning_rate
    if name == "invscaling" and model.solver == "sgd":
        return InverseScaling(start, model.power_t, model.t_)
    if name == "adaptive" and model.solver == "sgd":
        return Adaptive(cut or start)
    total = model.max_iter * steps_per_epoch
    if name == "cosine":
        return Rate(schedules.cosine(start, total), first_epoch * steps_per_epoch)
    if name == "one_cycle":
        return Rate(schedules.one_cycle(start, total), first_epoch * steps_per_epoch)
    return Rate(schedules.constant(start))
