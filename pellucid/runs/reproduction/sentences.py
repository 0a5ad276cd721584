"""What came out of a reproduction, in sentences."""

from collections.abc import Iterator, Sequence

from pellucid.evaluation import decimals
from pellucid.runs.reproduction.reproduction import Reproduction, Row
from pellucid.systems import Claim
from pellucid.words import count, listing, part_word, percent, points


def sentences(reproduction: Reproduction) -> Iterator[str]:
    """What came out, in words; of a quick run nothing can be said."""
    rows = {row.variant.name: row for row in reproduction.rows}
    published = rows.get(reproduction.plan.system.published.name)
    if reproduction.plan.quick:
        return
    if published and published.mean is not None:
        claimed = next((claim for claim in reproduction.plan.system.claims if claim.share is not None), None)
        yield _beside_the_claim(published, claimed)
    best = best_of(reproduction.rows)
    if best and published and published.mean is not None:
        more = best.mean - published.mean
        yield (
            f"The best of the improved recipes, “{best.variant.title}”, names {right(best)} right: "
            f"{points(more)} {'more' if more > 0 else 'less'} than the published one."
        )
    if goals := sum(variant.goal is not None for variant in reproduction.plan.system.variants):
        yield _about_goals(goals, [row for row in rows.values() if row.reached is not None])


def best_of(rows: Sequence[Row]) -> Row | None:
    """Of the variants that contend, that with the highest mean on test pictures; None where there is none."""
    contending = [row for row in rows if row.variant.contends and row.mean is not None]
    return max(contending, key=lambda row: row.mean, default=None)


def right(row: Row) -> str:
    """The mean accuracy as "97.3 %"."""
    return percent(row.mean, decimals(row.n))


def score(row: Row) -> str:
    """The same, or of an autoencoder "95.1 % of the variance"; a dash where nothing was measured."""
    if row.mean is not None:
        return right(row)
    return "–" if row.explained is None else f"{percent(row.explained)} of the variance"


def pictures(row: Row) -> str:
    """What it was measured on: "360 test pictures"."""
    return count(row.n, f"{part_word(row.runs[0].part)} picture")


def _about_goals(goals: int, tested: Sequence[Row]) -> str:
    """How many of a system's goals were tested here, and which of those were missed."""
    missed = [f"“{row.variant.title}” ({right(row)} of {_goal(row)})" for row in tested if not row.reached]
    if len(tested) < goals:
        return _about_some_goals(goals, len(tested), missed)
    if missed:
        return f"{_of(goals)}, {len(missed)} {'is' if len(missed) == 1 else 'are'} missed: {listing(missed)}."
    if goals == 1:
        return "The goal that was set before is reached."
    return f"{'Both' if goals == 2 else f'All {goals}'} goals that were set before are reached."


def _about_some_goals(goals: int, tested: int, missed: Sequence[str]) -> str:
    """The same where not every variant with a goal was trained."""
    if not tested:
        return f"{_of(goals)}, none was tested here."
    outcome = "and reached" if tested == 1 else "and all of them reached"
    if missed:
        outcome = f"and {'missed' if tested == 1 else f'{len(missed)} of them missed'}: {listing(missed)}"
    others = "the other one is" if goals - tested == 1 else f"the other {goals - tested} are"
    was = "was" if tested == 1 else "were"
    return f"{_of(goals)}, {tested} {was} tested here, {outcome}; {others} for variants that were not trained."


def _of(goals: int) -> str:
    return f"Of {count(goals, 'goal')} that {'was' if goals == 1 else 'were'} set before"


def _beside_the_claim(row: Row, claimed: Claim | None) -> str:
    seeds = f", the mean of {len(row.runs)} random starts (deviation {points(row.spread)})" if row.spread is not None else ""
    found = f"The published recipe names {right(row)} of {pictures(row)} right here{seeds}."
    if claimed is None:
        return found
    low, high = row.interval
    if low <= claimed.share <= high:
        return f"{found} The claim of {claimed.value} fits: on {pictures(row)} the two cannot be told apart."
    away = "below" if row.mean < claimed.share else "above"
    return f"{found} That is {points(row.mean - claimed.share)} {away} the claim of {claimed.value}, more than chance explains."


def _goal(row: Row) -> str:
    return percent(row.variant.goal, decimals(row.n))
