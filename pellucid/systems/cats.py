"""Cat or not: a course's deep network from scratch, after the files that came with Andrew Ng's first deep-learning course."""

from pellucid.systems.evidence import Evidence, Table
from pellucid.systems.file_types import write_by_type
from pellucid.systems.results import Results
from pellucid.systems.system import Claim, Finding, System, Variant
from pellucid.words import percent

PICTURES = 50  # of the published test part


def one_picture(results: Results) -> Evidence:
    """What a single test picture weighs, and how far the seeds lie apart."""
    rights = sorted(round(run.accuracy * run.n) for run in results["faithful"])
    n = results.first("faithful").n
    weighs = f"One of {n} pictures is {percent(1 / n)}."
    if len(rights) == 1:
        return Evidence(f"{weighs} This run named {rights[0]} of them right.")
    low, high = rights[0], rights[-1]
    return Evidence(f"{weighs} The same recipe from {len(rights)} random starts named from {low} to {high} of the {n} right.")


def never_learns(results: Results) -> Evidence:
    """The cost of the trap beside that of the two recipes it is mixed from."""
    rows = []
    for name in ("faithful", "course", "trap"):
        log = results.first(name).epochs_log()
        rows.append((name, f"{log[0]['loss']:.4f}", f"{log[-1]['loss']:.4f}", percent(log[-1]["accuracy"])))
    return Evidence(
        "Cost before the first and after the last step, first seed. A network that answers with the shares of the two classes and "
        "never looks at a picture has a cost of about 0.64.",
        Table(("recipe", "first cost", "last cost", "right, training"), tuple(rows)),
    )


def told_by_the_file(results: Results) -> Evidence:
    """What the audit of shortcuts says about pictures whose label is their file type."""
    found = results.first("file-type").checks().get("shortcuts", [])
    rows = tuple((each["fact"], each["rule"], percent(each["recall"])) for each in found)
    if not rows:
        return Evidence("The audit of shortcuts found nothing here.")
    text = "The audit that runs before every training (`pellucid check` is the same) says what tells the label without any picture:"
    return Evidence(text, Table(("fact about the file", "rule", "right"), rows, words=(1,)))


def copies_across(results: Results) -> Evidence:
    """Training pictures with a copy among the test pictures."""
    checks = results.first("faithful").checks()
    across = checks.get("across_parts", [])
    if not across:
        return Evidence("Here no training picture has a copy among the test pictures.")
    named = ", ".join(across[:5])
    return Evidence(f"Training pictures with a copy among the test pictures: {len(across)} ({named}).")


def by_published_part(results: Results) -> Evidence:
    """How the folds name the pictures that were published to train on, and those published to test."""
    answers = [answer for run in results["cnn-folds"] for answer in run.predictions() if answer.part.startswith("fold ")]
    rows = []
    for part, words in (("train", "published to train on"), ("test", "published to test on")):
        of_part = [answer for answer in answers if answer.path.startswith(part)]
        if not of_part:
            return Evidence("The source used here does not tell which pictures were published to test on.")
        cats = sum(answer.label == "cat" for answer in of_part) / len(of_part)
        right = sum(answer.right for answer in of_part) / len(of_part)
        rows.append((words, f"{len(of_part) // len(results['cnn-folds'])}", percent(cats), percent(right)))
    text = "Cut anew into five parts, so that each mixes both kinds; every picture is named by a network that has not seen it."
    return Evidence(text, Table(("pictures", "number", "cats", "right"), tuple(rows)))


