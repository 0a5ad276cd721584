"""The learning rate of each step."""

from pellucid.optim import schedules
from pellucid.recipes import Recipe


def build_schedule(recipe: Recipe, steps_per_epoch: int) -> schedules.Schedule:
    """The schedule of a recipe, for epochs of so many steps."""
    section, rate = recipe.schedule, recipe.optimizer.learning_rate
    total = recipe.training.epochs * steps_per_epoch
    if section.name == "plateau":
        return schedules.Plateau(rate, section.factor, section.patience)
    schedule = {
        "constant": lambda: schedules.constant(rate),
        "step": lambda: schedules.step_decay(rate, section.every * steps_per_epoch, section.factor),
        "cosine": lambda: schedules.cosine(rate, total),
        "one_cycle": lambda: schedules.one_cycle(rate, total),
    }[section.name]()
    return schedules.warm_up(schedule, section.warmup_epochs * steps_per_epoch) if section.warmup_epochs else schedule
