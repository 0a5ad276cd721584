"""Worked examples: for every layer that ships, one output and one gradient in numbers that can be checked by hand.

`forward_example(layer, visit)` and `backward_example(layer, visit)` take a `Visit` of a walk; a layer of the user's own gets
one by `forward_example.register`.
"""

from pellucid.explanation.examples import convolution, dense, normalisation, others, pooling  # noqa: F401, registered here
from pellucid.explanation.examples.ends import loss_example, update_example
from pellucid.explanation.examples.example import Example, Grid, Table, backward_example, forward_example
from pellucid.explanation.examples.others import branches

__all__ = [
    "Example",
    "Grid",
    "Table",
    "backward_example",
    "branches",
    "forward_example",
    "loss_example",
    "update_example",
]
