"""Golden runs: the losses of ten epochs on the digits of scikit-learn. A refactoring leaves them alone.

A change that is meant to move them (of an initialiser, of the random numbers, of an optimiser's definition) says so in
the changelog; `python -m tests.test_golden` prints the new ones. Between BLAS kernels they differ by 1e-7.
"""

import numpy as np
import pytest

from pellucid.nn import Network, SoftmaxCrossEntropy, presets
from pellucid.optim import SGD, Adam, Update, schedules
from pellucid.training import fit
from tests.problems import Batches, digits

RUNS = {  # name: (layers, optimiser, learning rate)
    "64-32-10, SGD": (presets.mlp([32], 10), SGD, 0.1),
    "64-32-10, dropout 0.2, Adam": (presets.mlp([32], 10, dropout=0.2), Adam, 0.003),
}
GOLDEN = {
    "64-32-10, SGD": [
        1.895797, 1.134489, 0.675941, 0.4530858, 0.3449676, 0.2798935, 0.2399837, 0.208616, 0.1854563, 0.1695138
    ],
    "64-32-10, dropout 0.2, Adam": [
        1.978444, 1.217311, 0.7875223, 0.5647064, 0.464527, 0.3741949, 0.3281161, 0.2860346, 0.2510232, 0.2420987
    ],
}  # fmt: skip


def losses(name):
    """The training losses of ten epochs with seed 0, on the first 1,437 digits in batches of 32."""
    layers, optimizer, rate = RUNS[name]
    network = Network(layers, (64,), seed=0)
    batches = Batches(*(part[:1437] for part in digits()), 32, seed=0)
    run = fit(
        network,
        SoftmaxCrossEntropy(),
        Update(optimizer(network)),
        batches,
        epochs=10,
        schedule=schedules.constant(rate),
    )
    return [epoch.loss for epoch in run]


@pytest.mark.parametrize("name", RUNS)
def test_golden_losses(name):
    np.testing.assert_allclose(losses(name), GOLDEN[name], rtol=1e-4)


if __name__ == "__main__":
    for name in RUNS:
        print(name, [float(f"{loss:.7g}") for loss in losses(name)])  # noqa: T201
