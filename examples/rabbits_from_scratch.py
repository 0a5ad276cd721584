"""Rabbit or cat: a network of two layers in NumPy alone, and how twins among the pictures flatter it. A picture is a column.

    python examples/rabbits_from_scratch.py [--data rabbits-cats] [--epochs 1000] [--out .]

X (8100, m) holds m grey pictures of 90 x 90 pixels, Y (2, m) their labels one-hot: a rabbit is (1, 0), a cat (0, 1).

    forward    Z1 = W1 X + B1                A1 = max(Z1, 0)              W1 (128, 8100)  B1 (128, 1)
               Z2 = W2 A1 + B2               A2 = softmax(Z2)             W2 (2, 128)     B2 (2, 1)
    loss       L = -1/m sum( Y log A2 )
    backward   dZ2 = A2 - Y                  dW2 = 1/m dZ2 A1^T           dB2 = 1/m sum of the columns of dZ2
               dZ1 = (W2^T dZ2) * (Z1 > 0)   dW1 = 1/m dZ1 X^T            dB1 = 1/m sum of the columns of dZ1
    descent    W <- W - rate dW              B <- B - rate dB

m counts the training pictures alone, and a unit has a bias of its own. The published program divided by all pictures, and
summed its bias gradients over the units too, which behind a softmax gives 0: those biases never learned.
pellucid, which has pictures in rows, finds the same losses (recipe rabbits/twins-together; docs/notation.md translates).
"""

import argparse
import os
from pathlib import Path

import numpy as np
from matplotlib import pyplot as plt
from PIL import Image

CLASSES = ("rabbit", "cat")
SIDE, HIDDEN = 90, 128
RATE, EPOCHS = 0.01, 1000
BLUE, ORANGE = "#0072b2", "#d55e00"


def read_pictures(folder):
    """Grey pixels (8100, m) in [0, 1] and labels (m,) of all files below folders called rabbit and cat."""
    files = [(path, label) for label, name in enumerate(CLASSES) for path in sorted(folder.glob(f"**/{name}/*.*"))]
    pixels = [np.array(Image.open(path).convert("L").resize((SIDE, SIDE))).ravel() for path, _ in files]
    return np.stack(pixels, axis=1).astype(np.float32) / 255, np.array([label for _, label in files])


def twins(pixels):
    """A number for each picture (m,), the same for near-identical ones: 9 x 9 thumbnails that correlate above 0.98."""
    small = pixels.reshape(9, 10, 9, 10, -1).mean(axis=(1, 3)).reshape(81, -1)
    small = (small - small.mean(axis=0)) / (small.std(axis=0) + 1e-9)
    group = (small.T @ small / 81 > 0.98).argmax(axis=1)  # the first picture that looks like this one ...
    while np.any(group[group] != group):  # ... which may look like an earlier one
        group = group[group]
    return group


