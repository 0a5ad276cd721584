"""What was measured here about the three classes of CIFAR-10: the claim, the balance, the mistakes and what mends them."""

import statistics
from collections.abc import Sequence

import numpy as np

from pellucid.evaluation import most_confused, wilson
from pellucid.images import open_source
from pellucid.images.shrinking import small_colour
from pellucid.systems.evidence import Evidence, Table
from pellucid.systems.measured import confusion, difference, differences, in_words
from pellucid.systems.results import Results, Trained
from pellucid.words import count, percent

CLASSES = ("airplane", "automobile", "bird")
PUBLISHED = np.array([[741, 104, 155], [55, 899, 46], [104, 76, 820]])  # row the truth, column the answer
BORDER = 4  # pixels at each edge, where what is shown seldom reaches
PLAIN = 0.08  # of the range of brightness
CHANGES = {
    "convolutions": "convolutions before the hidden layers",
    "deeper": "four hidden layers",
    "dropout": "dropout",
    "l2": "L2 penalty",
    "augmented": "pictures mirrored and moved",
    "falling-rate": "ten times the rate, falling to 0",
    "early-stop": "stopped early",
}


def against_the_claim(results: Results) -> Evidence:
    """The published scores of each class beside those found here."""
    runs = results["faithful"]
    counts, names = confusion(runs)
    rows = []
    for place, name in enumerate(names):
        row = [name]
        for published, here in zip(measures(PUBLISHED, place), measures(counts, place)):
            row += [f"{published:.3f}", f"{here:.3f}"]
        rows.append(tuple(row))
    low, high = wilson(int(np.trace(PUBLISHED)), int(PUBLISHED.sum()))
    here = results.mean("faithful")
    verdict = "inside" if low <= here <= high else "outside"
    text = (
        f"Mean of {count(len(runs), 'seed')} here: {percent(here)}. From 82.0 % of 3,000, chance alone "
        f"allows {percent(low)} to {percent(high)} (95 %); {percent(here)} lies {verdict}."
    )
    if here > 0.6:
        text += " The requirement of 60 % is met in either case."
    headings = ("class", "precision, published", "here", "recall, published", "here", "F1, published", "here")
    return Evidence(text, Table(headings, tuple(rows)))


def measures(counts: np.ndarray, place: int) -> tuple[float, float, float]:
    """Precision, recall and F1 of one class, from a confusion matrix; 0 where nothing was answered."""
    right, predicted, true = counts[place, place], counts[:, place].sum(), counts[place].sum()
    return right / max(predicted, 1), right / max(true, 1), 2 * right / max(predicted + true, 1)


def precision(runs: Sequence[Trained]) -> str:
    """Of each class, over all seeds, as it was published."""
    return _of_each_class(runs, 0)


def recall(runs: Sequence[Trained]) -> str:
    """The same."""
    return _of_each_class(runs, 1)


def f1(runs: Sequence[Trained]) -> str:
    """The same."""
    return _of_each_class(runs, 2)


def _of_each_class(runs: Sequence[Trained], measure: int) -> str:
    counts, names = confusion(runs)
    return ", ".join(f"{measures(counts, place)[measure]:.3f}" for place in range(len(names)))


def balance(results: Results) -> Evidence:
    """How many pictures of each class there are, in training and in test."""
    source = open_source("cifar-10", classes=CLASSES)
    parts = {part: np.bincount(source.labels[source.split == part], minlength=len(CLASSES)) for part in ("train", "test")}
    rows = tuple((name, f"{parts['train'][k]:,}", f"{parts['test'][k]:,}") for k, name in enumerate(source.classes))
    equal = all(len(set(counts)) == 1 for counts in parts.values())
    text = "The counts are equal, so imbalance explains nothing." if equal else "The counts differ."
    return Evidence(text, Table(("class", "training pictures", "test pictures"), rows))


def analysis(results: Results) -> Evidence:
    """The performance of the published network in words: which classes are confused, and whether it learned by heart."""
    runs = results["faithful"]
    counts, names = confusion(runs)
    per_run = counts / len(runs)
    mistakes = per_run.sum() - np.trace(per_run)
    pairs = sorted(((per_run[a, b] + per_run[b, a], names[a], names[b]) for a in range(len(names)) for b in range(a)), reverse=True)
    most, first, second = pairs[0]
    recalls = {name: measures(counts, place)[1] for place, name in enumerate(names)}
    best, worst = max(recalls, key=recalls.get), min(recalls, key=recalls.get)
    sentences = [
        f"{percent(results.mean('faithful'))} of {runs[0].n:,} test pictures are named right; guessing would get "
        f"{percent(1 / len(names))}.",
        f"Best found is {best} ({percent(recalls[best])}), least {worst} ({percent(recalls[worst])}).",
        f"Of {mistakes:.0f} mistakes {most:.0f} ({percent(most / mistakes)}) are between {first} and {second}."
        if mistakes
        else "No class is taken for another.",
        _fit(runs),
        _curve(runs[0].epochs_log()),
    ]
    cells = most_confused(counts, 6)
    rows = tuple((names[true], names[answer], f"{n / len(runs):.0f}") for true, answer, n in cells)
    return Evidence(" ".join(sentences), Table(("is", "taken for", "pictures, mean over seeds"), rows))


