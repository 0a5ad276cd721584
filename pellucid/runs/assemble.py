"""From a recipe and prepared data to the moving parts of a training: network, loss, update, schedule, batches."""

import math
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from pellucid.classifier import Classifier
from pellucid.errors import RecipeError
from pellucid.images import Augmentation, Batches, class_weights, views
from pellucid.nn import Dense, Layer, Network, layers, presets, whiten
from pellucid.nn.layers.affine import Affine
from pellucid.nn.losses import LOSSES, Loss
from pellucid.optim import OPTIMIZERS, Optimizer, Penalty, Update, schedules
from pellucid.recipes import Recipe
from pellucid.recipes.sections import AUTOENCODERS
from pellucid.runs.prepare import Prepared
from pellucid.runs.transfer import grafted
from pellucid.training import Best, Checkpoint, Doctor, Epoch
from pellucid.training.faults import Faults, FaultyNetwork

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
WITHOUT_GRADIENT_ROWS = 1024  # pictures a batch when nothing is learned
WHITENING_PICTURES = 1000  # which have a million small patches


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
    _whiten(network, prepared)
    penalty = Penalty(recipe.loss.l1, recipe.loss.l2)
    update = build_update(recipe, network, penalty)
    batches = _training_batches(prepared, network.kernels)
    validation = None
    if len(split.validation):
        rows, kernels = WITHOUT_GRADIENT_ROWS, network.kernels
        validation = Batches(dataset.images, dataset.labels, split.validation, prepared.spec, rows, kernels=kernels)
    return Parts(
        recipe=recipe,
        network=network,
        loss=loss,
        update=update,
        penalty=penalty,
        schedule=build_schedule(recipe, len(batches)),
        batches=batches,
        validation=validation,
        best=Best(network, recipe.training.patience),
        epochs=[],
    )


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


def build_layers(recipe: Recipe, in_shape: tuple[int, ...], outputs: int) -> list[Layer]:
    """The preset of a recipe, or the layers that it writes out and one Dense layer for the outputs."""
    section = recipe.network
    start = {"initialiser": section.initialiser, "std": section.std}
    if section.layers:
        written = [_started(layer, start) for layer in recipe.tables()["network"]["layers"]]
        return [*Network.layers_from(written), Dense(outputs, section.output_activation, **start)]
    if section.preset == "mlp":
        return presets.mlp(
            section.hidden,
            outputs,
            activation=section.activation,
            dropout=section.dropout,
            batch_norm=section.batch_norm,
            output_activation=section.output_activation,
            **start,
        )
    described = {key: getattr(section, key) for key in section.described_by if key != "preset"}
    if not described.get("width", True):
        del described["width"]  # 0: as the preset is known
    if section.preset not in AUTOENCODERS:
        described["outputs"] = outputs
    return getattr(presets, section.preset)(in_shape, **described)


def _started(layer: dict, start: dict) -> dict:
    """A written layer with the recipe's initialiser, if it has weights and none of its own; so the layers inside it."""
    if "layers" in layer:
        return layer | {"layers": [_started(inside, start) for inside in layer["layers"]]}
    return start | layer if issubclass(getattr(layers, layer["type"]), Affine) else layer


def _whiten(network: Network, prepared: Prepared) -> None:
    """Compute the filters of a first layer that starts with "whitening" from training pictures of all classes."""
    if prepared.donor or getattr(network.layers[0], "initialiser", None) != "whitening":
        return
    train = prepared.split.train
    some = train[:: -(-len(train) // WHITENING_PICTURES)]
    [(pictures, _, _)] = Batches(prepared.dataset.images, prepared.dataset.labels, some, prepared.spec, 0).epoch(0)
    try:
        whiten(network, pictures)
    except ValueError as error:
        raise RecipeError(f"the network does not fit: {error}") from error


def build_optimizer(recipe: Recipe, network: Network) -> Optimizer:
    """The optimiser of a recipe, over the network's parameters."""
    section = recipe.optimizer
    return OPTIMIZERS[section.name](network, **{key: getattr(section, key) for key in SETTINGS[section.name]})


def build_update(recipe: Recipe, network: Network, penalty: Penalty) -> Update | None:
    """Penalty, clipping, optimiser and average of a recipe; None for L-BFGS, which updates by itself."""
    if recipe.optimizer.name == "lbfgs":
        return None
    return Update(
        build_optimizer(recipe, network),
        penalty=penalty,
        clip_norm=recipe.optimizer.clip_norm,
        average=recipe.optimizer.average,
    )


def build_schedule(recipe: Recipe, steps_per_epoch: int) -> schedules.Schedule:
    """The learning rate of each step."""
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


def call_doctor(prepared: Prepared, parts: Parts) -> Doctor | None:
    """A doctor for a run that starts, or goes on; None where the recipe wants none."""
    if not parts.recipe.training.doctor:
        return None
    return Doctor(
        parts.network,
        parts.loss,
        parts.update,
        parts.batches,
        epochs=parts.recipe.training.epochs,
        labels=prepared.dataset.labels[prepared.split.train],
        classes=prepared.dataset.classes,
        validation=0 if parts.recipe.training.folds else len(prepared.split.validation),  # folds test on all, and say more
        history=parts.epochs,
    )


def _training_batches(prepared: Prepared, kernels: ModuleType) -> Batches:
    recipe, dataset, train = prepared.recipe, prepared.dataset, prepared.split.train
    return Batches(
        dataset.images,
        dataset.labels,
        train,
        prepared.spec,
        recipe.training.batch_size,
        seed=recipe.training.seed,
        weights=class_weights(dataset.labels, dataset.classes, recipe.loss.class_weight, train),
        augmentation=build_augmentation(prepared),
        classes=len(dataset.classes),
        kernels=kernels,
    )


def build_augmentation(prepared: Prepared) -> Augmentation:
    """How a recipe changes training pictures; RecipeError where these cannot be changed so."""
    section, shape = prepared.recipe.augment, prepared.spec.shape
    if problem := views.problem(section.views, shape):
        raise RecipeError(f"augment.{problem}")
    augmentation = Augmentation(**section.model_dump(exclude={"views"}))
    augmentation.check(shape)
    return augmentation
