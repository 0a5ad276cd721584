"""The pictures that a training sees, in batches."""

from types import ModuleType

from pellucid.errors import RecipeError
from pellucid.images import Augmentation, Batches, class_weights, views
from pellucid.runs.prepare import Prepared

WITHOUT_GRADIENT_ROWS = 1024  # pictures a batch when nothing is learned


def training_batches(prepared: Prepared, kernels: ModuleType) -> Batches:
    """The training pictures, shuffled, changed and weighted as the recipe says."""
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


def validation_batches(prepared: Prepared, kernels: ModuleType) -> Batches | None:
    """The validation pictures as they are; None where there are none."""
    dataset, rows = prepared.dataset, prepared.split.validation
    if not len(rows):
        return None
    return Batches(dataset.images, dataset.labels, rows, prepared.spec, WITHOUT_GRADIENT_ROWS, kernels=kernels)


def build_augmentation(prepared: Prepared) -> Augmentation:
    """How a recipe changes training pictures; RecipeError where these cannot be changed so."""
    section, shape = prepared.recipe.augment, prepared.spec.shape
    if problem := views.problem(section.views, shape):
        raise RecipeError(f"augment.{problem}")
    augmentation = Augmentation(**section.model_dump(exclude={"views"}))
    augmentation.check(shape)
    return augmentation
