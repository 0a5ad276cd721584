"""The networks that are measured, described so that each contender can build them in its own way. One more is one entry more.

A layer is a name and its numbers: ("dense", units), ("conv", filters, size, padding), ("norm",), ("relu",), ("pool",) of
2 by 2, ("dropout", rate), ("flatten",).
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field

import numpy as np

PICTURES_BYTES = 17 << 20  # of the uint8 pictures that batches are assembled from: more than the caches hold


@dataclass(frozen=True)
class Workload:
    """A network, its batch and its loss ("softmax", or "sigmoid" for one output).

    goals: how many times as long as pellucid the fastest float32 configuration of a peer is to take, by peer.
    predict_limit: seconds that `Classifier.predict` is to take at most.
    """

    name: str
    in_shape: tuple[int, ...]
    layers: tuple[tuple, ...]
    batch: int
    loss: str = "softmax"
    goals: Mapping[str, float] = field(default_factory=dict)
    predict_limit: float | None = None

    @property
    def convolutional(self) -> bool:
        return any(kind == "conv" for kind, *_ in self.layers)

    @property
    def widths(self) -> tuple[int, ...]:
        """Units from the input to the output, of a network of dense layers."""
        return (math.prod(self.in_shape), *(layer[1] for layer in self.layers if layer[0] == "dense"))

    def steps(self) -> Iterator[tuple[str, tuple, tuple[int, ...]]]:
        """Each layer with the shape that reaches it: (kind, numbers, shape), pictures as (H, W, C)."""
        shape = tuple(self.in_shape)
        for kind, *numbers in self.layers:
            yield kind, tuple(numbers), shape
            shape = out_shape(kind, numbers, shape)

    def data(self, batches: int = 1) -> tuple[np.ndarray, np.ndarray]:
        """x (batches * batch, *in_shape) float32 in [0, 1), and labels int64: the same for every contender."""
        rng = np.random.default_rng(0)
        n, classes = batches * self.batch, self.layers[-1][1]
        return rng.random((n, *self.in_shape), np.float32), rng.integers(0, max(2, classes), n)

    def pictures(self) -> np.ndarray:
        """uint8 pictures (N, *in_shape), some 17 MB of them and at least one batch, for the assembly of batches."""
        count = max(self.batch, PICTURES_BYTES // math.prod(self.in_shape))
        return np.random.default_rng(0).integers(0, 256, (count, *self.in_shape), np.uint8)

    def to_json(self) -> dict:
        return asdict(self)

    @classmethod
    def from_json(cls, values: dict) -> "Workload":
        return cls(**values | {"in_shape": tuple(values["in_shape"]), "layers": tuple(map(tuple, values["layers"]))})


def out_shape(kind: str, numbers, shape: tuple[int, ...]) -> tuple[int, ...]:
    match kind:
        case "dense":
            return (numbers[0],)
        case "conv":
            filters, size, padding = numbers
            lost = 0 if padding == "same" else size - 1
            return (shape[0] - lost, shape[1] - lost, filters)
        case "pool":
            return (shape[0] // 2, shape[1] // 2, shape[2])
        case "flatten":
            return (math.prod(shape),)
    return shape


def perceptron(*widths: int, batch: int, loss: str = "softmax", **goals: float) -> Workload:
    """Dense layers with ReLU between them."""
    layers = [layer for units in widths[1:] for layer in (("dense", units), ("relu",))][:-1]
    return Workload(f"{'-'.join(map(str, widths))}, batch {batch}", (widths[0],), tuple(layers), batch, loss, goals)


def small_cnn(norm: bool) -> Workload:
    """Three times two 3 x 3 convolutions and a pooling."""
    layers = []
    for filters in (32, 64, 128):
        for _ in range(2):
            layers += [("conv", filters, 3, "same"), *([("norm",)] if norm else []), ("relu",)]
        layers.append(("pool",))
    name = f"CNN 32-32-64-64-128-128{' with batch norm' if norm else ''}, 32×32×3, batch 128"
    return Workload(name, (32, 32, 3), (*layers, ("flatten",), ("dense", 10)), 128, goals={"PyTorch": 2, "JAX": 5})


LENET = (
    *(("conv", 6, 5, "same"), ("relu",), ("pool",)),
    *(("conv", 16, 5, "valid"), ("relu",), ("pool",), ("flatten",)),
    *(("dense", 120), ("relu",), ("dense", 84), ("relu",), ("dense", 10)),
)

# https://github.com/pytorch/examples/blob/main/mnist/main.py
MNIST_EXAMPLE = (
    *(("conv", 32, 3, "valid"), ("relu",), ("conv", 64, 3, "valid"), ("relu",), ("pool",), ("dropout", 0.25)),
    *(("flatten",), ("dense", 128), ("relu",), ("dropout", 0.5), ("dense", 10)),
)

STEPS = (
    perceptron(64, 32, 10, batch=32, **{"PyTorch": 15, "JAX": 1.8, "scikit-learn": 12}),
    perceptron(784, 100, 10, batch=64, **{"PyTorch": 4, "JAX": 1.5, "scikit-learn": 5}),
    perceptron(3072, 128, 64, 3, batch=128, **{"PyTorch": 2.5, "JAX": 1.4, "scikit-learn": 4.5}),
    perceptron(8100, 128, 2, batch=32, **{"PyTorch": 2.5, "JAX": 1.2}),
    perceptron(12288, 20, 7, 5, 1, batch=209, loss="sigmoid", **{"PyTorch": 2.5, "JAX": 4}),
    perceptron(784, 512, 512, 10, batch=128, **{"PyTorch": 2.2, "JAX": 1.4, "scikit-learn": 4}),
    perceptron(784, 1024, 1024, 1024, 10, batch=256, **{"PyTorch": 2, "JAX": 1.0}),
    Workload("LeNet-5, 28×28, batch 128", (28, 28, 1), LENET, 128, goals={"PyTorch": 3, "JAX": 4}),
    small_cnn(norm=False),
    small_cnn(norm=True),
    Workload("PyTorch's MNIST example, batch 64", (28, 28, 1), MNIST_EXAMPLE, 64, goals={"PyTorch": 2.5}),
)

FORWARD = (
    Workload(
        "784-100-10, 1 picture",
        (784,),
        perceptron(784, 100, 10, batch=1).layers,
        1,
        goals={"PyTorch": 5, "ONNX Runtime": 1.5},
        predict_limit=60e-6,
    ),
    Workload("784-100-10, 1,000 pictures", (784,), perceptron(784, 100, 10, batch=1).layers, 1000),
    Workload("LeNet-5, 1 picture", (28, 28, 1), LENET, 1),
    Workload("LeNet-5, 1,000 pictures", (28, 28, 1), LENET, 1000),
    Workload("CNN 32-32-64-64-128-128, 1 picture", (32, 32, 3), small_cnn(norm=False).layers, 1),
    Workload("CNN 32-32-64-64-128-128, 1,000 pictures", (32, 32, 3), small_cnn(norm=False).layers, 1000),
)