def _fit(runs) -> str:
    """Does it learn by heart, or too little?"""
    train, test = (statistics.fmean(values) for values in zip(*((run.train_accuracy, run.accuracy) for run in runs)))
    both = f"Training pictures: {percent(train)} right, test pictures: {percent(test)}"
    if train - test > 0.02:
        return f"{both}. The gap of {100 * (train - test):.1f} points is what was learned by heart."
    return f"{both}. The gap is small: what holds it back is that it learned too little, not that it learned by heart."


def _curve(epochs: list[dict]) -> str:
    """Was the training finished?"""
    losses = [epoch["loss"] for epoch in epochs]
    text = f"The training loss went from {losses[0]:.3f} to {losses[-1]:.3f} in {len(losses)} epochs"
    tenth = max(1, len(losses) // 10)
    if len(losses) > tenth and losses[-1] < 0.98 * losses[-1 - tenth]:
        return f"{text} and was still falling."
    return f"{text} and had nearly stopped falling."


def alike(results: Results) -> Evidence:
    """Which classes have plain borders, and which class the most similar training picture of a test picture belongs to."""
    source = open_source("cifar-10", classes=CLASSES)
    train, test = source.split == "train", source.split == "test"
    plain = _plain_borders(source.images[train])
    truth, neighbour = source.labels[test], source.labels[train][_most_similar(source.images[test], source.images[train])]
    rows = []
    for label, name in enumerate(source.classes):
        shares = [percent(np.mean(neighbour[truth == label] == other)) for other in range(len(CLASSES))]
        rows.append((name, percent(plain[source.labels[train] == label].mean()), *shares))
    headings = ("class", "plain border", *(f"most like one of {name}" for name in source.classes))
    return Evidence(
        f"A border is called plain where the brightness of its outermost {BORDER} pixels differs by less than {percent(PLAIN)} of "
        "the range (standard deviation), as before the sky. And for each test picture the most similar training picture was looked "
        "up, both shrunk to 8 × 8 pixels: the class that it shows is the one that pixels alone suggest.",
        Table(headings, tuple(rows)),
    )


def _plain_borders(images: np.ndarray) -> np.ndarray:
    """Whether the border (N,) of each picture has one brightness."""
    border = np.ones(images.shape[1:3], bool)
    border[BORDER:-BORDER, BORDER:-BORDER] = False
    return images[:, border].mean(axis=2).std(axis=1) < 255 * PLAIN


def _most_similar(pictures: np.ndarray, others: np.ndarray) -> np.ndarray:
    """For each picture the number of the other one that is nearest to it, both as thumbnails of 8 x 8 pixels."""
    a, b = ((small_colour(images, 8) / 255).reshape(len(images), -1) for images in (pictures, others))
    return np.argmin((b * b).sum(axis=1) - 2 * a @ b.T, axis=1)


def watched(results: Results) -> Evidence:
    """What the loss on held-back pictures did while the training loss fell."""
    log = results.first("early-stop").epochs_log()
    losses = [epoch["validation_loss"] for epoch in log]
    best = losses.index(min(losses))
    gap = difference(results, "early-stop", "faithful")
    text = (
        f"First seed: on held-back pictures the loss was lowest after epoch {best + 1} of {len(log)}, {losses[best]:.3f}; at the "
        f"end it was {losses[-1]:.3f}, while that on training pictures had gone to {log[-1]['loss']:.3f}."
    )
    more = f"{gap} points{'' if gap.seeds < 2 else ' (± 95 %)'}, {in_words(gap)}"
    return Evidence(f"{text} Test accuracy of those weights beside the last ones, with a tenth fewer pictures: {more}.")


def enhancements(results: Results) -> Evidence:
    """Each change alone, then all that help together."""
    table, found = differences(results, CHANGES, "faithful")
    helped = sorted((gap.mean, CHANGES[name]) for name, gap in found.items() if gap.shown and gap.mean > 0)
    seeds = max((gap.seeds for gap in found.values()), default=0)
    text = f"One thing is changed at a time, with the starts of the published network, {count(seeds, 'seed')}."
    if helped:
        gain, most = helped[-1]
        text += f" What helps most is {most}: {100 * gain:.1f} points."
    elif seeds > 1:
        text += " None of them helps more than chance would."
    return Evidence(text, table)
