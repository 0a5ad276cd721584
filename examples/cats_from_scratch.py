"""Cat or not: a network of any number of layers in NumPy alone, written as its course writes it: a picture is a column.

    python examples/cats_from_scratch.py [--data catnoncat_dataset] [--epochs 2500] [--out .]

X (12288, m) holds m pictures of 64 x 64 pixels in 3 colours, Y (1, m) says 1 for a cat and 0 for none. Layer l of L has
weights W (units, inputs) and biases b (units, 1):

    forward    Z = W A + b, with A of the layer before, or X      A = max(Z, 0), in the last layer A = 1 / (1 + exp(-Z))
    cost       J = -1/m sum( Y log A + (1 - Y) log(1 - A) ), with A of the last layer
    backward   dZ = A - Y in the last layer                       dZ = (W^T dZ of the layer behind) * (A > 0) before it
               dW = 1/m dZ A^T, with A of the layer before        db = 1/m sum of the columns of dZ
    descent    W <- W - rate dW                                   b <- b - rate db

pellucid, which has pictures in rows, finds the same costs (recipe cats/faithful; docs/notation.md translates).
"""

import argparse
import os
from itertools import pairwise
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from PIL import Image

SIZES = (12288, 12, 4, 1)  # numbers in a picture, units of the hidden layers, one output
SPREAD = 0.01  # standard deviation of the first weights
RATE = 0.075  # learning rate; with 0.0075 and these first weights, nothing is learned: try it
EPOCHS = 2500
BLUE, ORANGE = "#0072b2", "#d55e00"


def read_pictures(folder):
    """X (12288, m) in [0, 1], float32, and Y (1, m) of the files in a folder: cat1.png is a cat, noncat2.jpg is none."""
    files = sorted(path for path in folder.iterdir() if path.suffix in (".png", ".jpg"))
    pictures = [np.array(Image.open(path).convert("RGB").resize((64, 64))) for path in files]
    X = np.stack([picture.ravel() for picture in pictures], axis=1).astype(np.float32) / 255
    return X, np.array([[path.name.startswith("cat") for path in files]], np.float32)


def first_parameters(rng):
    """[W, b] of every layer. Zeros would do for b, never for W: all units of a layer would stay alike."""
    weights = [SPREAD * rng.standard_normal((units, inputs)) for inputs, units in pairwise(SIZES)]
    return [[W.astype(np.float32), np.zeros((len(W), 1), np.float32)] for W in weights]


def forward(parameters, X):
    """The outputs A of every layer, X first, and Z of the last one."""
    A = [X]
    for W, b in parameters:
        Z = W @ A[-1] + b
        A.append(np.maximum(Z, 0))
    A[-1] = 1 / (1 + np.exp(-Z))
    return A, Z


def cost(Z, Y):
    """J for A = 1 / (1 + exp(-Z)), where -log A = log(1 + exp(-Z)) and -log(1 - A) = log(1 + exp(Z)): finite for every Z."""
    return np.mean(Y * np.logaddexp(0, -Z) + (1 - Y) * np.logaddexp(0, Z))


def backward(parameters, A, Y):
    """[dW, db] of every layer."""
    m = Y.shape[1]
    dZ, gradients = A[-1] - Y, []
    for (W, _), A_before in zip(reversed(parameters), reversed(A[:-1])):
        gradients.insert(0, [dZ @ A_before.T / m, dZ.sum(axis=1, keepdims=True) / m])
        dZ = (W.T @ dZ) * (A_before > 0)
    return gradients


def step(parameters, X, Y):
    """One step of gradient descent, which changes the parameters; returns the cost before it."""
    A, Z = forward(parameters, X)
    for layer, gradient in zip(parameters, backward(parameters, A, Y)):
        for values, slope in zip(layer, gradient):
            values -= RATE * slope
    return cost(Z, Y)


def train(parameters, X, Y, epochs):
    """Gradient descent on all pictures at once: an epoch is a step. Returns the cost before each."""
    costs = []
    for epoch in range(epochs):
        costs.append(step(parameters, X, Y))
        if epoch % 100 == 0 or epoch == epochs - 1:
            print(f"step {epoch:5}: cost {costs[-1]:.4f}")
    return costs


def predict(parameters, X):
    """(1, m): true where a cat is more likely than not."""
    return forward(parameters, X)[0][-1] > 0.5


def plot_costs(costs, path):
    plt.figure(figsize=(7, 4))
    plt.plot(costs, color=BLUE)
    plt.title(f"Cost, learning rate {RATE}", loc="left")
    plt.xlabel("step")
    plt.ylim(bottom=0)
    save(path)


def plot_predictions(X, Y, answers, path):
    """Every second picture with what the network says, in orange where it is wrong."""
    _, axes = plt.subplots(3, 8, figsize=(14, 6.4))
    for ax, picture, truth, answer in zip(axes.flat, X.T[::2], Y[0, ::2], answers[0, ::2]):
        ax.imshow(picture.reshape(64, 64, 3))
        said = "You got a cat!" if answer else "Not a cat."
        truly = "" if answer == truth else f"\nIt is {'a' if truth else 'no'} cat."
        ax.set_title(said + truly, fontsize=9, color="black" if answer == truth else ORANGE)
    for ax in axes.flat:
        ax.axis("off")
    save(path)


def save(path):
    plt.tight_layout()
    plt.savefig(path, dpi=120)
    plt.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = Path(os.environ.get("PELLUCID_DATA", ".")) / "catnoncat_dataset"
    parser.add_argument("--data", type=Path, default=folder, help="folder with train/ and test/, files cat1.png, noncat2.jpg ...")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the plots")
    settings = parser.parse_args()
    if not (settings.data / "train").is_dir():
        parser.error(f"no pictures in {settings.data / 'train'}; name the folder that holds train/ and test/ with --data")
    settings.out.mkdir(parents=True, exist_ok=True)

    (X, Y), (X_test, Y_test) = read_pictures(settings.data / "train"), read_pictures(settings.data / "test")
    parameters = first_parameters(np.random.default_rng(0))
    costs = train(parameters, X, Y, settings.epochs)
    answers = predict(parameters, X_test)
    print(f"training accuracy: {np.mean(predict(parameters, X) == Y):.1%} of {Y.size} pictures")
    print(f"test accuracy: {np.mean(answers == Y_test):.1%} of {Y_test.size} (always saying cat: {np.mean(Y_test):.1%})")
    plot_costs(costs, settings.out / "cats_cost.png")
    plot_predictions(X_test, Y_test, answers, settings.out / "cats_predictions.png")


if __name__ == "__main__":
    main()
