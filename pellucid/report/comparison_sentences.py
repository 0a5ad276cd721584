"""What a comparison of runs says, in plain sentences."""

from pellucid.evaluation import ComparedPair, ComparedRun, Comparison, decimals
from pellucid.evaluation.comparison import LEVEL
from pellucid.words import SPACE, count, listing, number, p_value, percent, points, quoted, signed

_PAIRS = 3  # up to so many pairs each has its sentence; of more, the best run is set beside the others
_MORE = 1.1  # times as many parameters or seconds from which it is said
_NAMED = 3  # up to so many settings that differ are named
_TOO_FEW = 5  # pictures that tell two runs apart: even if all spoke for one, coins would do so in more than 5 % of cases


def headline(comparison: Comparison) -> str:
    """The verdict in one line."""
    if len(comparison.runs) > 2:
        return _leader(comparison)
    [pair] = comparison.pairs
    if pair.pairing is None:
        return "These two cannot be tested against each other"
    if pair.better is None:
        return f"These two cannot be told apart on {count(pair.pairing.n, comparison.noun)}"
    return f"{quoted(pair.better.name)} is better by {points(pair.pairing.difference)}"


def _leader(comparison: Comparison) -> str:
    """The same of three runs and more."""
    best, tested = _best(comparison), []
    if best:
        tested = [pair for pair in comparison.tested if best in (pair.first, pair.second)]
    equal = [pair for pair in tested if pair.better is not best]
    if not tested:
        return f"{len(comparison.runs)} runs side by side"
    if equal:
        return f"{quoted(best.name)} leads, but {count(len(equal), 'other')} cannot be told apart from it"
    return f"{quoted(best.name)} is the best of {len(tested) + 1}"


def findings(comparison: Comparison) -> list[str]:
    """All sentences, the most important first."""
    pairs, noun = comparison.pairs, comparison.noun
    if len(pairs) <= _PAIRS:
        sentences = [verdict(pair, len(comparison.tested), noun) for pair in pairs]
    else:
        sentences = against_the_best(comparison)
    sentences += [
        few_in_common(comparison),
        matched_by_name(comparison),
        folds(comparison),
        picked(comparison),
        settings(comparison),
        cost(comparison),
    ]
    return [sentence for sentence in sentences if sentence]


def verdict(pair: ComparedPair, tests: int = 1, noun: str = "picture") -> str:
    """Which of two runs is better, or why nobody can tell. tests: pairs that were looked at."""
    first, second = quoted(pair.first.name), quoted(pair.second.name)
    found = pair.pairing
    if found is None:
        return f"{first} and {second} cannot be tested against each other: {pair.reason}."
    pictures = count(found.n, f"common test {noun}")
    if not found.differing:
        return f"{first} and {second} are right and wrong on the very same of {pictures}: nothing tells them apart."
    counts = f"{first} alone is right on {found.first:,}, {second} alone on {found.second:,}"
    corrected = f" after correction for {tests} pairs" if tests > 1 else ""
    if pair.better:
        better, other = (first, second) if pair.better is pair.first else (second, first)
        return (
            f"{better} is better than {other}: of {pictures}, {counts}. That is {points(found.difference)} more "
            f"(95{SPACE}% interval {range_of(pair)}); equally good runs would rarely differ so much "
            f"({p_value(pair.corrected)}{corrected})."
        )
    if found.p < LEVEL:
        return (
            f"{first} and {second} may differ, but it is not shown: of {pictures}, {counts}. Alone that would be rare "
            f"({p_value(found.p)}); among {tests} pairs it is not ({p_value(pair.corrected)})."
        )
    if found.differing <= _TOO_FEW:
        why = f"so few that coins could have done it ({p_value(found.p)})"
    else:
        why = f"equally good runs would often differ so much ({p_value(found.p)})"
    return f"{first} and {second} cannot be told apart on {pictures}: {counts}; {why}. {_hidden(pair)}"


def _hidden(pair: ComparedPair) -> str:
    """How large a difference the pictures leave open."""
    low, high = pair.pairing.interval
    first, second = quoted(pair.first.name), quoted(pair.second.name)
    if low < 0 < high:
        return f"In truth {first} may be up to {points(high)} better, or {second} up to {points(low)}."
    better = first if high > 0 else second
    low, high = sorted((abs(low), abs(high)))
    return f"In truth {better} may be {points(low)} to {points(high)} better."


