"""A published gradient beside the right one, and that beside a difference of two losses."""

import math

import numpy as np

from pellucid.nn.losses import SoftmaxCrossEntropy
from pellucid.systems.results import Trained
from pellucid.training.faults import Faults, FaultyNetwork
from pellucid.words import signed

PICTURES = 32  # of noise: a gradient is right or wrong whatever the pictures show
STEP = 1e-5


def compared(trained: Trained, faults: Faults) -> tuple[tuple[str, ...], ...]:
    """A row for each array of a trained network: its name, then how fast the loss changes along the right gradient g / |g|.

    By (f(theta + h g/|g|) - f(theta - h g/|g|)) / 2h, by the right gradient (|g|), and by the one with `faults`. float64.
    """
    network, loss = trained.classifier().network.astype(np.float64), SoftmaxCrossEntropy()
    rng = np.random.default_rng(0)
    x = rng.random((PICTURES, *network.in_shape))
    t = np.arange(PICTURES) % network.out_shape[0]

    def gradient(of):
        _, dz = loss(of.forward(x, keep=True), t)
        of.backward(dz.copy())
        return of.grad.copy()

    right, published = gradient(network), gradient(FaultyNetwork.of(network, faults))
    rows = []
    for slot in network.slots:
        g = right[slot.span]
        direction = g / (math.sqrt(float(g @ g)) or 1.0)
        difference = _difference(network, loss, x, t, slot.span, direction)
        kind = "weights" if slot.name.endswith(".W") else "biases"
        values = (difference, float(g @ direction), float(published[slot.span] @ direction))
        rows.append((f"{kind} of layer {slot.name.partition('.')[0]}", *(signed(value) for value in values)))
    return tuple(rows)


def _difference(network, loss, x, t, span, direction) -> float:
    """How fast the loss changes as the parameters in `span` move along `direction`."""
    start, values = network.theta[span].copy(), []
    for step in (STEP, -STEP):
        network.theta[span] = start + step * direction
        values.append(loss(network.forward(x), t)[0])
    network.theta[span] = start
    return (values[0] - values[1]) / (2 * STEP)
