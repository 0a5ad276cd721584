"""Airplane, automobile or bird: a network of three layers in NumPy alone. A picture is a row.

    python examples/cifar3_from_scratch.py [--data cifar-10-batches-py] [--epochs 50] [--out .]

X (N, 3072) holds N pictures of 32 x 32 pixels in 3 colours, Y (N, 3) their labels one-hot: a bird is 0 0 1.
Layer l of three has weights W (inputs, units) and biases b (units,):

    forward    Z = A W + b, with A of the layer before, or X      A = max(Z, 0), in the last layer P = softmax(Z)
    loss       L = -1/N sum( Y log P )
    backward   dZ = (P - Y) / N in the last layer                 dZ = (dZ of the layer behind W^T) * (A > 0) before it
               dW = A^T dZ, with A of the layer before            db = sum of the rows of dZ
    descent    W <- W - rate dW                                   b <- b - rate db

pellucid finds the same losses (recipe cifar3/faithful).
"""

import argparse
import os
import pickle
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt

CLASSES = ("airplane", "automobile", "bird")  # labels 0, 1 and 2 of CIFAR-10
SIZES = (3072, 128, 64, 3)
RATE, BATCH, EPOCHS = 0.01, 64, 50
BLUE = "#0072b2"


class OnlyArrays(pickle.Unpickler):
    """CIFAR-10 comes as pickles, and reading a pickle runs what it says. This reader makes NumPy arrays and nothing else."""

    def find_class(self, module, name):
        if name in ("_reconstruct", "ndarray", "dtype") and module.split(".")[0] == "numpy":
            return super().find_class(module, name)
        raise pickle.UnpicklingError(f"this file wants {module}.{name}; it is not CIFAR-10")


def read_pictures(folder, names):
    """Pixels (N, 3072) in [0, 1], float32, and labels (N,) of the three classes. Their colours lie one after the other."""
    pixels, labels = [], []
    for name in names:
        with open(folder / name, "rb") as file:
            batch = OnlyArrays(file, encoding="bytes").load()
        truth = np.array(batch[b"labels"])
        pixels.append(batch[b"data"][truth < len(CLASSES)])
        labels.append(truth[truth < len(CLASSES)])
    return np.concatenate(pixels).astype(np.float32) / 255, np.concatenate(labels)


def first_parameters(rng):
    """[W, b] of every layer: weights N(0, 2 / inputs) keep the size of the numbers through ReLU layers (He et al. 2015)."""
    weights = [rng.standard_normal((inputs, units)) * np.sqrt(2 / inputs) for inputs, units in pairwise(SIZES)]
    return [[W.astype(np.float32), np.zeros(W.shape[1], np.float32)] for W in weights]


def forward(parameters, X):
    """The outputs A of every layer, X first, and Z of the last one."""
    A = [X]
    for W, b in parameters:
        Z = A[-1] @ W + b
        A.append(np.maximum(Z, 0))
    return A, Z


def log_softmax(Z):
    """log( e^z_k / sum_j e^z_j ), the largest z taken off first: no e^z overflows, and no logarithm of 0 is asked for."""
    Z = Z - Z.max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


def backward(parameters, A, P, Y):
    """[dW, db] of every layer."""
    dZ, gradients = (P - Y) / len(Y), []
    for (W, _), A_before in zip(reversed(parameters), reversed(A[:-1])):
        gradients.insert(0, [A_before.T @ dZ, dZ.sum(axis=0)])
        dZ = (dZ @ W.T) * (A_before > 0)
    return gradients


def step(parameters, X, Y):
    """One step of gradient descent, which changes the parameters; returns the loss before it."""
    A, Z = forward(parameters, X)
    log_P = log_softmax(Z)
    for layer, gradient in zip(parameters, backward(parameters, A, np.exp(log_P), Y)):
        for values, slope in zip(layer, gradient):
            values -= RATE * slope
    return -np.sum(Y * log_P) / len(Y)


def train(parameters, X, Y, epochs, rng):
    """Mini-batches, shuffled anew in each epoch. Returns the mean loss of each epoch."""
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(X))
        batches = [order[start : start + BATCH] for start in range(0, len(X), BATCH)]
        losses.append(sum(len(batch) * step(parameters, X[batch], Y[batch]) for batch in batches) / len(X))
        print(f"epoch {epoch + 1:3}: loss {losses[-1]:.4f}")
    return losses


def report(truth, answers):
    """The confusion matrix (row: truth, column: answer); precision, recall and F1 of each class are printed."""
    confusion = np.zeros((len(CLASSES), len(CLASSES)), int)
    np.add.at(confusion, (truth, answers), 1)
    print(f"accuracy {np.mean(answers == truth):.2%} of {len(truth)} test pictures")
    for k, name in enumerate(CLASSES):
        right, said, there = confusion[k, k], confusion[:, k].sum(), confusion[k].sum()
        print(f"{name:10}  precision {right / max(said, 1):.3f}  recall {right / there:.3f}  F1 {2 * right / (said + there):.3f}")
    return confusion


def plot_loss_and_confusion(losses, confusion, path):
    _, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6))
    left.plot(np.arange(1, len(losses) + 1), losses, color=BLUE)
    left.set(title="Loss", xlabel="epoch", ylim=(0, None))
    right.imshow(confusion, cmap="Blues")
    for (truth, answer), count in np.ndenumerate(confusion):
        right.text(answer, truth, count, ha="center", va="center", color="white" if count > confusion.max() / 2 else "black")
    right.set(title="Confusion matrix", xlabel="answer", ylabel="truth", xticks=range(3), yticks=range(3))
    right.set(xticklabels=CLASSES, yticklabels=CLASSES)
    plt.tight_layout()
    plt.savefig(path, dpi=120)
    plt.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = Path(os.environ.get("PELLUCID_DATA", ".")) / "cifar-10-batches-py"
    parser.add_argument("--data", type=Path, default=folder, help='CIFAR-10, "python version", unpacked')
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the plot")
    settings = parser.parse_args()
    if not (settings.data / "test_batch").is_file():
        parser.error(f'no test_batch in {settings.data}; name the folder of the unpacked CIFAR-10, "python version", with --data')
    settings.out.mkdir(parents=True, exist_ok=True)

    X, labels = read_pictures(settings.data, [f"data_batch_{number}" for number in range(1, 6)])
    X_test, truth = read_pictures(settings.data, ["test_batch"])
    rng = np.random.default_rng(0)
    parameters = first_parameters(rng)
    losses = train(parameters, X, np.eye(len(CLASSES), dtype=np.float32)[labels], settings.epochs, rng)
    confusion = report(truth, forward(parameters, X_test)[1].argmax(axis=1))
    plot_loss_and_confusion(losses, confusion, settings.out / "cifar3_loss.png")


if __name__ == "__main__":
    main()
