"""What a recipe says of loss and optimiser, in PyTorch's words."""

import torch
from torch import nn

from pellucid.errors import RecipeError
from pellucid.recipes import Recipe

NOT_TRANSLATED = {  # what must have its default value
    "loss": ("class_weight", "l1", "l2"),
    "optimizer": ("factors",),
    "augment": ("views", "mixup", "cutmix"),
    "training": ("folds", "final", "minutes", "patience"),
    "transfer": ("model",),
}


def check(recipe: Recipe) -> None:
    """RecipeError for anything in the recipe that is not translated."""
    default = Recipe()
    for section, keys in NOT_TRANSLATED.items():
        for key in keys:
            if getattr(getattr(recipe, section), key) != getattr(getattr(default, section), key):
                raise RecipeError(f"{section}.{key} is not translated to PyTorch")
    if recipe.faults != default.faults:
        raise RecipeError("[faults] is not translated to PyTorch")
    if recipe.schedule.name == "plateau":
        raise RecipeError("the schedule plateau is not translated to PyTorch")


def loss_of(recipe: Recipe) -> nn.Module:
    """The loss of a recipe: a function of outputs (N, K) and labels (N,)."""
    if recipe.loss.name != "softmax_cross_entropy":
        raise RecipeError(f"the loss {recipe.loss.name} is not translated to PyTorch")
    return nn.CrossEntropyLoss(label_smoothing=recipe.loss.label_smoothing)


def optimizer_of(module: nn.Module, recipe: Recipe) -> torch.optim.Optimizer:
    """The optimiser of a recipe; weights decay, everything else does not."""
    section = recipe.optimizer
    weights = [p for p in module.parameters() if p.ndim > 1]
    others = [p for p in module.parameters() if p.ndim == 1 and p.requires_grad]
    groups = [{"params": weights}, {"params": others, "weight_decay": 0.0}]
    adam = {"betas": (section.beta1, section.beta2), "eps": section.epsilon, "fused": True}
    makers = {
        "sgd": lambda: torch.optim.SGD(groups, section.learning_rate, fused=True),
        "momentum": lambda: torch.optim.SGD(groups, section.learning_rate, momentum=section.momentum, fused=True),
        "nesterov": lambda: torch.optim.SGD(groups, section.learning_rate, momentum=section.momentum, nesterov=True, fused=True),
        "adam": lambda: torch.optim.Adam(groups, section.learning_rate, **adam),
        "adamw": lambda: torch.optim.AdamW(groups, section.learning_rate, weight_decay=section.weight_decay, **adam),
    }
    if section.name not in makers:
        raise RecipeError(f"the optimiser {section.name} is not translated to PyTorch")
    return makers[section.name]()


def averaging(decay: float):
    """The rule of `pellucid.optim.average`."""

    def update(averaged, current, count) -> None:
        keep = min(decay, (1 + int(count)) / (10 + int(count)))
        for old, new in zip(averaged, current):
            old.lerp_(new, 1 - keep) if old.is_floating_point() else old.copy_(new)

    return torch.no_grad()(update)