def split(group, rng):
    """Which pictures validate (m,): about a fifth, and of each group all or none."""
    return np.isin(group, rng.permutation(np.unique(group))[: len(np.unique(group)) // 5])


def first_parameters(rng):
    """Weights N(0, 2 / inputs), which keep the size of the numbers through ReLU layers (He et al. 2015); biases 0."""
    W1 = rng.standard_normal((HIDDEN, SIDE**2)) * np.sqrt(2 / SIDE**2)
    W2 = rng.standard_normal((2, HIDDEN)) * np.sqrt(2 / HIDDEN)
    return [array.astype(np.float32) for array in (W1, np.zeros((HIDDEN, 1)), W2, np.zeros((2, 1)))]


def forward(parameters, X):
    W1, B1, W2, B2 = parameters
    Z1 = W1 @ X + B1
    A1 = np.maximum(Z1, 0)
    return Z1, A1, W2 @ A1 + B2


def log_softmax(Z):
    """log( e^z_k / sum_j e^z_j ), the largest z taken off first: no e^z overflows, and no logarithm of 0 is asked for."""
    Z = Z - Z.max(axis=0)
    return Z - np.log(np.exp(Z).sum(axis=0))


def backward(parameters, X, Z1, A1, A2, Y):
    """The gradients of L, in the order of the parameters."""
    m, W2 = X.shape[1], parameters[2]
    dZ2 = A2 - Y
    dZ1 = (W2.T @ dZ2) * (Z1 > 0)
    return [dZ1 @ X.T / m, dZ1.sum(axis=1, keepdims=True) / m, dZ2 @ A1.T / m, dZ2.sum(axis=1, keepdims=True) / m]


def step(parameters, X, Y):
    """One step of gradient descent, which changes the parameters; returns the loss before it."""
    Z1, A1, Z2 = forward(parameters, X)
    log_A2 = log_softmax(Z2)
    for values, slope in zip(parameters, backward(parameters, X, Z1, A1, np.exp(log_A2), Y)):
        values -= RATE * slope
    return -np.sum(Y * log_A2) / X.shape[1]


def train(parameters, X, Y, epochs):
    """Gradient descent on all pictures at once: an epoch is a step. Returns the loss before each."""
    losses = [step(parameters, X, Y) for _ in range(epochs)]
    print(f"loss {losses[0]:.3f} at first, {losses[-1]:.3f} in the end")
    return losses


def experiment(pixels, labels, validates, epochs, out):
    """Train on the one part, save weights, mean and deviation, load them and answer the other part. Losses and answers."""
    rng = np.random.default_rng(0)
    mean, std = pixels[:, ~validates].mean(axis=1, keepdims=True), pixels[:, ~validates].std(axis=1, keepdims=True)
    parameters, Y = first_parameters(rng), np.eye(2, dtype=np.float32)[labels].T
    losses = train(parameters, ((pixels - mean) / std)[:, ~validates], Y[:, ~validates], epochs)
    np.savez(out / "rabbits_model.npz", *parameters, mean=mean, std=std)
    model = np.load(out / "rabbits_model.npz")
    X = (pixels[:, validates] - model["mean"]) / model["std"]  # saved to be used: other pictures need the same two
    return losses, forward([model[f"arr_{k}"] for k in range(4)], X)[2].argmax(axis=0)


def plot(results, pixels, labels, validates, answers, path):
    """The losses of both experiments, and six pictures that the second one validates with."""
    axes = plt.figure(figsize=(13, 4.4)).subplot_mosaic("LL012;LL345")
    for (name, losses), colour in zip(results.items(), (ORANGE, BLUE)):
        axes["L"].plot(losses, color=colour, label=name)
    axes["L"].set(title="Training loss", xlabel="step", ylim=(0, None))
    axes["L"].legend()
    for place, n in enumerate(np.flatnonzero(validates)[:: max(1, validates.sum() // 6)][:6]):
        answer, truth = CLASSES[answers[np.flatnonzero(validates) == n][0]], CLASSES[labels[n]]
        axes[str(place)].imshow(pixels[:, n].reshape(SIDE, SIDE), cmap="gray")
        axes[str(place)].set_title(f"{answer}, is {truth}", fontsize=9, color="black" if answer == truth else ORANGE)
        axes[str(place)].axis("off")
    plt.tight_layout()
    plt.savefig(path, dpi=120)
    plt.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    folder = Path(os.environ.get("PELLUCID_DATA", ".")) / "rabbits-cats"
    parser.add_argument("--data", type=Path, default=folder, help="folder with pictures in folders called rabbit and cat")
    parser.add_argument("--epochs", type=int, default=EPOCHS)
    parser.add_argument("--out", type=Path, default=Path(), help="folder for model and plot")
    settings = parser.parse_args()
    if not all(any(settings.data.glob(f"**/{name}/*.*")) for name in CLASSES):
        parser.error(f"no folders rabbit and cat with pictures below {settings.data}; name the folder above them with --data")
    settings.out.mkdir(parents=True, exist_ok=True)

    pixels, labels = read_pictures(settings.data)
    group, results = twins(pixels), {}
    print(f"{len(labels)} pictures, {len(np.unique(group))} of them different")
    for name, kept in {"twins apart": np.arange(len(labels)), "twins together": group}.items():
        validates = split(kept, np.random.default_rng(0))
        results[name], answers = experiment(pixels, labels, validates, settings.epochs, settings.out)
        print(f"{name}: {np.mean(answers == labels[validates]):.1%} of {validates.sum()} validation pictures")
    plot(results, pixels, labels, validates, answers, settings.out / "rabbits_loss.png")


if __name__ == "__main__":
    main()
