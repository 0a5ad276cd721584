"""What `benchmarks.accuracy` measures, and what it is to reach: recipes for any data set, and the variants of the five systems."""

from collections.abc import Iterator
from dataclasses import dataclass

from pellucid.images.named import NAMES
from pellucid.recipes import load_recipe
from pellucid.systems import SYSTEMS, System, Variant

DONOR = "$PELLUCID_DATA/{}/model.safetensors"  # what `pellucid train cifar-10 --recipe cats/cifar-body --out ...` leaves there
STAGED = {"cats/file-type": "$PELLUCID_DATA/cats-by-type/pictures"}  # written there by the stage of the variant


@dataclass(frozen=True)
class Row:
    """A command that ends with one JSON object, run once for each seed.

    command: `{seed}` stands for the seed; variables of the environment, such as $PELLUCID_DATA, are filled in.
    seeds: how many, from 0. goal: mean accuracy to reach. limit: seconds of training that it may take.
    folds: the accuracy is that of the cross-validation. recipe: the one that must exist for it, if it is named.
    """

    name: str
    title: str
    command: str
    seeds: int
    goal: float | None = None
    limit: float | None = None
    folds: bool = False
    recipe: str | None = None


DEFAULTS = (
    Row(
        "digits",
        "digits of scikit-learn, default",
        "pellucid train digits --validation 0 --test 0.2 --seed {seed}",
        seeds=10,
        goal=0.992,
        limit=20,
    ),
    Row(
        "mnist-cnn",
        "MNIST, small CNN",
        "pellucid train mnist --recipe mnist-cnn --seed {seed}",
        seeds=10,
        goal=0.99,
        limit=6,
        recipe="mnist-cnn",
    ),
    Row(
        "mnist-cnn-pytorch",
        "MNIST, small CNN, in PyTorch",
        "python -m benchmarks.pytorch_recipe mnist --recipe mnist-cnn --seed {seed}",
        seeds=10,
        recipe="mnist-cnn",
    ),
    Row(
        "cifar-10",
        "CIFAR-10, CNN",
        "pellucid train cifar-10 --recipe cifar-10 --seed {seed}",
        seeds=3,
        goal=0.90,
        limit=360,
        recipe="cifar-10",
    ),
    Row(
        "rabbits-cats",
        "rabbits and cats, default, 5-fold, near-identical pictures kept together",
        "pellucid train $PELLUCID_DATA/rabbits-cats --folds 5 --seed {seed}",
        seeds=3,
        goal=0.90,
        limit=300,
        folds=True,
    ),
    Row(
        "cat-noncat",
        "cat or not, default, the published 209 and 50",
        "pellucid train $PELLUCID_DATA/catnoncat_dataset --seed {seed}",
        seeds=20,
        goal=0.86,
        limit=300,
    ),
)


def rows_of(system: System) -> Iterator[Row]:
    """A row for each variant that names classes, with its goal and its limit."""
    for variant in system.variants:
        name, recipe = f"{system.name}/{variant.name}", f"{system.name}/{variant.twin_of or variant.name}"
        tables = load_recipe(recipe)
        if tables.loss.name != "reconstruction":
            yield Row(
                name,
                f"{system.name}: {variant.title}",
                _command(system, variant, recipe),
                seeds=variant.seeds,
                goal=variant.goal,
                limit=variant.limit,
                folds=bool(tables.training.folds),
                recipe=recipe,
            )


def _command(system: System, variant: Variant, recipe: str) -> str:
    source = variant.source or system.source
    source = STAGED.get(recipe) or (source if source in NAMES else f"$PELLUCID_DATA/{source}")
    program = "python -m benchmarks.pytorch_recipe" if variant.twin_of else "pellucid train"
    donor = f" --from {DONOR.format(variant.donor)}" if variant.donor else ""
    return f"{program} {source} --recipe {recipe} --seed {{seed}}{donor}"


ROWS = (*DEFAULTS, *(row for system in SYSTEMS for row in rows_of(system)))
