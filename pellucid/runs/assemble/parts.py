"""Everything that moves while training."""

from dataclasses import dataclass

from pellucid.errors import RecipeError
from pellucid.images import Batches
from pellucid.nn import Network
from pellucid.nn.losses import Loss
from pellucid.optim import Penalty, Update, schedules
from pellucid.recipes import Recipe
from pellucid.runs.assemble.batches import training_batches, validation_batches
from pellucid.runs.assemble.network import build_network, planted_faults
from pellucid.runs.assemble.optimizer import build_update
from pellucid.runs.assemble.schedule import build_schedule
from pellucid.runs.assemble.whitening import whiten_first_layer
from pellucid.runs.prepare import Prepared
from pellucid.training import Best, Checkpoint, Epoch
from pellucid.training.faults import FaultyNetwork


@dataclass
class Parts:
    """Everything that moves while training, and what it trains on. update is None for L-BFGS."""

    recipe: Recipe
    network: Network
    loss: Loss
    update: Update | None
    penalty: Penalty
    schedule: schedules.Schedule
    batches: Batches
    validation: Batches | None
    best: Best
    epochs: list[Epoch]

    @property
    def checkpoint(self) -> Checkpoint:
        """The parts that a resumed run takes over."""
        return Checkpoint(self.network, self.best, self.update, self.schedule, self.epochs)


def assemble(prepared: Prepared) -> Parts:
    """The parts at the start of training, or RecipeError where the recipe does not fit the data."""
    recipe, dataset, split = prepared.recipe, prepared.dataset, prepared.split
    loss, network = build_network(recipe, prepared.spec.shape, len(dataset.classes), prepared.donor)
    if planted := planted_faults(recipe, len(split.train) / len(dataset)):
        network = FaultyNetwork.of(network, planted)
    if not (loss.names_classes or dataset.is_pictures):
        raise RecipeError(f"{loss.name} gives back pictures, but the source holds rows of numbers; take another recipe")
    if not prepared.donor:
        _whiten(network, prepared)
    penalty = Penalty(recipe.loss.l1, recipe.loss.l2)
    update = build_update(recipe, network, penalty)
    batches = training_batches(prepared, network.kernels)
    return Parts(
        recipe=recipe,
        network=network,
        loss=loss,
        update=update,
        penalty=penalty,
        schedule=build_schedule(recipe, len(batches)),
        batches=batches,
        validation=validation_batches(prepared, network.kernels),
        best=Best(network, recipe.training.patience),
        epochs=[],
    )


def _whiten(network: Network, prepared: Prepared) -> None:
    try:
        whiten_first_layer(network, prepared.dataset.images, prepared.spec, prepared.split.train)
    except ValueError as error:
        raise RecipeError(f"the network does not fit: {error}") from error
