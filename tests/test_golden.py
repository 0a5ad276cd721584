"""Golden runs: the losses of ten epochs on the digits of scikit-learn, for each preset. Refactorings leave them alone.

A change that is meant to move them (of an initialiser, of the random numbers, of an optimiser's definition) says so in
the changelog; `python -m tests.test_golden` prints the new ones. Between BLAS kernels they differ by 1e-7.
Convolutional presets run on the reference kernels: the compiled ones are held to those one by one (tests/kernels), and over ten
epochs the rounding of Winograd's transforms, 1e-6 a step, grows to 1e-3.
"""

import numpy as np
import pytest

from pellucid.kernels import reference
from pellucid.nn import MeanSquaredError, Network, SoftmaxCrossEntropy, presets, whiten
from pellucid.optim import SGD, Adam, Muon, Nesterov, Update, schedules
from pellucid.training import fit
from tests.problems import Batches, digits

RUNS = {  # name: (layers, optimiser, learning rate)
    "64-32-10, SGD": (presets.mlp([32], 10), SGD, 0.1),
    "64-32-10, dropout 0.2, Adam": (presets.mlp([32], 10, dropout=0.2), Adam, 0.003),
}
CONVOLUTIONAL = {
    "lenet": (presets.lenet((8, 8, 1), 10), Adam, 0.003),
    "simple_cnn": (presets.simple_cnn((8, 8, 1), 10, width=4), Adam, 0.003),
    "simple_cnn with batch norm": (presets.simple_cnn((8, 8, 1), 10, width=4, batch_norm=True), Adam, 0.003),
    "resnet": (presets.resnet((8, 8, 1), 10, width=4), Nesterov, 0.05),
    "airbench": (presets.airbench((8, 8, 1), 10, width=4), Muon, 0.05),
    "autoencoder": (presets.autoencoder((8, 8, 1), 8, hidden=(32,)), Adam, 0.003),
    "convolutional_autoencoder": (presets.convolutional_autoencoder((8, 8, 1), 8, width=4), Adam, 0.003),
}
GOLDEN = {
    "64-32-10, SGD": [
        1.895797, 1.134489, 0.675941, 0.4530858, 0.3449676, 0.2798935, 0.2399837, 0.208616, 0.1854563, 0.1695138
    ],
    "64-32-10, dropout 0.2, Adam": [
        1.978444, 1.217311, 0.7875223, 0.5647064, 0.464527, 0.3741949, 0.3281161, 0.2860346, 0.2510232, 0.2420987
    ],
    "lenet": [
        2.761934, 2.199729, 2.040361, 1.820036, 1.578818, 1.32773, 1.078312, 0.8636764, 0.6526494, 0.5264827
    ],
    "simple_cnn": [
        2.591625, 2.231022, 2.166012, 2.097348, 2.004158, 1.892305, 1.780237, 1.620956, 1.470469, 1.303788
    ],
    "simple_cnn with batch norm": [
        3.300093, 2.50735, 2.078583, 1.762652, 1.472, 1.289414, 1.11027, 0.9769972, 0.8088496, 0.6914419
    ],
    "resnet": [
        2.577184, 1.815436, 1.371952, 1.034587, 0.7668468, 0.5468737, 0.3489338, 0.2447995, 0.1490448, 0.1024923
    ],
    "airbench": [
        2.252248, 2.111287, 2.053783, 1.994096, 1.940313, 1.897128, 1.862636, 1.839906, 1.799618, 1.772007
    ],
    "autoencoder": [
        0.1774076, 0.1550987, 0.1448302, 0.1358545, 0.1263973, 0.1178423, 0.1098841, 0.1017719, 0.09408483, 0.08726973
    ],
    "convolutional_autoencoder": [
        0.1973669, 0.1750759, 0.1605524, 0.1509771, 0.144348, 0.1388947, 0.1333378, 0.1270525, 0.1201602, 0.1142229
    ],
}  # fmt: skip


def losses(name):
    """The training losses of ten epochs with seed 0, on the first 1,437 digits in batches of 32."""
    layers, optimizer, rate = RUNS[name]
    network = Network(layers, (64,), seed=0)
    x, t = (part[:1437] for part in digits())
    return run(network, SoftmaxCrossEntropy(), optimizer, rate, x, t)


def convolutional_losses(name):
    """The same on the first 96 digits as pictures.

    They are speckled: where neighbouring pixels are equal, the maximum of a window would be found by the last bit.
    """
    layers, optimizer, rate = CONVOLUTIONAL[name]
    x, t = (part[:96] for part in digits())
    x = x.reshape(-1, 8, 8, 1) + 0.2 * np.random.default_rng(0).random((96, 8, 8, 1), np.float32)
    network = Network(layers, (8, 8, 1), seed=0, kernels=reference)
    if name == "airbench":
        whiten(network, x)
    if "autoencoder" in name:
        return run(network, MeanSquaredError(), optimizer, rate, x, x.reshape(96, 64))
    return run(network, SoftmaxCrossEntropy(), optimizer, rate, x, t)


def run(network, loss, optimizer, rate, x, t):
    batches, update = Batches(x, t, 32, seed=0), Update(optimizer(network))
    return [epoch.loss for epoch in fit(network, loss, update, batches, epochs=10, schedule=schedules.constant(rate))]


@pytest.mark.parametrize("name", RUNS)
def test_golden_losses(name):
    np.testing.assert_allclose(losses(name), GOLDEN[name], rtol=1e-4)


@pytest.mark.parametrize("name", CONVOLUTIONAL)
def test_golden_losses_of_convolutional_presets(name):
    np.testing.assert_allclose(convolutional_losses(name), GOLDEN[name], rtol=1e-4)


def test_every_preset_has_its_run():
    named = {name.split()[0] for name in CONVOLUTIONAL} | {"mlp"}
    functions = {name for name, value in vars(presets).items() if getattr(value, "__module__", "") == presets.__name__}
    assert named == {name for name in functions if not name.startswith("_")}


if __name__ == "__main__":
    for name in RUNS:
        print(name, [float(f"{loss:.7g}") for loss in losses(name)])  # noqa: T201
    for name in CONVOLUTIONAL:
        print(name, [float(f"{loss:.7g}") for loss in convolutional_losses(name)])  # noqa: T201
