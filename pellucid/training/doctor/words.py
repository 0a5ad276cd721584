"""Numbers and places as the doctor writes them."""

from pellucid.nn.network import Network


def percent(share: float) -> str:
    """0.3333 as "33 %"."""
    return f"{100 * share:.0f} %"


def layer_name(network: Network, position: int) -> str:
    """layer 1 (Dense): counted from 0, as in the names of its arrays, "1.W"."""
    return f"layer {position} ({type(network.layers[position]).__name__})"
