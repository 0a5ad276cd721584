"""Each script and its recipe, from the same first weights on the same batches: the same losses, the same weights in the end."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest

from pellucid.images import Batches
from pellucid.runs import Silent
from pellucid.runs.assemble import assemble, build_update
from pellucid.runs.prepare import prepare
from pellucid.training import fit

EPOCHS = 8


def rows(network, script):
    return [[W.copy(), b.copy()] for W, b in pairs(network)]


def columns(network, script):
    return [[W.T.copy(), b[:, None].copy()] for W, b in pairs(network)]


def flat(parameters):
    return [array for layer in parameters for array in layer]


def dense_layers(network, script):
    return [script.Dense(W.copy(), b.copy()) for W, b in pairs(network)]


def pairs(network):
    """[(W, b)] of every layer, as the library has them: (inputs, units) and (units,)."""
    arrays = list(network.tensors().values())
    W, b = arrays[: len(arrays) // 2], arrays[len(arrays) // 2 :]
    return list(zip(W, b))


def theta(parameters) -> np.ndarray:
    """All numbers of a script's parameters in the library's order: weights with rows for inputs, then biases."""
    arrays = []
    for part in parameters:
        arrays += [part.W, part.b] if hasattr(part, "W") else part if isinstance(part, list) else [part]
    in_columns = arrays[1].ndim == 2
    weights = [W.T if in_columns else W for W in arrays[::2]]
    return np.concatenate([array.ravel() for array in (*weights, *arrays[1::2])])


@dataclass(frozen=True)
class Twin:
    """How a script writes what the library has: parameters of a network, pictures (N, K) and labels (N,)."""

    recipe: str
    shape: tuple[int, ...]  # of a picture
    names: tuple[str, ...]  # of the classes
    parameters: Callable
    in_columns: bool = False
    one_hot: bool = True
    batches: bool = True  # whether it trains on mini-batches

    def data(self, x, t):
        X, Y = x.reshape(len(x), -1), np.eye(len(self.names))[t] if self.one_hot else t[:, None].astype(float)
        return (X.T, Y.T) if self.in_columns else (X, Y)

    def back(self, X, Y):
        X, Y = (X.T, Y.T) if self.in_columns else (X, Y)
        return X.reshape(-1, *self.shape), Y.argmax(axis=1) if self.one_hot else Y[:, 0].astype(np.int64), None


DIGITS = tuple("0123456789")
TWINS = {
    "cats": Twin("cats/faithful", (64, 64, 3), ("noncat", "cat"), columns, in_columns=True, one_hot=False, batches=False),
    "rabbits": Twin(
        "rabbits/twins-together",
        (90, 90, 1),
        ("rabbit", "cat"),
        lambda *given: flat(columns(*given)),
        in_columns=True,
        batches=False,
    ),
    "mnist": Twin("mnist/part-one-mended", (28, 28, 1), DIGITS, dense_layers),
    "cifar3": Twin("cifar3/faithful", (32, 32, 3), ("airplane", "automobile", "bird"), rows),
    "digits": Twin("digits/faithful", (8, 8, 1), DIGITS, lambda *given: flat(rows(*given))),
}
BY_SYSTEM = pytest.mark.parametrize("system", TWINS)


class Recorded:
    """The batches that a script trained on, epoch by epoch, for the library."""

    def __init__(self, batches: list, epochs: int):
        self.per_epoch = len(batches) // epochs
        self.batches = batches

    def __len__(self):
        return self.per_epoch

    def epoch(self, number):
        return iter(self.batches[number * self.per_epoch : (number + 1) * self.per_epoch])


@pytest.fixture(autouse=True)
def reference_kernels(monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")


@pytest.fixture
def source(system, tmp_path):
    """A few pictures of the system's shape whose classes can be told apart."""
    twin, rng = TWINS[system], np.random.default_rng(1)
    prototypes = rng.integers(0, 256, (len(twin.names), *twin.shape))
    t = np.arange(13 * len(twin.names)) % len(twin.names)
    x = np.clip(prototypes[t] + rng.normal(0, 60, (len(t), *twin.shape)), 0, 255).astype(np.uint8)
    np.savez(tmp_path / f"{system}.npz", x_train=x, y_train=t, x_test=x[:20], y_test=t[:20], class_names=twin.names)
    return tmp_path / f"{system}.npz"


@pytest.fixture
def prepared(system, source):
    return prepare(str(source), TWINS[system].recipe, {"leak_guard": False}, Silent())


def training_part(prepared):
    [(x, t, _)] = Batches(prepared.dataset.images, prepared.dataset.labels, prepared.split.train, prepared.spec, 0).epoch(0)
    return x.astype(np.float64), t


@BY_SYSTEM
def test_same_loss_curve(system, script, prepared, monkeypatch):
    twin, script, parts = TWINS[system], script(system), assemble(prepared)
    network = parts.network.astype(np.float64)
    parameters, started, seen = twin.parameters(network, script), network.theta.copy(), []
    step = script.step
    monkeypatch.setattr(script, "step", lambda p, X, Y: seen.append(twin.back(X, Y)) or step(p, X, Y))
    rng = [np.random.default_rng(0)] if twin.batches else []
    curve = script.train(parameters, *twin.data(*training_part(prepared)), EPOCHS, *rng)

    update = build_update(prepared.recipe, network, parts.penalty)
    epochs = fit(network, parts.loss, update, Recorded(seen, EPOCHS), epochs=EPOCHS, schedule=parts.schedule)
    np.testing.assert_allclose([epoch.loss for epoch in epochs], curve, rtol=1e-10)
    moved = network.theta - started
    np.testing.assert_allclose(theta(parameters) - started, moved, rtol=1e-6, atol=1e-9 * np.abs(moved).max())


@BY_SYSTEM
def test_starts_as_the_recipe_does(system, script, prepared):
    """First weights of the same mean and spread, layer by layer; biases are 0."""
    script, network = script(system), assemble(prepared).network
    first = getattr(script, "first_parameters", None) or script.network
    own = theta(first(np.random.default_rng(0)))
    for slot in network.slots:
        ours, theirs = slot.view(own), slot.view(network.theta)
        tolerance = 4 / np.sqrt(ours.size)  # of a spread measured on so many numbers
        np.testing.assert_allclose(ours.std(), theirs.std(), rtol=tolerance)
        np.testing.assert_allclose(np.abs(ours).max(), np.abs(theirs).max(), rtol=1)


@BY_SYSTEM
def test_settings_are_those_of_the_recipe(system, script, prepared):
    script, recipe = script(system), prepared.recipe
    assert recipe.optimizer.learning_rate == script.RATE
    assert recipe.training.batch_size == getattr(script, "BATCH", 0)
    assert recipe.training.epochs == script.EPOCHS


@pytest.mark.parametrize("system", [name for name, twin in TWINS.items() if twin.batches])
def test_every_epoch_sees_every_picture_once(system, script, prepared, monkeypatch):
    twin, script, seen = TWINS[system], script(system), []
    X, Y = twin.data(*training_part(prepared))
    monkeypatch.setattr(script, "step", lambda p, X, Y: seen.append(X) or 0.0)
    script.train(None, X, Y, 2, np.random.default_rng(0))
    half = len(seen) // 2
    for epoch in (np.concatenate(seen[:half]), np.concatenate(seen[half:])):
        assert not np.array_equal(epoch, X)
        np.testing.assert_array_equal(epoch[np.lexsort(epoch.T)], X[np.lexsort(X.T)])
