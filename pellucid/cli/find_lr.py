"""pellucid find-lr."""

import math
from typing import TYPE_CHECKING, Any

from pellucid.cli.arguments import (
    NETWORK,
    PICTURES,
    JsonOption,
    QuietOption,
    RecipeOption,
    SourceArgument,
    with_settings,
)
from pellucid.cli.output import show, show_json, table
from pellucid.cli.progress import shown
from pellucid.errors import RecipeError

if TYPE_CHECKING:
    from pellucid.training import LearningRateSweep

ROWS = 20
BAR = 40  # characters of the longest bar


@with_settings(*NETWORK, *PICTURES)
def find_lr(
    source: SourceArgument = None,
    recipe: RecipeOption = None,
    json: JsonOption = False,
    quiet: QuietOption = False,
    *,
    settings: dict[str, Any],
) -> None:
    """Suggest a learning rate by trying a hundred of them.

    Each rate from 1e-6 to 10 is tried for one step, and the loss at each is shown.
    """
    from pellucid import runs

    with shown(quiet) as progress:
        found = runs.find_learning_rate(source, recipe, progress=progress, **settings)
    if not found.learning_rates:
        raise RecipeError("the loss is no number even before a step; try --set input.normalisation=standard")
    if json:
        show_json(found._asdict())
    else:
        show(chart(found))
        show(f"\nsuggestion: --learning-rate {found.suggestion:.2g}")


def chart(found: "LearningRateSweep") -> str:
    """The loss at about twenty of the rates as bars, the one nearest to the suggestion marked."""
    rates, losses = found.learning_rates, found.losses
    chosen = min(range(len(rates)), key=lambda number: abs(math.log(rates[number] / found.suggestion)))
    step = max(1, len(rates) // ROWS)
    rows = [("rate", "loss", "")]
    for number in range(chosen % step, len(rates), step):  # so that the chosen one is among them
        bar = "█" * round(BAR * losses[number] / max(losses))
        mark = " <- suggestion" if number == chosen else ""
        rows.append((f"{rates[number]:.1e}", f"{losses[number]:.3f}", bar + mark))
    return table(rows, right=(0, 1))