def against_the_best(comparison: Comparison) -> list[str]:
    """The run with the highest accuracy beside all others."""
    best = _best(comparison)
    if best is None:
        return []
    lines = [f"{quoted(best.name)} has the highest accuracy, {percent(best.score['accuracy'], decimals(best.score['n']))}."]
    beaten, equal, reasons = [], [], {}
    for pair in comparison.pairs:
        if best not in (pair.first, pair.second):
            continue
        other = pair.second if pair.first is best else pair.first
        if pair.pairing is None:
            reasons.setdefault(pair.reason, []).append(quoted(other.name))
        elif pair.better is best:
            beaten.append(quoted(other.name))
        else:
            equal.append(quoted(other.name))
    if beaten:
        lines.append(f"On common test {comparison.noun}s it is better than {listing(beaten)}, beyond what chance does.")
    if equal:
        lines.append(f"From {listing(equal)} it cannot be told apart.")
    lines += [f"It cannot be tested against {listing(names)}: {reason}." for reason, names in reasons.items()]
    return lines


def _best(comparison: Comparison) -> ComparedRun | None:
    """The run with the highest accuracy; of equals the one that can be tested against more."""
    named = [run for run in comparison.runs if run.classes]
    tests = {run.name: sum(run in (pair.first, pair.second) for pair in comparison.tested) for run in named}
    return max(named, key=lambda run: (run.score["accuracy"], tests[run.name]), default=None)


def few_in_common(comparison: Comparison) -> str:
    """Where splits differ, only part of the test pictures is common."""
    short = [pair for pair in comparison.tested if pair.pairing.n < min(len(pair.first.answers), len(pair.second.answers))]
    if not short:
        return ""
    pair = min(short, key=lambda pair: pair.pairing.n)
    of = min(len(pair.first.answers), len(pair.second.answers))
    which = "" if len(comparison.runs) == 2 else f" of {quoted(pair.first.name)} and {quoted(pair.second.name)}"
    return (
        f"Only {pair.pairing.n:,} of {count(of, f'test {comparison.noun}')}{which} are common, for the splits differ: with the "
        "same seed and shares, or a test part of its own in the data, all of them are."
    )


def matched_by_name(comparison: Comparison) -> str:
    """Where the pixels do not say that the pictures are the same."""
    pairs = [pair for pair in comparison.tested if pair.by_name]
    if not pairs:
        return ""
    resized = all(pair.first.shape != pair.second.shape for pair in pairs)
    why = "were read at another size" if resized else "changed between the runs, or were read otherwise"
    return f"Common {comparison.noun}s were found by their names and labels, for they {why}."


def folds(comparison: Comparison) -> str:
    """Where folds were answered by networks that were not kept."""
    names = [quoted(run.name) for run in comparison.runs if run.part == "cross-validation"]
    if not names or not comparison.tested:
        return ""
    return (
        f"The answers of {listing(names)} are those of the networks of the folds, which had not seen the {comparison.noun}s: "
        "what is compared is the recipe, not the one network that was kept."
    )


def picked(comparison: Comparison) -> str:
    """Whoever picks the best of many by their test pictures has made a choice by them."""
    named = [run for run in comparison.runs if run.classes and run.part == "test"]
    if len(named) < 3:
        return ""
    return (
        f"Picked as the best of {len(named)} by the test {comparison.noun}s, a run scores a little higher than it will on new "
        "ones. Choose by the validation part, and look at the test once."
    )


def settings(comparison: Comparison) -> str:
    """How the recipes differ."""
    found = comparison.differences
    keys = list(found)
    if not keys:
        same = len({run.data_sha256 for run in comparison.runs}) == 1
        return f"All settings are the same{', and so are the data' if same else '; the data differ'}."
    if keys == ["training.seed"]:
        return "The runs differ in the seed alone, so whatever lies between them is luck."
    if len(keys) == 1:
        return f"One setting differs: `{keys[0]}`."
    named = "; they are listed below" if len(keys) > _NAMED else f": {listing([f'`{key}`' for key in keys])}"
    return f"{len(keys)} settings differ{named}."


def cost(comparison: Comparison) -> str:
    """Parameters and training time of two runs."""
    if len(comparison.runs) != 2:
        return ""
    said: dict[str, list[str]] = {}
    measures = (("has", lambda run: run.parameters, "as many parameters"), ("trained", lambda run: run.seconds, "as long"))
    for verb, measure, what in measures:
        small, large = sorted(comparison.runs, key=measure)
        if measure(small) and measure(large) >= _MORE * measure(small):
            times = number(round(measure(large) / measure(small), 1))
            said.setdefault(large.name, []).append(f"{verb} {times} times {what}")
    return f"{listing([f'{quoted(name)} {listing(parts)}' for name, parts in said.items()])}." if said else ""


def range_of(pair: ComparedPair) -> str:
    """The interval of the difference in points, seen from the better of the two."""
    low, high = pair.pairing.interval
    if pair.pairing.difference < 0:
        low, high = -high, -low
    return f"{signed(100 * low, 1)} to {signed(100 * high, 1)}"