CATS = System(
    name="cats",
    title="Is it a cat?",
    summary="cat or not, 64 x 64 in colour, a network of dense layers from scratch; claimed: 72.5 % of 40 test pictures",
    source="cat-vs-noncat",
    data=(
        "259 pictures of 64 x 64 in colour from a well-known course, published as 209 to train on (72 cats) and 50 to test (33 "
        "cats). Always answering “cat” would get 66 % of these 50 right."
    ),
    says={"cat": "You got a cat!"},
    claims=(
        Claim("training pictures named right", "100.0 %", "train_accuracy"),
        Claim("test pictures named right", "72.5 % of 40", "accuracy", share=0.725),
    ),
    variants=(
        Variant(
            name="faithful",
            title="12288-12-4-1, as published",
            role="faithful",
            note="Two hidden layers, weights that start near 0 (deviation 0.01) and a large learning rate (0.075); 2,500 steps, "
            "each on all training pictures.",
            seeds=20,
        ),
        Variant(
            name="course",
            title="12288-20-7-5-1, of the course",
            role="faithful",
            note="The network of the course that the system follows: three hidden layers, weights scaled by 1 / √fan-in, a "
            "learning rate of 0.0075.",
            seeds=20,
        ),
        Variant(
            name="trap",
            title="Small weights with the small rate",
            role="shown",
            note="The start of the one recipe (deviation 0.01) with the rate of the other (0.0075). Through four layers of small "
            "weights next to no gradient comes back, so the steps are tiny and nothing is learned.",
            seeds=5,
        ),
        Variant(
            name="file-type",
            title="Labels from the file type",
            role="shown",
            note="The published program took its labels from the file type: .png is a cat, .jpg is none. Here the same pictures "
            "are written in that way, and the label is read from the name of the file.",
            seeds=1,
            stage=write_by_type,
        ),
        Variant(
            name="mlp",
            title="Dense layers, improved",
            role="improved",
            note="Still dense layers only, on pictures of 16 x 16, but every pass shows them moved, turned, mirrored, lit and "
            "mixed in pairs anew, so that the network cannot learn 209 pictures by heart. Both classes count alike.",
            seeds=20,
            goal=0.79,
        ),
        Variant(
            name="cnn",
            title="A small convolutional network",
            role="improved",
            note="Convolutions look for the same small patterns everywhere in the picture, so an ear is an ear wherever it is.",
            seeds=20,
            goal=0.86,
        ),
        Variant(
            name="cifar-body",
            title="CIFAR-10, for the network that starts from it",
            role="donor",
            note="Learns the ten classes of CIFAR-10, of which cats are one. Its accuracy is that on CIFAR-10's own test pictures.",
            seeds=1,
            source="cifar-10",
        ),
        Variant(
            name="cnn-from-cifar",
            title="Started from CIFAR-10 (extra data)",
            role="improved",
            note="The layers that learned on 50,000 other pictures are taken over, and a new last layer learns what a cat is here. "
            "This uses pictures that the system did not have: 5,000 of them show cats.",
            seeds=20,
            goal=0.90,
            donor="cifar-body",
        ),
        Variant(
            name="cnn-folds",
            title="The convolutional network, 5-fold",
            role="improved",
            note="All 259 pictures are tested, each by a network that has not seen it: five times as many test pictures, so the "
            "number is worth more. Each seed cuts the five parts anew.",
            seeds=10,
        ),
    ),
    findings=(
        Finding(
            "40 or 50 pictures say little",
            "72.5 % of 40 is 29 right answers. By chance alone, the same network could have got anything between 57 % and 84 % on "
            "another 40 pictures of the same kind. Two networks that differ by a few points cannot be told apart on so few.",
            one_picture,
            ("faithful",),
        ),
        Finding(
            "100 % on the training pictures is no merit",
            "147,500 weights can store the answers to 209 pictures. What counts are pictures that the network has not seen, and "
            "there it is barely better than always answering “cat”.",
        ),
        Finding(
            "One picture is in both parts",
            "The published files hold a picture twice, once to train on and once to test. One of 50 is little, but such copies are "
            "found only by looking for them, which is done here before every training.",
            copies_across,
            ("faithful",),
        ),
        Finding(
            "The test pictures are of another mixture",
            "A third of the pictures to train on are cats, and two thirds of those to test on. A network that learns the first "
            "share says “cat” too seldom in the second, and no picture to train on tells it so. `pellucid check` does. The "
            "improved networks are trained with both classes counting alike, except in the folds, which mix both parts.",
            by_published_part,
            ("cnn-folds",),
        ),
        Finding(
            "A trap: small weights need a large rate",
            "The two published recipes differ in how the weights start and in the size of a step. Mixed, they learn nothing: small "
            "weights hand back next to no gradient, and a small rate makes nothing of it. With the large rate the cost falls after "
            "many steps, and may jump back up.",
            never_learns,
            ("faithful", "course", "trap"),
        ),
        Finding(
            "Labels taken from the file type",
            "If cats are PNG files and everything else is JPEG, the first photograph of a dog saved as PNG is a cat. The program "
            "also resizes nothing, though its description says so: any other size fails.",
            told_by_the_file,
            ("file-type",),
        ),
    ),
)
