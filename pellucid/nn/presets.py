"""Networks by one call: functions that return a list of layers."""

from collections.abc import Sequence

from pellucid.nn.layer import Layer
from pellucid.nn.layers import Dense, Dropout, Flatten


def mlp(
    hidden: Sequence[int],
    outputs: int,
    *,
    activation: str | Sequence[str] = "relu",
    dropout: float | Sequence[float] = 0.0,
    initialiser: str = "he",
    std: float = 0.01,
    output_activation: str = "linear",
) -> list[Layer]:
    """A multi-layer perceptron: Flatten, then Dense (and Dropout) for each width in `hidden`, then Dense(outputs).

    activation, dropout: one for all hidden layers, or one each. std: for the initialiser "normal" alone.
    Errors: ValueError where their count differs from that of the hidden layers.
    """
    activations, rates = _one_each(activation, hidden, "activation"), _one_each(dropout, hidden, "dropout")
    layers: list[Layer] = [Flatten()]
    for units, name, rate in zip(hidden, activations, rates, strict=True):
        layers.append(Dense(units, name, initialiser=initialiser, std=std))
        if rate:
            layers.append(Dropout(rate))
    layers.append(Dense(outputs, output_activation, initialiser=initialiser, std=std))
    return layers


def _one_each(value, hidden: Sequence[int], name: str) -> list:
    if isinstance(value, str | int | float):
        return [value] * len(hidden)
    if len(value) != len(hidden):
        raise ValueError(f"{len(value)} values of {name} for {len(hidden)} hidden layers; give one, or one for each layer")
    return list(value)
