"""What the numbers say, in plain sentences.

Each function is pure: from data to one sentence, or to "" where there is nothing to say. A difference is only called
one where the interval allows it.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np

from pellucid.evaluation import Scores, decimals, most_confused
from pellucid.report.data import ReportData
from pellucid.report.worth import worse_slices
from pellucid.words import SPACE, count, listing, number, part_word, percent, points, quoted, shorten

WIDE = 0.03  # half the width of an interval from which more test pictures are advised
FEW = 200  # test pictures below which they are advised too
LEVEL = 0.05  # a loss has levelled when 5 % of its whole fall is left


def question(classes: Sequence[str], noun: str = "picture") -> str:
    """The question that the network was trained to answer."""
    verb = "does this picture show" if noun == "picture" else f"is this {noun}"
    if len(classes) > 12:
        return f"Which of these {len(classes)} classes {verb}?"
    return f"Which {verb}: {listing([shorten(name, 24) for name in classes], 'or')}?"


def findings(data: ReportData) -> list[str]:
    """All sentences of a report, the most important first."""
    scores, noun = data.headline, data.noun
    sentences = [
        accuracy(scores, data.part, noun),
        folds(data),
        flattering(data),
        copies_seen(data) if data.seen and not data.seen.inflated else "",
        interval(scores, noun) if data.part != "train" else "",
        baseline(scores, data.part, noun),
        overfitting(data.scores, data.part),
        confusions(scores, noun),
        weakest_class(scores, noun),
        *worse_slices(data.slices, noun),
        loss(data.epochs),
        levelled(data.epochs),
        stopped(data),
        folds_offered(scores, data.folds, noun),
    ]
    return [sentence for sentence in sentences if sentence]


def reconstruction_findings(data: ReportData) -> list[str]:
    """All sentences of the report of an autoencoder."""
    sentences = [given_back(data), reconstruction_gap(data), loss(data.epochs), levelled(data.epochs), stopped(data)]
    return [sentence for sentence in sentences if sentence]


def given_back(data: ReportData) -> str:
    """How much of the pictures comes back, and through how few numbers."""
    scores, numbers = data.headline, math.prod(data.input.shape)
    code = min(math.prod(layer["out_shape"]) for layer in data.layers)
    squeezed = f"{numbers:,} numbers of a picture pass through {code:,}"
    if code >= numbers:
        squeezed = "No layer is narrower than the picture"
    return (
        f"{squeezed}, and {percent(scores.explained)} of the variance of the pixels comes back, on "
        f"{count(scores.n, f'{data.part_word} picture')}: the squared error of a pixel is {number(scores.loss)} where always "
        f"giving the mean picture leaves {number(scores.baseline)} (values from 0 to 1)."
    )


def reconstruction_gap(data: ReportData) -> str:
    """Training error against the error on pictures that were held back."""
    if data.part == "train":
        return "These pictures were learned from, so the error says nothing about new ones; keep some back with --test 0.15."
    train, held_back = data.scores["train"].loss, data.headline.loss
    if held_back <= 1.05 * train:
        return f"On training pictures the error is {number(train)}: no sign of overfitting."
    return f"On training pictures the error is {number(train)}; on new ones it is {held_back / train:.2g} times as large."


def accuracy(scores: Scores, part: str, noun: str = "picture") -> str:
    """How many answers are right."""
    examples = count(scores.n, f"{part_word(part)} {noun}")
    if scores.n == 1:
        return f"The only {part_word(part)} {noun} is named {'correctly' if scores.correct else 'wrongly'}."
    if scores.correct in (0, scores.n):
        all_of = "All of the {} are" if scores.correct else "None of the {} is"
        return f"{all_of.format(examples)} named correctly."
    verb = "is" if scores.correct == 1 else "are"
    return f"{scores.correct:,} of the {examples} {verb} named correctly, which is {_accuracy(scores)}."


def _accuracy(scores: Scores) -> str:
    return percent(scores.accuracy, decimals(scores.n))


def flattering(data: ReportData) -> str:
    """Why the headline promises too much, where nothing was held back for a clean test."""
    if data.part == "train":
        advice = "keep some back with --test 0.15"
        return f"These {data.noun}s were learned from, so the score says nothing about new ones; {advice}."
    if data.part == "validation" and data.best_epoch is not None:
        advice = "--test 0.15 keeps others back"
        return f"The same {data.noun}s chose the best epoch, so the score flatters a little; {advice}."
    return ""


def copies_seen(data: ReportData) -> str:
    """What pictures that were in training too, as copies, do to the score."""
    seen, part = data.seen, data.part_word
    held_back = count(seen.n + seen.others, f"{part} {data.noun}")
    if not seen.others:
        return f"Every one of the {held_back} has a copy among the training {data.noun}s: this measures memory, and nothing else."
    text = (
        f"{seen.n:,} of the {held_back} {'has' if seen.n == 1 else 'have'} a copy among the training {data.noun}s. Of these "
        f"{percent(seen.accuracy)} {'is' if seen.n == 1 else 'are'} right, of the others {percent(seen.others_accuracy)}"
    )
    if seen.inflated:
        return f"The score is inflated. {text}: expect that of new {data.noun}s."
    return f"{text}."


def interval(scores: Scores, noun: str = "picture") -> str:
    """What the interval means."""
    low, high = (percent(end, decimals(scores.n)) for end in scores.interval)
    return (
        f"A test on {count(scores.n, noun)} leaves room for luck: on new {noun}s like these the accuracy lies between "
        f"{low} and {high} (an interval drawn this way holds the true value 95 times in 100)."
    )


def baseline(scores: Scores, part: str, noun: str = "picture") -> str:
    """The network against always answering the class that was most common in training."""
    name, share = scores.majority
    always = f"Always answering {quoted(name)} would be right for {percent(share)} of the {part_word(part)} {noun}s"
    gain = scores.accuracy - share
    low, high = scores.interval
    if low <= share <= high:
        return f"{always}; on this many {noun}s the network cannot be told apart from that."
    if gain < 0:
        return f"{always}; the network is {points(gain)} worse than that, so it has learned nothing of use."
    return f"{always}; the network is {points(gain)} better."


def overfitting(scores: Mapping[str, Scores], part: str) -> str:
    """Training accuracy against the accuracy on pictures that were held back."""
    if part == "train" or "train" not in scores:
        return ""
    train, held_back = scores["train"].accuracy, scores[part].accuracy
    both = f"{_accuracy(scores['train'])} on training against {_accuracy(scores[part])} on {part}"
    gap, (low, high) = train - held_back, scores[part].interval
    if round(gap, 3) <= 0:
        return f"{both}: no sign of overfitting."
    if low <= train <= high:
        return f"{both}: the gap of {points(gap)} is no more than chance could make, so overfitting is not shown."
    return f"{both} is overfitting of {points(gap)}."


def confusions(scores: Scores, noun: str = "picture") -> str:
    """The pairs of classes that are confused most often, with counts."""
    pairs = most_confused(scores.confusion, 3)
    if not pairs:
        return "No class is taken for another." if scores.n > 1 else ""
    most = pairs[0][2]
    if most == 1:
        mistakes = scores.n - scores.correct
        if mistakes <= 3:
            start = "The only mistake takes" if mistakes == 1 else f"The {mistakes} mistakes take"
            return f"{start} {listing([_pair(scores, pair, noun) for pair in pairs])}."
        return f"No two classes are confused more than once; the {mistakes} mistakes are all different."
    repeated = [_pair(scores, pair, noun) for pair in pairs if pair[2] > 1]
    return f"The most frequent {'mistake takes' if len(repeated) == 1 else 'mistakes take'} {listing(repeated)}."


def _pair(scores, pair, noun):
    true, answer, times = pair
    support = scores.per_class[true].support
    return (
        f"{quoted(scores.classes[true])} for {quoted(scores.classes[answer])} "
        f"({times:,}{SPACE}of{SPACE}{count(support, noun)})"
    )


def weakest_class(scores: Scores, noun: str = "picture") -> str:
    """The class of which the smallest share is found."""
    present = [row for row in scores.per_class if row.support]
    if len(present) < 3 or scores.correct == scores.n:
        return ""
    weakest = min(present, key=lambda row: row.recall)
    found = round(weakest.recall * weakest.support)
    share = f"{found:,} of its {count(weakest.support, noun)} ({percent(weakest.recall)})"
    return f"The class found least often is {quoted(weakest.name)}: {share}."


def loss(epochs: Sequence[Mapping]) -> str:
    """The training loss from first to last."""
    losses = [_value(epoch, "loss") for epoch in epochs]
    finite = [value for value in losses if math.isfinite(value)]
    if not finite:
        return "The training loss was never a number; the learning rate is probably far too large." if losses else ""
    if len(finite) < len(losses):
        bad = next(i for i, value in enumerate(losses) if not math.isfinite(value))
        return f"The training loss stopped being a number in epoch {bad + 1}; the parameters are those from before."
    if len(losses) == 1:
        return f"After its single epoch the training loss is {number(losses[0])}."
    first, last = number(losses[0]), number(losses[-1])
    if first == last:
        return f"The training loss stayed at {first} over {len(losses)} epochs: nothing was learned."
    verb = "fell" if losses[-1] < losses[0] else "rose"
    advice = "" if verb == "fell" else "; a smaller learning rate may help"
    return f"The training loss {verb} from {first} in the first epoch to {last} in the last of {len(losses)}{advice}."


def levelled(epochs: Sequence[Mapping]) -> str:
    """When the loss that matters (validation where there is one) stopped falling."""
    which = "validation" if any(epoch.get("validation_loss") is not None for epoch in epochs) else "training"
    key = "validation_loss" if which == "validation" else "loss"
    losses = np.array([_value(epoch, key) for epoch in epochs])
    if len(losses) < 5 or not np.isfinite(losses).all() or losses.min() >= losses[0]:
        return ""
    epoch = int(np.argmax(losses - losses.min() <= LEVEL * (losses[0] - losses.min()))) + 1
    if epoch > 0.9 * len(losses):
        return f"The {which} loss was still falling when training ended: more epochs may help."
    sentence = f"The {which} loss had levelled off by epoch {epoch} of {len(losses)}"
    rise = losses[-1] - losses.min()
    if rise > LEVEL * (losses[0] - losses.min()):
        return f"{sentence}, then rose again from {number(losses.min())} to {number(losses[-1])}."
    return f"{sentence}."


def stopped(data: ReportData) -> str:
    """Whether training ended early, and which weights were kept."""
    done = len(data.epochs)
    if not done:
        return ""
    early = f"Training stopped after {count(done, 'epoch')}" if data.epochs_planned > done else ""
    if early and data.epochs_planned:
        early += f" of {data.epochs_planned:,}"
    if early and data.stopped:
        early += f" because {data.stopped}"
    best = data.best_epoch
    kept = f"he weights kept are those of epoch {best + 1}" if best is not None and best != done - 1 else ""
    if early and kept:
        return f"{early}; t{kept}."
    return f"{early}." if early else (f"T{kept} of {done}." if kept else "")


def folds(data: ReportData) -> str:
    """The score of the folds of a cross-validation, their spread, and whether it is worth more than the headline."""
    if len(data.folds) < 2:
        return ""
    scores = data.scores["cross-validation"]
    low, high = (percent(end, decimals(scores.n)) for end in scores.interval)
    text = (
        f"Over {len(data.folds)} folds, each tested with a network that had not seen it, "
        f"{percent(scores.accuracy, decimals(scores.n))} of {count(scores.n, data.noun)} are right "
        f"(95{SPACE}% interval {low} to {high}); the folds lie between {percent(min(data.folds))} and {percent(max(data.folds))} "
        f"(standard deviation {points(np.std(data.folds, ddof=1))})."
    )
    fewer = data.part != "cross-validation" and data.headline.n < scores.n
    return f"{text} That says more than the {count(data.headline.n, f'{data.part_word} {data.noun}')} above." if fewer else text


def folds_offered(scores: Scores, accuracies: Sequence[float], noun: str = "picture") -> str:
    """Cross-validation, where the test is too small to tell."""
    low, high = scores.interval
    half = (high - low) / 2
    if len(accuracies) > 1 or not (half > WIDE or scores.n < FEW):
        return ""
    return (
        f"The interval is wide (±{points(half)}) because only {count(scores.n, noun)} "
        f"{'was' if scores.n == 1 else 'were'} held back; --folds 5 tests on every {noun} once and narrows it."
    )


def _value(epoch, key):
    value = epoch.get(key)
    return math.nan if value is None else float(value)
