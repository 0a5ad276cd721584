"""What makes a step of a gradient: penalty, clipping, optimiser and average."""

from pellucid.nn import Network
from pellucid.optim import OPTIMIZERS, Penalty, Update
from pellucid.recipes import Recipe

SETTINGS = {  # which keys of [optimizer] each optimiser takes
    "sgd": (),
    "momentum": ("momentum",),
    "nesterov": ("momentum",),
    "rmsprop": ("rho", "epsilon"),
    "adagrad": ("epsilon",),
    "adam": ("beta1", "beta2", "epsilon"),
    "adamw": ("beta1", "beta2", "epsilon", "weight_decay"),
    "muon": ("momentum", "weight_decay"),
}


def build_update(recipe: Recipe, network: Network, penalty: Penalty) -> Update | None:
    """Penalty, clipping, optimiser and average of a recipe; None for L-BFGS, which updates by itself."""
    section = recipe.optimizer
    if section.name == "lbfgs":
        return None
    optimizer = OPTIMIZERS[section.name](network, **{key: getattr(section, key) for key in SETTINGS[section.name]})
    return Update(optimizer, penalty=penalty, clip_norm=section.clip_norm, average=section.average)
