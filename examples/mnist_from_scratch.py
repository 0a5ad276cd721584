"""Handwritten digits by eight dense layers in NumPy alone, with ReLU or sigmoid and the squared error. A picture is a row.

    python examples/mnist_from_scratch.py [--data mnist] [--epochs 20] [--out .]

X (N, 784) holds N pictures of 28 x 28 pixels, T (N, 10) their labels one-hot: digit 3 is 0 0 0 1 0 0 0 0 0 0.
A layer has weights W (inputs, units) and biases b (units,):

    forward    y = f(x W + b)                f(z) = max(z, 0), or f(z) = 1 / (1 + exp(-z))
    loss       L = mean over all N * 10 outputs of (y - T)^2
    backward   dy = 2 (y - T) / (10 N) behind the last layer;     then, in each layer from the last to the first,
               dz = dy f'(z)                 f' = (y > 0), or f' = y (1 - y)
               dW = x^T dz                   db = sum of the rows of dz              dx = dz W^T, the dy of the layer before
    descent    W <- W - rate dW              b <- b - rate db

Two slips keep such a network stuck on one class: T - y in place of y - T climbs the loss, and a layer that descends before
it has computed dx hands on a gradient through weights that were not those of the forward pass.
pellucid finds the same losses (recipe mnist/part-one-mended).
"""

import argparse
import gzip
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

SIZES = (784, 200, 200, 200, 200, 200, 200, 200, 10)
ACTIVATION = "sigmoid"
SPREAD = 0.35  # of the first weights: a sigmoid lets at most 1/4 of a gradient through, 200 weights of this size make up for it
RATE, BATCH, EPOCHS = 3.0, 20, 20
BLUE, ORANGE = "#0072b2", "#d55e00"

ACTIVATIONS = {  # name: f(z), and f' told by y = f(z)
    "relu": (lambda z: np.maximum(z, 0), lambda y: y > 0),
    "sigmoid": (lambda z: 1 / (1 + np.exp(-z)), lambda y: y * (1 - y)),
}


class Dense:
    """y = f(x W + b)."""

    def __init__(self, W, b):
        self.W, self.b = W, b
        self.f, self.slope = ACTIVATIONS[ACTIVATION]

    def forward(self, x):
        self.x, self.y = x, self.f(x @ self.W + self.b)
        return self.y

    def backward(self, dy):
        """Finds dW and db, and changes nothing; returns dx."""
        dz = dy * self.slope(self.y)
        self.dW, self.db = self.x.T @ dz, dz.sum(axis=0)
        return dz @ self.W.T

    def descend(self):
        self.W -= RATE * self.dW
        self.b -= RATE * self.db


def network(rng):
    """The layers, with random weights and biases of 0."""
    weights = [(SPREAD * rng.standard_normal(shape)).astype(np.float32) for shape in pairwise(SIZES)]
    return [Dense(W, np.zeros(W.shape[1], np.float32)) for W in weights]


def forward(layers, x):
    for layer in layers:
        x = layer.forward(x)
    return x


def step(layers, x, T):
    """One step of gradient descent: first all gradients, then all changes. Returns the loss before it."""
    y = forward(layers, x)
    dy = 2 * (y - T) / T.size
    for layer in reversed(layers):
        dy = layer.backward(dy)
    for layer in layers:
        layer.descend()
    return np.mean((y - T) ** 2)


def train(layers, X, T, epochs, rng):
    """Mini-batches, shuffled anew in each epoch. Returns the mean loss of each epoch."""
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(X))
        batches = [order[start : start + BATCH] for start in range(0, len(X), BATCH)]
        losses.append(sum(len(batch) * step(layers, X[batch], T[batch]) for batch in batches) / len(X))
        print(f"epoch {epoch + 1:3}: loss {losses[-1]:.5f}")
    return losses


def read_idx(path):
    """The array in an idx file: two zeros, the type, the number of dimensions, each of them in four bytes, then the bytes."""
    with gzip.open(path) as file:
        content = file.read()
    shape = [int.from_bytes(content[4 + 4 * k : 8 + 4 * k]) for k in range(content[3])]
    return np.frombuffer(content, np.uint8, offset=4 + 4 * len(shape)).reshape(shape)


def read_pictures(folder, part):
    """Pixels (N, 784) in [0, 1], float32, and labels (N,)."""
    pixels = read_idx(folder / f"{part}-images-idx3-ubyte.gz")
    return pixels.reshape(len(pixels), -1).astype(np.float32) / 255, read_idx(folder / f"{part}-labels-idx1-ubyte.gz")


def plot(losses, truth, answers, X, path):
    """The loss; how often each digit is answered (is the network stuck on one?); and the first test pictures."""
    axes = plt.figure(figsize=(13, 4.4)).subplot_mosaic("LLCC0123;LLCC4567")
    axes["L"].plot(np.arange(1, len(losses) + 1), losses, color=BLUE)
    axes["L"].set(title="Loss", xlabel="epoch", ylim=(0, None))
    axes["C"].bar(np.arange(10) - 0.2, np.bincount(truth, minlength=10), 0.4, color=BLUE, label="there")
    axes["C"].bar(np.arange(10) + 0.2, np.bincount(answers, minlength=10), 0.4, color=ORANGE, label="answered")
    axes["C"].set(title="Digits of the test pictures", xticks=range(10))
    axes["C"].legend(loc="lower center")
    for n in range(8):
        axes[str(n)].imshow(X[n].reshape(28, 28), cmap="gray_r")
        axes[str(n)].set_title(f"{answers[n]}, is {truth[n]}", fontsize=9, color="black" if answers[n] == truth[n] else ORANGE)
        axes[str(n)].axis("off")
    plt.tight_layout()
    plt.savefig(path, dpi=120)
    plt.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = Path(os.environ.get("PELLUCID_DATA", ".")) / "mnist"
    parser.add_argument("--data", type=Path, default=folder, help="folder with train-images-idx3-ubyte.gz and the other three")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the plot")
    settings = parser.parse_args()
    if not (settings.data / "train-images-idx3-ubyte.gz").is_file():
        parser.error(f"no train-images-idx3-ubyte.gz in {settings.data}; name the folder of MNIST's four files with --data")
    settings.out.mkdir(parents=True, exist_ok=True)

    (X, labels), (X_test, truth) = read_pictures(settings.data, "train"), read_pictures(settings.data, "t10k")
    rng = np.random.default_rng(0)
    layers = network(rng)
    losses = train(layers, X, np.eye(10, dtype=np.float32)[labels], settings.epochs, rng)
    answers = forward(layers, X_test).argmax(axis=1)
    print(f"accuracy {np.mean(answers == truth):.2%} of {len(truth)} test pictures")
    plot(losses, truth, answers, X_test, settings.out / "mnist_loss.png")


if __name__ == "__main__":
    main()
