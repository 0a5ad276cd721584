"""The network of a recipe, its loss, and the faults that are planted in it."""

import math

import numpy as np

from pellucid.classifier import Classifier
from pellucid.errors import RecipeError
from pellucid.nn import Network
from pellucid.nn.losses import LOSSES, Loss
from pellucid.recipes import Recipe
from pellucid.runs.assemble.layers import build_layers
from pellucid.runs.transfer import grafted
from pellucid.training.faults import Faults


def build_network(
    recipe: Recipe, in_shape: tuple[int, ...], classes: int, donor: Classifier | None = None
) -> tuple[Loss, Network]:
    """The loss and the network of a recipe, or of its donor; L-BFGS works in float64, everything else in float32."""
    smoothing = {"label_smoothing": recipe.loss.label_smoothing} if recipe.loss.name == "softmax_cross_entropy" else {}
    dtype = np.float64 if recipe.optimizer.name == "lbfgs" else np.float32
    try:
        loss = LOSSES[recipe.loss.name](**smoothing)
        if donor:
            return loss, grafted(donor, loss.outputs(classes), recipe.training.seed)
        outputs = loss.outputs(classes) if loss.names_classes else math.prod(in_shape)
        chain = build_layers(recipe, in_shape, outputs)
        network = Network(chain, in_shape, seed=recipe.training.seed, dtype=dtype)
        for pattern, factor in recipe.optimizer.factors.items():
            network.set_factor(pattern, factor)
        return loss, network
    except ValueError as error:
        raise RecipeError(f"the network does not fit: {error}") from error


def planted_faults(recipe: Recipe, trained: float) -> Faults | None:
    """The faults that a recipe wants; None: none. trained: the share of the pictures that are trained on."""
    section = recipe.faults
    faults = Faults(
        share=(-1.0 if section.reversed_gradient else 1.0) * (trained if section.wrong_count else 1.0),
        summed_biases=section.summed_biases,
        stepped=recipe.optimizer.learning_rate if section.updated_weights else 0.0,
    )
    return None if faults == Faults() else faults
