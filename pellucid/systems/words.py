"""Numbers in words, as the findings write them."""


def percent(share: float) -> str:
    """0.725 as "72.5 %"."""
    return f"{100 * share:.1f} %"
