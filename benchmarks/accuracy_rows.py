"""What `benchmarks.accuracy` measures, and what it is to reach. One more is one entry more."""

from dataclasses import dataclass


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


def announced(system: str, source: str, what: str, variants: dict[str, str]) -> list[Row]:
    """What the authors of a system wanted to add, one thing at a time: recipe and title of each. Without goals, with few seeds."""
    return [
        Row(
            f"{system}-{variant}",
            f"{what}, {title}",
            f"pellucid train {source} --recipe {system}/{variant} --seed {{seed}}",
            seeds=3,
            recipe=f"{system}/{variant}",
        )
        for variant, title in variants.items()
    ]


ROWS = (
    Row(
        "digits",
        "digits of scikit-learn, default",
        "pellucid train digits --validation 0 --test 0.2 --seed {seed}",
        seeds=10,
        goal=0.992,
        limit=20,
    ),
    Row(
        "digits-faithful",
        "digits, as published: 64-32-10, 1,000 epochs, shuffled 80 to 20",
        "pellucid train digits --recipe digits/faithful --seed {seed}",
        seeds=10,
        goal=0.9694,
        recipe="digits/faithful",
    ),
    Row(
        "digits-folds",
        "digits, the same, shuffled 10-fold",
        "pellucid train digits --recipe digits/folds --seed {seed}",
        seeds=5,
        folds=True,
        recipe="digits/folds",
    ),
    Row(
        "digits-by-writers",
        "digits, the same, other writers test",
        "pellucid train digits --recipe digits/writers --seed {seed}",
        seeds=10,
        recipe="digits/writers",
    ),
    *announced(
        "digits",
        "digits",
        "digits, 64-32-10",
        {
            "early-stop": "stopped early",
            "deeper": "three hidden layers",
            "momentum": "momentum",
            "rmsprop": "RMSProp",
            "adam": "Adam",
            "l2": "L2 penalty",
            "dropout": "dropout",
            "batch-norm": "batch normalisation",
            "schedule": "a falling rate",
            "convolutions": "convolutions",
        },
    ),
    *announced("digits", "cifar-10", "the digits' network", {"cifar-10": "on CIFAR-10"}),
    *announced("digits", "fashion-mnist", "the digits' network", {"fashion-mnist": "on Fashion-MNIST"}),
    # digits/autoencoder has no row: it names no classes, so it has no accuracy.
    Row(
        "digits-mlp",
        "digits, improved dense layers, shuffled 10-fold",
        "pellucid train digits --recipe digits/mlp --seed {seed}",
        seeds=5,
        goal=0.994,
        folds=True,
        recipe="digits/mlp",
    ),
    Row(
        "digits-mlp-writers",
        "digits, improved dense layers, other writers test",
        "pellucid train digits --recipe digits/mlp-writers --seed {seed}",
        seeds=10,
        goal=0.97,
        recipe="digits/mlp-writers",
    ),
    Row(
        "digits-cnn",
        "digits, improved convolutions, shuffled 10-fold",
        "pellucid train digits --recipe digits/cnn --seed {seed}",
        seeds=5,
        goal=0.998,
        folds=True,
        recipe="digits/cnn",
    ),
    Row(
        "digits-cnn-writers",
        "digits, improved convolutions, other writers test",
        "pellucid train digits --recipe digits/cnn-writers --seed {seed}",
        seeds=10,
        goal=0.988,
        recipe="digits/cnn-writers",
    ),
    Row(
        "cifar3-faithful",
        "airplane, automobile, bird, as published: 3072-128-64-3",
        "pellucid train cifar-10 --recipe cifar3/faithful --seed {seed}",
        seeds=5,
        recipe="cifar3/faithful",
    ),
    *announced(
        "cifar3",
        "cifar-10",
        "airplane, automobile, bird",
        {
            "early-stop": "stopped early",
            "convolutions": "convolutions",
            "deeper": "four hidden layers",
            "dropout": "dropout",
            "l2": "L2 penalty",
            "augmented": "mirrored and moved",
            "falling-rate": "a falling rate",
        },
    ),
    Row(
        "cifar3-mlp",
        "airplane, automobile, bird, improved dense layers",
        "pellucid train cifar-10 --recipe cifar3/mlp --seed {seed}",
        seeds=5,
        goal=0.88,
        recipe="cifar3/mlp",
    ),
    Row(
        "cifar3-cnn",
        "airplane, automobile, bird, CNN",
        "pellucid train cifar-10 --recipe cifar3/cnn --seed {seed}",
        seeds=5,
        goal=0.97,
        recipe="cifar3/cnn",
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
        "the same recipe in PyTorch",
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
    Row(
        "mnist-part-one",
        "MNIST from scratch, as published: gradient reversed",
        "pellucid train mnist --recipe mnist/part-one --seed {seed}",
        seeds=5,
        recipe="mnist/part-one",
    ),
    Row(
        "mnist-sign-and-order",
        "the same, sign and order put right",
        "pellucid train mnist --recipe mnist/sign-and-order --seed {seed}",
        seeds=5,
        recipe="mnist/sign-and-order",
    ),
    Row(
        "mnist-all-pictures",
        "the same, on all 60,000 pictures",
        "pellucid train mnist --recipe mnist/all-pictures --seed {seed}",
        seeds=3,
        recipe="mnist/all-pictures",
    ),
    Row(
        "mnist-part-one-mended",
        "the same, initialisation, rate and batch chosen",
        "pellucid train mnist --recipe mnist/part-one-mended --seed {seed}",
        seeds=3,
        goal=0.97,
        recipe="mnist/part-one-mended",
    ),
    Row(
        "mnist-part-two",
        "MNIST 784-100-10, as published: noise and mirror images",
        "pellucid train mnist --recipe mnist/part-two --seed {seed}",
        seeds=5,
        recipe="mnist/part-two",
    ),
    Row(
        "mnist-part-two-pytorch",
        "the same recipe in PyTorch",
        "python -m benchmarks.pytorch_recipe mnist --recipe mnist/part-two --seed {seed}",
        seeds=5,
        recipe="mnist/part-two",
    ),
    Row(
        "mnist-ten",
        "MNIST 784-10-10, originals alone",
        "pellucid train mnist --recipe mnist/ten --seed {seed}",
        seeds=5,
        recipe="mnist/ten",
    ),
    Row(
        "mnist-ten-augmented",
        "MNIST 784-10-10, noise and mirror images",
        "pellucid train mnist --recipe mnist/ten-augmented --seed {seed}",
        seeds=5,
        recipe="mnist/ten-augmented",
    ),
    Row(
        "mnist-hundred",
        "MNIST 784-100-10, originals alone",
        "pellucid train mnist --recipe mnist/hundred --seed {seed}",
        seeds=5,
        recipe="mnist/hundred",
    ),
    Row(
        "mnist-no-mirror",
        "MNIST 784-100-10, noise without mirror images",
        "pellucid train mnist --recipe mnist/no-mirror --seed {seed}",
        seeds=5,
        recipe="mnist/no-mirror",
    ),
    Row(
        "mnist-schedule",
        "the same with a rate that falls",
        "pellucid train mnist --recipe mnist/schedule --seed {seed}",
        seeds=5,
        goal=0.978,
        recipe="mnist/schedule",
    ),
    Row(
        "mnist-mlp",
        "MNIST, dense layers alone, improved",
        "pellucid train mnist --recipe mnist/mlp --seed {seed}",
        seeds=5,
        goal=0.994,
        limit=900,
        recipe="mnist/mlp",
    ),
    Row(
        "mnist-best-cnn",
        "MNIST, convolutional network, improved",
        "pellucid train mnist --recipe mnist/cnn --seed {seed}",
        seeds=5,
        goal=0.9965,
        limit=360,
        recipe="mnist/cnn",
    ),
    Row(
        "cats-faithful",
        "cats, 12288-12-4-1 as published",
        "pellucid train cat-vs-noncat --recipe cats/faithful --seed {seed}",
        seeds=20,
        recipe="cats/faithful",
    ),
    Row(
        "cats-course",
        "cats, 12288-20-7-5-1 of the course",
        "pellucid train cat-vs-noncat --recipe cats/course --seed {seed}",
        seeds=20,
        recipe="cats/course",
    ),
    Row(
        "cats-trap",
        "cats, small weights with the small rate",
        "pellucid train cat-vs-noncat --recipe cats/trap --seed {seed}",
        seeds=5,
        recipe="cats/trap",
    ),
    # Its pictures: pellucid.systems.file_types.write_by_type("cat-vs-noncat", Path("$PELLUCID_DATA/cats-by-type"))
    Row(
        "cats-file-type",
        "cats, labels from the file type",
        "pellucid train $PELLUCID_DATA/cats-by-type/pictures --recipe cats/file-type --seed {seed}",
        seeds=3,
        recipe="cats/file-type",
    ),
    Row(
        "cats-mlp",
        "cats, dense layers alone, improved",
        "pellucid train cat-vs-noncat --recipe cats/mlp --seed {seed}",
        seeds=20,
        goal=0.79,
        recipe="cats/mlp",
    ),
    Row(
        "cats-cnn",
        "cats, convolutional network",
        "pellucid train cat-vs-noncat --recipe cats/cnn --seed {seed}",
        seeds=20,
        goal=0.86,
        recipe="cats/cnn",
    ),
    Row(
        "cats-cnn-folds",
        "cats, convolutional network, 5-fold over all 259",
        "pellucid train cat-vs-noncat --recipe cats/cnn-folds --seed {seed}",
        seeds=10,
        folds=True,
        recipe="cats/cnn-folds",
    ),
    Row(
        "cats-cifar-body",
        "cats, the body for the next one, on CIFAR-10",
        "pellucid train cifar-10 --recipe cats/cifar-body --seed {seed}",
        seeds=3,
        recipe="cats/cifar-body",
    ),
    # Its donor: pellucid train cifar-10 --recipe cats/cifar-body --out $PELLUCID_DATA/cifar-body
    Row(
        "cats-cnn-from-cifar",
        "cats, convolutional network started from CIFAR-10 (extra data)",
        "pellucid train cat-vs-noncat --recipe cats/cnn-from-cifar --seed {seed} "
        "--from $PELLUCID_DATA/cifar-body/model.safetensors",
        seeds=20,
        goal=0.9,
        recipe="cats/cnn-from-cifar",
    ),
    Row(
        "rabbits-faithful",
        "rabbits and cats, 8100-128-2 as published, faults included",
        "pellucid train $PELLUCID_DATA/rabbits-cats/train --recipe rabbits/faithful --seed {seed}",
        seeds=5,
        recipe="rabbits/faithful",
    ),
    Row(
        "rabbits-gradients",
        "the same with the right gradients",
        "pellucid train $PELLUCID_DATA/rabbits-cats/train --recipe rabbits/gradients --seed {seed}",
        seeds=5,
        recipe="rabbits/gradients",
    ),
    Row(
        "rabbits-standardised",
        "the same with mean and deviation used",
        "pellucid train $PELLUCID_DATA/rabbits-cats/train --recipe rabbits/standardised --seed {seed}",
        seeds=5,
        recipe="rabbits/standardised",
    ),
    Row(
        "rabbits-twins-together",
        "the same with near-identical pictures together",
        "pellucid train $PELLUCID_DATA/rabbits-cats/train --recipe rabbits/twins-together --seed {seed}",
        seeds=5,
        recipe="rabbits/twins-together",
    ),
    Row(
        "rabbits-cnn",
        "rabbits and cats, convolutional network, 5-fold, near-identical pictures together",
        "pellucid train $PELLUCID_DATA/rabbits-cats/train --recipe rabbits/cnn --seed {seed}",
        seeds=3,
        goal=0.92,
        limit=300,
        folds=True,
        recipe="rabbits/cnn",
    ),
)
