"""What a trained model answers."""

from pydantic import Field

from pellucid.recipes.kinds import Fraction, Section


class Answers(Section):
    """Which pictures the trained model refuses to answer. Refusals change no score: accuracy is given with and without them."""

    abstain_at_risk: Fraction = Field(
        0.0,
        description='"not sure" below a threshold above which at most this share of the answers is wrong, chosen on the '
        "validation pictures with 95 % confidence; 0: no threshold",
    )
    none_of_these: bool = Field(
        True, description='"none of these" for pictures unlike all training pictures; about 1 % of ordinary ones are too'
    )
