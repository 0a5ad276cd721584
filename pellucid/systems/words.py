"""Numbers in words, as the findings write them."""


def percent(share: float, decimals: int = 1) -> str:
    """0.725 as "72.5 %"."""
    return f"{100 * share:.{decimals}f} %"


def signed(value: float, decimals: int = 4) -> str:
    """-0.0087 as "−0.0087", and 0 without a sign."""
    text = f"{value:+.{decimals}f}".replace("-", "−")
    return text[1:] if float(text[1:]) == 0 else text
