"""What baselines, calibration, curves and slices say, in plain sentences."""

from collections.abc import Sequence

from pellucid.evaluation import Calibration, Ladder, LearningCurve, Ranking, Slice, decimals
from pellucid.words import SPACE, count, p_value, percent, points, quoted

CALIBRATED = 0.03  # an expected calibration error up to which confidence may be taken at its word
FEW = 100  # answers from which an error of calibration is more than noise


def ladder(found: Ladder, noun: str = "picture") -> str:
    """Whether the network wins against simpler methods."""
    network, best = found.network, found.best
    method = best.name[0].lower() + best.name[1:]
    gain, right = network.accuracy - best.accuracy, percent(best.accuracy, decimals(network.n))
    if found.wins:
        return f"Yes: the network is {points(gain)} better than the best simple method, the {method} ({right})."
    if gain > 0:
        return (
            f"Not shown: the network is {points(gain)} better than the {method} ({right}), which on "
            f"{count(network.n, noun)} chance alone could do."
        )
    if gain == 0:
        return f"No: the {method} has as many right ({right}), and is simpler."
    certain = "" if found.lost else f", though on {count(network.n, noun)} that may be chance"
    return f"No: the {method} is {points(gain)} better ({right}), and simpler{certain}."


def learning_curve(found: LearningCurve, noun: str = "picture") -> str:
    """What twice as many pictures would give, or why that cannot be told."""
    if found.obstacle == "guessing":
        return f"Nobody can tell: with all {noun}s the network is hardly better than guessing, and a curve begins above that."
    if found.obstacle == "few sizes":
        return f"Nobody can tell: fewer than three numbers of {noun}s were learned from with success."
    low, high = found.interval
    if found.verdict == "helps":
        least, most = (f"{100 * gain:.1f}" for gain in (low, high))
        reached = f"{percent(found.trainings[-1].accuracy)} now"
        return f"Yes: twice the {noun}s would likely give {least}–{most}{SPACE}points more ({reached})."
    if found.verdict == "hardly":
        return f"Hardly: twice the {noun}s would likely give at most {points(high)} more."
    answers = count(found.trainings[-1].answers, noun)
    return (
        f"Not known: twice the {noun}s may give nothing, and may give {points(high)} more; a test on {answers} and "
        f"{count(len(found.trainings), 'training')} cannot tell."
    )


def calibration(found: Calibration) -> str:
    """How far confidence and accuracy lie apart."""
    if found.n < FEW:
        return (
            f"On {count(found.n, 'picture')} nobody can tell: it is {percent(found.confidence)} sure on average, and "
            f"{percent(found.accuracy)} of its answers are right; some {FEW} and more would show it."
        )
    both = f"On average it is {percent(found.confidence)} sure, and {percent(found.accuracy)} of its answers are right"
    if found.error <= CALIBRATED:
        return f"{both}: its confidence can be taken at its word (expected calibration error {percent(found.error)})."
    gap = found.confidence - found.accuracy
    lean = "it promises too much" if gap > found.error / 2 else "it knows more than it claims" if -gap > found.error / 2 else ""
    verdict = lean or "too much in some places and too little in others"
    return f"{both}: {verdict} (expected calibration error {percent(found.error)})."


def temperature(found: Calibration, noun: str = "picture") -> str:
    """What the temperature did."""
    if not found.fitted_on:
        return "No temperature was fitted."
    change = "less" if found.temperature > 1 else "more"
    return (
        f"Outputs are divided by the temperature {found.temperature:.2f}, fitted on "
        f"{count(found.fitted_on, f'validation {noun}')}: it makes the network {change} sure and changes no "
        f"answer. Without it the error would be {percent(found.error_before)}."
    )


def ranking_facts(found: Ranking) -> list[tuple[str, str]]:
    """(term, text) of areas, top-k and log-loss."""
    rows = []
    if found.roc:
        of = "" if len(found.roc) == 1 else ", mean over the classes"
        least = min(found.roc, key=lambda curve: curve.area)
        worst = f"; least for {quoted(least.name)}, {least.area:.4f}" if len(found.roc) > 1 else f" for {quoted(least.name)}"
        meaning = "how often a picture of the class is ranked above one of another"
        rows.append(("Area under ROC", f"{found.roc_area:.4f}{of}{worst}: {meaning}"))
        rows.append(("Average precision", f"{found.average_precision:.4f}{of}"))
    rows += [(f"Top {k}", f"{percent(share)} have the true class among the {k} most probable") for k, share in found.top.items()]
    rows.append(("Log-loss", f"{found.log_loss:.4f}: the mean of −log of the probability given to the true class"))
    return rows


def worse_slices(found: Sequence[Slice], noun: str = "picture") -> list[str]:
    """A sentence for each part that is worse than the rest, beyond chance and the mixture of its classes; the worst first."""
    return [_worse_than_the_rest(each, len(found), noun) for each in sorted(found, key=lambda each: each.corrected) if each.worse]


def _worse_than_the_rest(found: Slice, looked_at: int, noun: str) -> str:
    name = found.name.replace(" %", f"{SPACE}%")
    return (
        f"Worse than the rest: {found.kind} “{name}”. Of these {count(found.n, noun)} {percent(found.accuracy)} are right, of "
        f"the other {found.others:,} {percent(found.others_accuracy)}; neither chance nor the mixture of classes explains it "
        f"({p_value(found.corrected)}, corrected for {looked_at} parts that were looked at)."
    )


def no_worse_slice(noun: str = "picture") -> str:
    """What is said of slices that are all alike."""
    return f"No part of the {noun}s is worse than the rest by more than chance and the mixture of classes would make it."
