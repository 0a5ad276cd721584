"""What was measured here about the digits: the data, the claims, the writers, and the picture that was not new."""

import statistics
from collections.abc import Sequence

import numpy as np

from pellucid.evaluation import most_confused, wilson
from pellucid.images import Source, open_source
from pellucid.systems.evidence import Evidence, Table
from pellucid.systems.measured import confusion, differences
from pellucid.systems.results import Results, Trained
from pellucid.words import count, number, percent

NEW_DIGIT = (  # the picture to predict in the published description
    (0, 0, 5, 13, 9, 1, 0, 0),
    (0, 0, 13, 15, 10, 15, 5, 0),
    (0, 3, 15, 2, 0, 11, 8, 0),
    (0, 4, 12, 0, 0, 8, 8, 0),
    (0, 5, 8, 0, 0, 9, 8, 0),
    (0, 4, 11, 0, 1, 12, 7, 0),
    (0, 2, 14, 5, 10, 12, 0, 0),
    (0, 0, 6, 13, 10, 0, 0, 0),
)
NEAR = 100  # places in the file: a writer left about 130 digits, one after the other
CLAIMED_LOSS = {1: "2.2650", 100: "0.10", 300: "stable from here on", 1000: "0.0013"}
CHANGES = {
    "deeper": "three hidden layers",
    "momentum": "momentum",
    "rmsprop": "RMSProp",
    "adam": "Adam",
    "l2": "L2 penalty",
    "dropout": "dropout",
    "batch-norm": "batch normalisation",
    "schedule": "falling learning rate",
    "early-stop": "stopped early",
    "convolutions": "convolutions",
}


def statistics_of_the_data(results: Results) -> Evidence:
    """How many pictures each digit has, and how much ink."""
    source = open_source("digits")
    ink = source.images.reshape(len(source), -1).astype(float)
    rows = []
    for label, name in enumerate(source.classes):
        mine = ink[source.labels == label]
        rows.append((name, f"{len(mine)}", f"{mine.mean():.1f}", f"{mine.mean(axis=0).max():.1f}"))
    counts = np.bincount(source.labels)
    return Evidence(
        f"{len(source):,} pictures of 8 × 8 pixels, 64 numbers each. A pixel counts the ink in a square of 4 × 4 finer dots, from "
        f"{ink.min():.0f} to {ink.max():.0f}; {percent((ink == 0).mean())} of the pixels are empty. The classes are nearly equal: "
        f"{counts.min()} to {counts.max()} pictures each.",
        Table(("digit", "pictures", "mean ink of a pixel", "of its darkest pixel"), tuple(rows)),
    )


def falling_loss(runs: Sequence[Trained]) -> str:
    """The training loss of the first epoch, the hundredth and the last, mean of the seeds."""
    logs = [run.epochs_log() for run in runs]
    mean = [statistics.fmean(epoch["loss"] for epoch in same) for same in zip(*logs)]
    later = [
        f"{number(mean[epochs - 1])} after {count(epochs, 'epoch')}" for epochs in sorted({100, len(mean)}) if epochs <= len(mean)
    ]
    return ", ".join([f"{number(mean[0])} at first", *later])


def both_accuracies(runs: Sequence[Trained]) -> str:
    """Training against test in one line, mean of the seeds."""
    train, test = (statistics.fmean(values) for values in zip(*((run.train_accuracy, run.accuracy) for run in runs)))
    return f"{percent(train)} of the training pictures right, {percent(test)} of the test pictures"


def gap(results: Results) -> Evidence:
    """Training against test, in accuracy and in loss."""
    runs = results["faithful"]
    train, test = (statistics.fmean(values) for values in zip(*((run.train_accuracy, run.accuracy) for run in runs)))
    train_loss, test_loss = (statistics.fmean(values) for values in zip(*((run.train_loss, run.loss) for run in runs)))
    larger = [run.train_accuracy > run.accuracy for run in runs]
    times = test_loss / train_loss
    text = f"{_named_better(larger)} than the test pictures, and the loss on test pictures was " + (
        f"{number(round(times, 1))} times that on training pictures." if times >= 1.05 else "no larger than on training pictures."
    )
    if "early-stop" in results:
        text += " " + _when_lowest(results["early-stop"])
    rows = (("accuracy", percent(train), percent(test)), ("loss", f"{train_loss:.4f}", f"{test_loss:.4f}"))
    return Evidence(text, Table(("mean over seeds", "training", "test"), rows))


