"""What a model refuses to answer and what that gains, in plain sentences."""

from pellucid.evaluation import Answered, Refusals, Scores, decimals, least_pictures
from pellucid.evaluation.abstention import CONFIDENCE
from pellucid.words import SPACE, count, part_word, percent, points

SUREST = 0.9  # the share of answers that is spoken of where no threshold was asked for
OFFERED = (0.02, 0.05, 0.1)  # risks, the first that so many pictures can promise
FEW = 50  # pictures from which a curve is worth looking at


def promised(found: Refusals, noun: str = "picture") -> str:
    """The threshold and how it was chosen; or what one could gain."""
    curve, promise = found.curve, found.promise
    where = f"{count(curve.n, f'{part_word(curve.part)} {noun}')}"
    if promise:
        start = (
            f"Below {percent(promise.threshold)} the answer is “not sure”."
            if promise.threshold
            else "Every answer is given: no threshold is needed."
        )
        return (
            f"{start} Chosen on {where}: {promise.wrong:,} of the {promise.answered:,} answers that are left are wrong, "
            f"which promises with {percent(CONFIDENCE, 0)} confidence that at most {percent(promise.risk)} of those to come are."
        )
    if found.risk:
        return (
            f"A risk of at most {percent(found.risk)} was asked for, and no threshold can promise it on {where}: "
            "none is stored, and every answer is given."
        )
    right = 1 - curve.risk_of_surest(SUREST)
    return (
        f"The network has no threshold and always answers. Of the {where}, {percent(1 - float(curve.risk[-1]))} are named "
        f"correctly; of the surest {percent(SUREST, 0)} alone it would be {percent(right)}. {_offered(curve.n)}"
    )


def _offered(n: int) -> str:
    """A risk that a threshold chosen on `n` pictures can promise."""
    risk = next((risk for risk in OFFERED if n >= least_pictures(risk)), None)
    if risk is None:
        return f"They are too few to choose a threshold: to promise a risk of 10{SPACE}% takes at least {least_pictures(0.1)}."
    return f"`--abstain-at-risk {risk:g}` chooses a threshold above which at most {percent(risk, 0)} are wrong, if there is one."


def gained(scores: Scores, left: Answered, part_word: str, noun: str = "picture") -> str:
    """Accuracy with and without the refused pictures."""
    if not left.given:
        return f"None of the {count(left.n, f'{part_word} {noun}')} is answered."
    low, high = (percent(end, decimals(left.given)) for end in left.interval)
    right = percent(left.accuracy, decimals(left.given))
    of = f"Of the {count(left.n, f'{part_word} {noun}')}, {left.given:,} are answered ({percent(left.coverage)})"
    if left.given == left.n:
        return f"All of the {count(left.n, f'{part_word} {noun}')} are answered; {right} are right."
    gain = left.accuracy - scores.accuracy
    change = f", {points(gain)} {'more' if gain > 0 else 'less'} than" if round(gain, 3) else ", as many as"
    return (
        f"{of}, and {right} of these answers are right (95 % interval {low} to {high})"
        f"{change} if all were answered ({percent(scores.accuracy, decimals(scores.n))})."
    )


def strange(found: Refusals, part_word: str, noun: str = "picture") -> str:
    """What "none of these" means, and how many ordinary pictures it costs."""
    if found.limit is None:
        return ""
    left = found.answered
    return (
        f"A {noun} is “none of these” where the training {noun}s most like it lie further away, as the network's layers see them, "
        f"than for all but 1 % of the validation {noun}s. So {left.strange:,} of the {count(left.n, f'{part_word} {noun}')} "
        f"{'is' if left.strange == 1 else 'are'} refused ({percent(left.strange / left.n)}). "
        "What looks ordinary to the network is still answered, whatever it shows."
    )
