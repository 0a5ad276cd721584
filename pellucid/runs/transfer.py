"""Starting from a trained network: its body is taken over, its head is new (Yosinski et al. 2014)."""

from pathlib import Path

import numpy as np

from pellucid.classifier import Classifier
from pellucid.errors import RecipeError
from pellucid.images import InputSpec
from pellucid.nn import Dense, Network
from pellucid.recipes import Recipe


def donor_of(recipe: Recipe) -> Classifier | None:
    """The model that a recipe starts from; None if it starts afresh. ModelFileError where it cannot be read."""
    return Classifier.load(Path(recipe.transfer.model)) if recipe.transfer.model else None


def with_input_of(donor: Classifier, recipe: Recipe) -> Recipe:
    """The recipe with the donor's input: a body that has learned to see one kind of input is given that kind."""
    spec = donor.input
    if not spec.is_pictures:
        raise RecipeError(f"transfer.model = {recipe.transfer.model} was trained on rows of numbers; give one for pictures")
    height, width, channels = spec.shape
    settings = {"input.size": [height, width], "input.channels": "grey" if channels == 1 else "rgb"}
    return recipe.override(settings | {"input.fit": spec.fit, "input.normalisation": spec.normalisation})


def input_of(donor: Classifier, value_range: tuple[float, float]) -> InputSpec:
    """The donor's input specification for pictures of another value range: mean and deviation move with it."""
    spec = donor.input
    if spec.mean is None or spec.value_range == value_range:
        return InputSpec(spec.shape, spec.fit, value_range, spec.normalisation, spec.mean, spec.std)
    (low, high), (new_low, new_high) = spec.value_range, value_range
    stretch = (new_high - new_low) / (high - low)
    mean, std = (spec.mean - low) * stretch + new_low, spec.std * stretch
    return InputSpec(spec.shape, spec.fit, value_range, spec.normalisation, mean.astype(np.float32), std.astype(np.float32))


def grafted(donor: Classifier, outputs: int, seed: int) -> Network:
    """The donor's network with a new, untrained last Dense layer of that many outputs; all other arrays are the donor's."""
    specification = [dict(entry) for entry in donor.network.specification()]
    head = head_position(donor.network)
    specification[head]["units"] = outputs
    network = Network.from_specification(specification, donor.network.in_shape, seed=seed)
    arrays = network.tensors()
    for name, array in donor.network.tensors().items():
        if not name.startswith(f"{head}."):
            arrays[name][...] = array
    return network


def set_body_factor(network: Network, factor: float) -> None:
    """Let everything below the head learn at `factor` times the learning rate; 0 freezes it."""
    head = head_position(network)
    for name in network.factors:
        if not name.startswith(f"{head}."):
            network.set_factor(name, factor)


def body_factor(recipe: Recipe, epoch: int) -> float:
    """How fast the body learns in an epoch, counted from 0."""
    return 0.0 if epoch < recipe.transfer.frozen_epochs else recipe.transfer.factor


def head_position(network: Network) -> int:
    """The position of the last Dense layer. RecipeError for a network without one."""
    found = [position for position, layer in enumerate(network.layers) if isinstance(layer, Dense)]
    if not found:
        raise RecipeError("the network has no dense layer at its end that a new head could replace; start afresh")
    return found[-1]