def _named_better(larger: Sequence[bool]) -> str:
    """In how many of the runs the training pictures were."""
    if len(larger) == 1:
        return f"The training pictures were named {'better' if larger[0] else 'no better'}"
    return f"In {sum(larger)} of {count(len(larger), 'run')} the training pictures were named better"


def _when_lowest(runs: Sequence[Trained]) -> str:
    """When the loss on held-back pictures was lowest, and whether it rose again."""
    lowest, epochs = [_lowest(run) for run in runs], [len(run.epochs_log()) for run in runs]
    if lowest == epochs:
        return (
            f"On pictures that were held back the loss fell to the last of {count(max(epochs), 'epoch')}: too few to see it rise."
        )
    median = f"{count(statistics.median_low(lowest), 'epoch')}{' (median)' if len(runs) > 1 else ''}"
    return (
        f"On pictures that were held back the loss was lowest after {median} and fell no more, while the training loss went on "
        "falling."
    )


def _lowest(run: Trained) -> int:
    losses = [epoch["validation_loss"] for epoch in run.epochs_log()]
    return 1 + losses.index(min(losses))


def luck(results: Results) -> Evidence:
    """What 360 test pictures can tell, and how far the seeds lie apart."""
    low, high = wilson(349, 360)
    found = sorted(run.accuracy for run in results["faithful"])
    text = (
        f"96.94 % of 360 are 349 right answers: on other digits of these writers the accuracy would lie between {percent(low)} and "
        f"{percent(high)} (95 %)."
    )
    if len(found) > 1:
        spread = f"{percent(found[0])} to {percent(found[-1])}"
        text += f" Here {count(len(found), 'seed')}, each with a split and a start of its own, gave {spread}."
    return Evidence(text)


def loss_curve(results: Results) -> Evidence:
    """The training loss at the epochs of which something was published."""
    losses = [epoch["loss"] for epoch in results.first("faithful").epochs_log()]
    known = [epoch for epoch in CLAIMED_LOSS if epoch <= len(losses)]
    rows = tuple((f"{epoch:,}", CLAIMED_LOSS[epoch], f"{losses[epoch - 1]:.4f}") for epoch in known)
    text = "Mean loss over the epoch, first seed."
    if len(losses) >= 1000:
        fall = losses[299] / losses[999]
        text += f" From epoch 300 to 1,000 it falls to 1/{fall:.0f}: it never stabilises, the answers only become surer."
    return Evidence(text, Table(("epoch", "published loss", "loss here"), rows))


def writers(results: Results) -> Evidence:
    """What the same network is worth when other people wrote the test, and how alike the digits of one writer are."""
    source = open_source("digits")
    near, by_chance = _neighbours(source)
    rows = [("shuffled, 80 to 20", percent(results.mean("faithful")))]
    rows += [("shuffled, 10 folds", percent(results.mean("folds")))] if "folds" in results else []
    rows += [("first half trains, second half tests", percent(results.mean("writers")))]
    return Evidence(
        f"Of {percent(near)} of the digits, the most similar other picture lies within {NEAR} places in the file; if the writer "
        f"made no difference, that would be {percent(by_chance)}. The same people filled in forms one after the other: the order "
        f"of the digits repeats after 130 places for {percent(_repeats(source.labels))} of them, against 10 % by chance.",
        Table(("split", "accuracy of the published network"), tuple(rows)),
    )


def _neighbours(source: Source) -> tuple[float, float]:
    """The share of pictures whose most similar other one lies near in the file, and that of all others of the same class."""
    x, labels = source.images.reshape(len(source), -1).astype(np.float64), source.labels
    norms = (x * x).sum(axis=1)
    squared = norms[:, None] + norms - 2 * x @ x.T
    np.fill_diagonal(squared, np.inf)
    places = np.arange(len(x))
    near = np.abs(places[:, None] - places) <= NEAR
    same = labels[:, None] == labels
    np.fill_diagonal(same, False)
    return near[places, squared.argmin(axis=1)].mean(), (near & same).sum() / same.sum()


