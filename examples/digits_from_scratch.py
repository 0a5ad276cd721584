"""Handwritten digits: a network of two layers in NumPy alone. A picture is a row.

    python examples/digits_from_scratch.py [--epochs 1000] [--out .]

X (N, 64) holds N pictures of 8 x 8 pixels, Y (N, 10) their labels one-hot: digit 3 is 0 0 0 1 0 0 0 0 0 0.

    forward    Z1 = X W1 + b1                A1 = max(Z1, 0)          W1 (64, 32)  b1 (32,)
               Z2 = A1 W2 + b2               P = softmax(Z2)          W2 (32, 10)  b2 (10,)
    loss       L = -1/N sum( Y log P )
    backward   dZ2 = (P - Y) / N             dW2 = A1^T dZ2           db2 = sum of the rows of dZ2
               dZ1 = (dZ2 W2^T) * (Z1 > 0)   dW1 = X^T dZ1            db1 = sum of the rows of dZ1
    descent    W <- W - rate dW              b <- b - rate db

pellucid finds the same losses (recipe digits/faithful).
"""

import argparse
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from sklearn.datasets import load_digits

INPUTS, HIDDEN, CLASSES = 64, 32, 10
SPREAD, RATE, BATCH, EPOCHS = 0.05, 0.1, 32, 1000
BLUE, ORANGE = "#0072b2", "#d55e00"


def first_parameters(rng):
    """Small random weights. Zeros would do for the biases, never for weights: all units would stay alike."""
    W1 = SPREAD * rng.standard_normal((INPUTS, HIDDEN))
    W2 = SPREAD * rng.standard_normal((HIDDEN, CLASSES))
    return [W1, np.zeros(HIDDEN), W2, np.zeros(CLASSES)]


def forward(parameters, X):
    W1, b1, W2, b2 = parameters
    Z1 = X @ W1 + b1
    A1 = np.maximum(Z1, 0)
    return Z1, A1, A1 @ W2 + b2


def log_softmax(Z):
    """log( e^z_k / sum_j e^z_j ), the largest z taken off first: no e^z overflows, and no logarithm of 0 is asked for."""
    Z = Z - Z.max(axis=1, keepdims=True)
    return Z - np.log(np.exp(Z).sum(axis=1, keepdims=True))


def backward(parameters, X, Z1, A1, P, Y):
    """The gradients of L, in the order of the parameters."""
    _, _, W2, _ = parameters
    dZ2 = (P - Y) / len(X)
    dZ1 = (dZ2 @ W2.T) * (Z1 > 0)
    return [X.T @ dZ1, dZ1.sum(axis=0), A1.T @ dZ2, dZ2.sum(axis=0)]


def step(parameters, X, Y):
    """One step of gradient descent, which changes the parameters; returns the loss before it."""
    Z1, A1, Z2 = forward(parameters, X)
    log_P = log_softmax(Z2)
    for values, slope in zip(parameters, backward(parameters, X, Z1, A1, np.exp(log_P), Y)):
        values -= RATE * slope
    return -np.sum(Y * log_P) / len(X)


def train(parameters, X, Y, epochs, rng):
    """Mini-batches, shuffled anew in each epoch. Returns the mean loss of each epoch."""
    losses = []
    for epoch in range(epochs):
        order = rng.permutation(len(X))
        batches = [order[start : start + BATCH] for start in range(0, len(X), BATCH)]
        losses.append(sum(len(batch) * step(parameters, X[batch], Y[batch]) for batch in batches) / len(X))
        if epoch % 100 == 0 or epoch == epochs - 1:
            print(f"epoch {epoch + 1:5}: loss {losses[-1]:.4f}")
    return losses


def predict(parameters, X):
    """The most probable digit of each picture (N,), and its probability (N,)."""
    P = np.exp(log_softmax(forward(parameters, X)[2]))
    return P.argmax(axis=1), P.max(axis=1)


def report(truth, answers):
    """The confusion matrix (row: truth, column: answer); precision, recall and F1 of each digit are printed."""
    confusion = np.zeros((CLASSES, CLASSES), int)
    np.add.at(confusion, (truth, answers), 1)
    print("digit  precision  recall     F1  pictures")
    for digit in range(CLASSES):
        right, said, there = confusion[digit, digit], confusion[:, digit].sum(), confusion[digit].sum()
        print(f"{digit:5}  {right / max(said, 1):9.3f}  {right / there:6.3f}  {2 * right / (said + there):5.3f}  {there:8}")
    return confusion


def plot_loss_and_confusion(losses, confusion, path):
    _, (left, right) = plt.subplots(1, 2, figsize=(11, 4.6))
    left.semilogy(np.arange(1, len(losses) + 1), losses, color=BLUE)
    left.set(title="Loss", xlabel="epoch")
    right.imshow(np.sqrt(confusion), cmap="Blues")
    for (truth, answer), count in np.ndenumerate(confusion):
        right.text(answer, truth, count or "", ha="center", va="center", color="white" if truth == answer else ORANGE)
    right.set(title="Confusion matrix", xlabel="answer", ylabel="truth", xticks=range(CLASSES), yticks=range(CLASSES))
    save(path)


def plot_predictions(pixels, truth, answers, confidence, path):
    """Three rows of right answers and one of wrong ones, with how sure the network is."""
    right, wrong = np.flatnonzero(answers == truth)[:30], np.flatnonzero(answers != truth)[:10]
    _, axes = plt.subplots(4, 10, figsize=(12, 6))
    for ax, n in zip(axes.flat, [*right, *wrong]):
        ax.imshow(pixels[n].reshape(8, 8), cmap="gray_r")
        colour = "black" if answers[n] == truth[n] else ORANGE
        ax.set_title(f"{answers[n]} ({confidence[n]:.0%})\nis {truth[n]}", fontsize=9, color=colour)
    for ax in axes.flat:
        ax.axis("off")
    save(path)


def save(path):
    plt.tight_layout()
    plt.savefig(path, dpi=120)
    plt.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the plots")
    settings = parser.parse_args()
    settings.out.mkdir(parents=True, exist_ok=True)

    rng = np.random.default_rng(0)
    pixels, labels = load_digits(return_X_y=True)  # (1797, 64), numbers from 0 to 16, and (1797,)
    order, cut = rng.permutation(len(labels)), round(0.8 * len(labels))
    pixels, labels = pixels[order], labels[order]
    X, Y = pixels / 16, np.eye(CLASSES)[labels]
    print(f"{len(labels)} pictures of 8 x 8 pixels from {pixels.min():.0f} to {pixels.max():.0f}, {len(labels) - cut} for the test")
    print("of each digit:", *np.bincount(labels))
    parameters = first_parameters(rng)
    losses = train(parameters, X[:cut], Y[:cut], settings.epochs, rng)
    answers, confidence = predict(parameters, X[cut:])
    confusion = report(labels[cut:], answers)
    print(f"training accuracy: {np.mean(predict(parameters, X[:cut])[0] == labels[:cut]):.2%}")
    print(f"test accuracy: {np.mean(answers == labels[cut:]):.2%}")
    plot_loss_and_confusion(losses, confusion, settings.out / "digits_loss.png")
    plot_predictions(pixels[cut:], labels[cut:], answers, confidence, settings.out / "digits_predictions.png")


if __name__ == "__main__":
    main()
