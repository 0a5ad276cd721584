"""Runs as the planted faults need them: by a recipe, with one part exchanged, watched by the doctor, nothing written."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np

from pellucid.errors import PellucidError
from pellucid.nn import Layer, Loss, Network
from pellucid.recipes import Recipe
from pellucid.runs.assemble import Parts, assemble, build_update, call_doctor
from pellucid.runs.learn import learn
from pellucid.runs.prepare import Prepared, prepare
from pellucid.runs.progress import Silent
from pellucid.training import Best, Doctor, Finding

PLAIN = {"optimizer.name": "momentum", "optimizer.learning_rate": 0.05, "training.epochs": 8}


def prepared(source: str | Path = "digits", **settings) -> Prepared:
    """A source and the plain recipe, a network of 64 and 32 units, with some keys changed ("__" stands for the dot)."""
    settings = {key.replace("__", "."): value for key, value in settings.items()}
    network = {} if "network.preset" in settings else {"network.hidden": [64, 32]}
    return prepare(str(source), Recipe().override(PLAIN | network | settings), {}, Silent())


def array_file(folder: Path, x: np.ndarray, y: np.ndarray) -> Path:
    """Pictures or rows with labels as an .npz file."""
    np.savez(folder / "planted.npz", x=x, y=y)
    return folder / "planted.npz"


def digits(folder: Path, change: Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]) -> Path:
    """The digits as rows of 64 numbers from 0 to 1, changed, in an .npz file."""
    from sklearn.datasets import load_digits

    x, y = load_digits(return_X_y=True)
    return array_file(folder, *change((x / 16).astype(np.float32), y))


def clusters(n: int, features: int, classes: int, spread: float, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points around one random centre a class."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % classes
    return (rng.standard_normal((classes, features))[y] + spread * rng.standard_normal((n, features))).astype(np.float32), y


def doctored(ready: Prepared, *, layers: Sequence[Layer] = (), loss: Loss | None = None) -> list[str]:
    """Train; what the doctor found, and the error where training diverged. layers, loss: in place of the recipe's."""
    parts = assemble(ready)
    if loss:
        parts.loss = loss
    if layers:
        _exchange(parts, Network(layers, ready.spec.shape))
    doctor = call_doctor(ready, parts)
    findings = list(doctor.before)
    error = error_of(lambda: findings.extend(_findings(parts, doctor)))
    return [*map(str, findings), *error]


def _findings(parts: Parts, doctor: Doctor) -> Iterator[Finding]:
    for epoch in learn(parts, doctor=doctor):
        yield from (finding for finding in epoch.findings if finding.epoch is not None)


def _exchange(parts: Parts, network: Network) -> None:
    parts.network, parts.best = network, Best(network)
    parts.update = build_update(parts.recipe, network, parts.penalty)


def error_of(call: Callable[[], object]) -> list[str]:
    """What pellucid says when it refuses."""
    try:
        call()
    except PellucidError as error:
        return [str(error)]
    return []