def _repeats(labels: np.ndarray, form: int = 130) -> float:
    return float(np.mean(labels[form:] == labels[:-form]))


def not_new(results: Results) -> Evidence:
    """The picture of the description beside picture 0 of the data set, and what the network says to it."""
    source, runs = open_source("digits"), results["faithful"]
    new = np.array(NEW_DIGIT, np.uint8)
    pixels = source.images.reshape(-1, 8, 8)
    [same] = np.flatnonzero((pixels == new).all(axis=(1, 2))).tolist()
    trained = sum(any(each.path == source.paths[same] for each in run.predictions("train")) for run in runs)
    [shares] = runs[0].classifier().predict_proba(new[None])
    answer = int(shares.argmax())
    return Evidence(
        f"All 64 numbers are those of picture {same} of the data set, a {source.classes[source.labels[same]]}. "
        f"{_in_training(trained, len(runs))}; four in five is what an 80 % split gives. The network of the first seed says "
        f"{source.classes[answer]}, with {percent(shares[answer])}."
    )


def _in_training(trained: int, runs: int) -> str:
    if runs == 1:
        return f"It was {'a training' if trained else 'no training'} picture here"
    return f"In {trained} of {count(runs, 'run')} it was a training picture"


def confused(results: Results) -> Evidence:
    """Which digits are taken for which, over all seeds."""
    runs = results["faithful"]
    counts, names = confusion(runs)
    mistakes = int(counts.sum() - np.trace(counts))
    rows = tuple((names[true], names[answer], f"{n}") for true, answer, n in most_confused(counts, 6))
    pairs = {pair: int(counts[a, b] + counts[b, a]) for pair, a, b in (("6 and 8", 6, 8), ("3 and 5", 3, 5))}
    told = " and ".join(f"{n} are between {pair}" for pair, n in pairs.items())
    return Evidence(
        f"Of {count(mistakes, 'mistake')} in {count(len(runs), 'run')}, {told}. The most frequent ones:",
        Table(("is", "taken for", "times"), rows),
    )


def confidence(results: Results) -> Evidence:
    """How sure the right and the wrong answers are, and the surest mistakes."""
    run = results.first("faithful")
    found = run.predictions(run.part)
    right = [answer.probability for answer in found if answer.right]
    wrong = sorted((answer for answer in found if not answer.right), key=lambda answer: -answer.probability)
    text = f"First seed: the {len(right)} right answers come with {percent(statistics.fmean(right))} on average"
    if wrong:
        mean = statistics.fmean(answer.probability for answer in wrong)
        text += f", the {len(wrong)} wrong ones with {percent(mean)}: a high probability is no proof. The surest mistakes:"
    rows = tuple((answer.path, answer.label, answer.predicted, percent(answer.probability)) for answer in wrong[:5])
    return Evidence(text, Table(("picture", "is", "taken for", "probability"), rows) if rows else None)


def enhancements(results: Results) -> Evidence:
    """Each announced improvement alone, against the published network on the same splits."""
    table, found = differences(results, CHANGES, "faithful")
    better = [CHANGES[name] for name, gap in found.items() if gap.shown and gap.mean > 0]
    seeds = max((gap.seeds for gap in found.values()), default=0)
    text = f"One thing is changed at a time, with the splits and starts of the published network, {count(seeds, 'seed')}."
    if seeds > 1:
        text += f" Better, by more than chance would make: {', '.join(better) or 'none'}."
    return Evidence(text, table)


def code(results: Results) -> Evidence:
    """How much of the digits comes back through the narrow layer."""
    run = results.first("autoencoder")
    explained = run.scores()[run.part]["explained"]
    return Evidence(
        f"Through 8 numbers, {percent(explained)} of the variance of the pixels of {run.n} test pictures comes back; the page of "
        "the run shows pictures beside what came back."
    )
