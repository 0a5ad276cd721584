"""pellucid: the steps of `training.fit`, NaN guard and count of hits included; batches of `images.Batches`; answers."""

import tempfile
from pathlib import Path

import numpy as np

import pellucid
from pellucid import kernels, machine
from pellucid.images import InputSpec
from pellucid.images.batches import Batches
from pellucid.nn import Network, losses
from pellucid.nn.layers import Activation, BatchNorm, Conv2D, Dense, Dropout, Flatten, MaxPool2D
from pellucid.optim import Adam, Update, schedules
from pellucid.training import fit

kernels.select(np.dtype(np.float32))  # loads Numba, which counts as an import as torch does

LOSSES = {"softmax": losses.SoftmaxCrossEntropy, "sigmoid": losses.BinaryCrossEntropy}


class SameBatch:
    """An epoch of `steps` batches that are all the same, so that assembling them takes no time."""

    def __init__(self, batch, steps: int):
        self.batch, self.steps = batch, steps

    def __len__(self):
        return self.steps

    def epoch(self, number: int):
        for _ in range(self.steps):
            yield self.batch


def layers_of(workload) -> list:
    """The workload's layers; a ReLU right after a dense or convolution layer is a part of it."""
    layers, kinds = [], [kind for kind, *_ in workload.layers]
    for (kind, numbers, _), after in zip(workload.steps(), [*kinds[1:], ""]):
        activation = "relu" if after == "relu" else "linear"
        match kind:
            case "dense":
                layers.append(Dense(*numbers, activation))
            case "conv":
                filters, size, padding = numbers
                layers.append(Conv2D(filters, size, padding=padding, activation=activation, bias=after != "norm"))
            case "norm":
                layers += [BatchNorm(), Activation("relu")]  # a ReLU always follows
            case "pool":
                layers.append(MaxPool2D(2))
            case "dropout":
                layers.append(Dropout(*numbers))
            case "flatten":
                layers.append(Flatten())
    return layers


def network_of(workload, kernel_set=None) -> Network:
    return Network(layers_of(workload), workload.in_shape, kernels=kernel_set)


def step(workload, kernels=None):
    x, labels = workload.data()
    network = network_of(workload, reference_or_default(kernels))
    loss, update, schedule = LOSSES[workload.loss](), Update(Adam(network)), schedules.constant(1e-3)

    def run(steps: int) -> None:
        for _ in fit(network, loss, update, SameBatch((x, labels, None), steps), epochs=1, schedule=schedule):
            pass

    return run


def assembly(workload, kernels=None):
    pictures = workload.pictures()
    spec = InputSpec(workload.in_shape)
    chosen = network_of(workload, reference_or_default(kernels)).kernels
    labels, all_of_them = np.zeros(len(pictures), np.int64), np.arange(len(pictures))
    batches = Batches(pictures, labels, all_of_them, spec, workload.batch, seed=0, kernels=chosen)

    def endless():
        number = 0
        while True:
            yield from batches.epoch(number)
            number += 1

    stream = endless()

    def run(count: int) -> None:
        for _ in range(count):
            next(stream)

    return run


def forward(workload, classifier=False):
    """`network.forward` as it stands, or `predict` of a classifier that was loaded from its file, on uint8 arrays."""
    network = network_of(workload)
    if classifier:
        x, predict = workload.pictures()[: workload.batch], loaded(network).predict
        return lambda times: [predict(x) for _ in range(times)] and None
    x, _ = workload.data()

    def run(times: int) -> None:
        for _ in range(times):
            network.forward(x)

    return run


def loaded(network: Network) -> pellucid.Classifier:
    classes = tuple(f"class {number}" for number in range(network.out_shape[0]))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "model.safetensors")
        pellucid.Classifier(network, InputSpec(network.in_shape), classes).save(path)
        return pellucid.load(path)


def reference_or_default(name):
    return kernels.reference if name == "reference" else None


def blas(kernels=None, **_):
    if kernels == "reference":
        return machine.blas("numpy") | {"threads": 1}  # `fit` holds it to one
    import numba

    return machine.blas("scipy") | {"threads": numba.get_num_threads()}  # those of the kernels
