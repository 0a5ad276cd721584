"""Rabbits and cats: a network of one hidden layer from scratch, whose test pictures were in part its training pictures."""

from pellucid.systems.evidence import Evidence, Table
from pellucid.systems.gradients import compared
from pellucid.systems.results import Prediction, Results
from pellucid.systems.system import Claim, Finding, System, Variant
from pellucid.systems.twins import pairs_as_picture, twins_in_training
from pellucid.training.faults import Faults
from pellucid.words import percent, signed

FAULTS = Faults(share=0.8, summed_biases=True)  # 1,280 of 1,600 pictures are trained on


def gradients_compared(results: Results) -> Evidence:
    """The published gradients of the first run beside the right ones, and those beside differences of two losses."""
    rows = compared(results.first("faithful"), FAULTS)
    return Evidence(
        "Each array is moved a little along the right gradient, there and back: how the loss changes, what "
        "the right gradient says, what the published one says. On noise pictures, in double precision.",
        Table(("array", "difference of losses", "right gradient", "as published"), rows),
    )


def biases(results: Results) -> Evidence:
    """The biases that were learned, as published and with the right gradients, and what the doctor says of the first run."""
    rows = []
    for name in ("faithful", "gradients"):
        tensors = results.first(name).classifier().network.tensors()
        hidden, output = [array for key, array in tensors.items() if key.endswith(".b")]
        span = f"{signed(hidden.min())} to {signed(hidden.max())}"
        rows.append((name, span, " and ".join(map(signed, output))))
    said = "; ".join(finding["what"] for finding in results.first("faithful").doctors_findings())
    return Evidence(
        f"What was learned, first seed. The doctor, who looks on while every network is trained, says of the first: {said}.",
        Table(("recipe", "128 hidden biases", "2 output biases"), tuple(rows)),
    )


def worth_of_the_scale(results: Results) -> Evidence:
    """The same network on pixels from 0 to 1, and on standardised ones."""
    rows = [(name, *_scored(results, name)) for name in ("gradients", "standardised")]
    return Evidence("Both on the same random splits:", Table(("recipe", "training pictures", "test pictures"), tuple(rows)))


def worth_of_the_twins(results: Results) -> Evidence:
    """The same network with twins on both sides and on one; within a leaking test, pictures with a twin and those without."""
    leaking = results.first("standardised")
    checks = results.first("twins-together").checks()  # without the leak guard, no twins are looked for
    groups = checks.get("groups", [])
    with_twin, without = twins_in_training(leaking, groups)
    rows = [
        ("random split", percent(results.mean("standardised"))),
        ("… its test pictures with a twin in training", _share(with_twin)),
        ("… its test pictures without one", _share(without)),
        ("twins together", percent(results.mean("twins-together"))),
    ]
    rabbits = sum(path.startswith("rabbit") for group in groups for path in group)
    return Evidence(
        f"{checks['files']:,} files hold {checks['distinct']:,} different pictures; {rabbits:,} rabbits have a near-identical "
        "twin, some of them shown here. `pellucid check` finds them, and the leak guard keeps them together in every training "
        "unless told not to.",
        Table(("test pictures", "named right"), tuple(rows)),
        pairs_as_picture(leaking.recipe().data.source, groups),
        "Pairs of near-identical pictures",
    )


def _scored(results: Results, name: str) -> tuple[str, str]:
    trained = [run.train_accuracy for run in results[name]]
    return percent(sum(trained) / len(trained)), percent(results.mean(name))


def _share(answers: list[Prediction]) -> str:
    right = sum(answer.right for answer in answers)
    return f"{percent(right / len(answers))} of {len(answers)}" if answers else "there are none"


RABBITS = System(
    name="rabbits",
    title="Rabbit or cat?",
    summary="rabbit or cat, grey 90 x 90, one hidden layer from scratch; most rabbits of its test are in its training as well",
    source="rabbits-cats/train",
    lacking="it has a folder train/ with the folders rabbit and cat in it",
    data=(
        "1,600 photographs, 800 rabbits (class 0) and 800 cats (class 1), made grey and 90 × 90 pixels; a random fifth is held "
        "back. Guessing would get half of it right."
    ),
    says={"rabbit": "A rabbit.", "cat": "A cat."},
    claims=(Claim("held-back pictures named right", "not published", "accuracy"),),
    variants=(
        Variant(
            name="faithful",
            title="8100-128-2, as published",
            role="faithful",
            note="Grey pixels from 0 to 1, one hidden layer of 128, softmax, 1,000 steps of 0.01 on all training pictures, the two "
            "mistakes of its gradients included. How the weights start is not said; here as He proposed.",
        ),
        Variant(
            name="gradients",
            title="8100-128-2, right gradients",
            role="corrected",
            note="Gradients divided by the number of pictures they come from, and for each bias its own. Nothing else is changed.",
        ),
        Variant(
            name="standardised",
            title="8100-128-2, right gradients, mean and deviation used",
            role="corrected",
            note="The program computes and saves the mean and deviation of the pixels, and never uses them. Here each pixel has "
            "its mean taken away and is divided by its deviation.",
        ),
        Variant(
            name="twins-together",
            title="8100-128-2, all of that, and twins on one side",
            role="corrected",
            note="The same network once more. Now near-identical pictures are either all trained on or all tested on, so the "
            "test asks for rabbits, not for memory.",
        ),
        Variant(
            name="cnn",
            title="A small convolutional network, 5-fold",
            role="improved",
            note="Every picture is tested by a network that has seen neither it nor a twin of it. Convolutions, colour, and "
            "pictures moved and lit anew in each pass.",
            seeds=3,
            goal=0.92,
            limit=300,
        ),
    ),
    findings=(
        Finding(
            "Most rabbits of the test were in the training",
            "Most rabbits are in the folder twice: the same photograph, saved again. A random split puts one into the training and "
            "the other into the test, which then asks what was learned by heart.",
            worth_of_the_twins,
            ("standardised", "twins-together"),
        ),
        Finding(
            "Gradients divided by the wrong number",
            "The program divides the sum over the training pictures by the number of all pictures, those held back included. Every "
            "step comes out a fifth too short: the same as a smaller learning rate, and no more harm than that. It would have been "
            "seen at once by comparing the gradient with a difference of two losses.",
            gradients_compared,
            ("faithful",),
        ),
        Finding(
            "Biases that all learn the same, or nothing",
            "The gradient of a bias is the sum over the pictures, for each unit by itself. The program sums over the units as "
            "well, so all 128 hidden biases move alike. At the output the probabilities always sum to 1, so that sum is exactly "
            "zero: the output biases are never trained.",
            biases,
            ("faithful", "gradients"),
        ),
        Finding(
            "Mean and deviation saved, and not used",
            "Pixels from 0 to 1 are all positive, so all weights of a unit are pushed the same way at once. Standardised pixels "
            "lie on both sides of zero, and gradient descent gets further in the same number of steps. Whoever loads the saved "
            "numbers and does use them feeds the network pictures that it has never been trained on: a model file must hold its "
            "preprocessing.",
            worth_of_the_scale,
            ("gradients", "standardised"),
        ),
        Finding(
            "A pickle is a program",
            "The weights are saved by `pickle`. Loading such a file runs whatever code it holds. The models here are safetensors "
            "files: numbers and one line of JSON, with the preprocessing inside.",
        ),
    ),
)
