"""What is taken where the user says nothing: the recipe for a source, and what a search with a recipe changes."""

from typing import TYPE_CHECKING

from pellucid.recipes.recipe import Recipe
from pellucid.recipes.space import Choices, Range, Space

if TYPE_CHECKING:  # the name alone: reading a recipe needs no pictures
    from pellucid.images.source import Source


NAMED = {"digits": "digits", "mnist": "mnist-cnn", "cifar-10": "cifar-10"}  # data sets with a recipe of their own


def default_for(source: "Source") -> str:
    """The name of the recipe for `source`: that of a named data set, "features" for rows of numbers, else "photographs"."""
    if source.name in NAMED:
        return NAMED[source.name]
    if source.images is not None and source.images.ndim == 2:
        return "features"
    return "photographs"


def default_space(recipe: Recipe) -> Space:
    """What is worth searching where a recipe does not say: rate, regularisation, size of the network, changes of pictures."""
    network, optimizer, augment = recipe.network, recipe.optimizer, recipe.augment
    space: Space = {}
    if optimizer.name != "lbfgs":
        space["optimizer.learning_rate"] = _around(optimizer.learning_rate, 10)
        space["training.batch_size"] = Choices(choices=(16, 32, 64, 128))
    if optimizer.name in ("adamw", "muon"):
        space["optimizer.weight_decay"] = Range(low=0.001, high=0.3, log=True)
    else:
        space["loss.l2"] = Range(low=1e-6, high=0.01, log=True)
    if "hidden" in network.described_by and network.hidden:
        space["network.hidden"] = Choices(choices=_sizes(network.hidden))
    if "dropout" in network.described_by:
        space["network.dropout"] = Range(low=0.0, high=0.5)
    if "width" in network.described_by and network.width:
        space["network.width"] = Choices(choices=_sizes(network.width))
    for name in ("shift", "rotate", "scale"):
        if strength := getattr(augment, name):
            space[f"augment.{name}"] = Range(low=0.0, high=min(2 * strength, 45.0 if name == "rotate" else 0.9))
    return space


def _around(value: float, factor: float) -> Range:
    """From a `factor`th of a value to `factor` times it, to two digits."""
    return Range(low=float(f"{value / factor:.1e}"), high=float(f"{value * factor:.1e}"), log=True)


def _sizes(size: int | tuple[int, ...]) -> tuple:
    """Half as much, as much, and twice as much."""
    if isinstance(size, int):
        return max(1, size // 2), size, 2 * size
    return [max(1, units // 2) for units in size], list(size), [2 * units for units in size]
