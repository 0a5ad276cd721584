"""Are all derivatives right? The gradient table, and a user's own layers and losses."""

import contextlib
import importlib
import importlib.util
import math
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from pellucid.errors import RecipeError
from pellucid.nn import GradientCheck, Layer, Loss, check_gradients, check_loss_gradient
from pellucid.nn.gradient_table import CHAINS, LOSS_ROWS, WEIGHTS, loss_case

BATCH = 3
SEEDS = (0, 1)  # two directions: once in some hundred cases one lies so nearly across a small gradient that it hides 0.1 %
SHAPES = ((7, 6, 3), (6,))  # tried in turn for a layer that is given none: pictures, then rows
TARGETS = ((4, "labels"), (1, "labels"), (3, "numbers"))  # tried for a loss: outputs, and what it should learn
WAYS = {"none": "without weights", "random": "with weights", "some zero": "with weights of 0"}


class Row(NamedTuple):
    """All checks of one entry: of layers in training and in prediction, of a loss with and without weights."""

    name: str
    checks: Mapping[str, Sequence[GradientCheck]]  # "in training" -> a check for each array

    @property
    def worst(self) -> tuple[str, GradientCheck]:
        """The check with the largest error, and where it was made; one that is no number is the worst."""
        every = [(where, check) for where, checks in self.checks.items() for check in checks]
        return max(every, key=lambda each: _size(each[1]))

    @property
    def arrays(self) -> list[str]:
        """What was checked: "dx", "d0.W" ..."""
        return [f"d{check.what}" for check in next(iter(self.checks.values()))]

    @property
    def passed(self) -> bool:
        return all(check.passed for checks in self.checks.values() for check in checks)

    def to_json(self) -> dict:
        where, check = self.worst
        worst = f"d{check.what} {where}"
        return {"name": self.name, "arrays": self.arrays, "error": check.error, "worst": worst, "passed": self.passed}


def check_everything() -> Iterator[Row]:
    """Every layer, activation and loss that ships."""
    for name, (layers, in_shape) in CHAINS.items():
        yield check_layers(name, layers, in_shape)
    for name, (loss, outputs, kind) in LOSS_ROWS.items():
        yield check_loss(name, loss, outputs, kind)


def check_own(name: str, settings: Mapping[str, Any], shape: tuple[int, ...] | None = None) -> Iterator[Row]:
    """A user's own layer or loss. name: "module:Class" or "file.py:Class"; settings: arguments of the class.

    shape: of the layer's input; None: pictures, or rows where pictures do not fit. Importing the class runs its file. Errors:
    RecipeError where it cannot be imported, made or run.
    """
    kind = _load(name)
    with _told(name):
        made = kind(**settings)
    if isinstance(made, Layer):
        yield _own_layer(name, made, shape)
    elif isinstance(made, Loss):
        yield from _own_loss(name, made)
    else:
        raise RecipeError(f"{name} is no layer and no loss; let the class inherit from pellucid.nn.Layer or pellucid.nn.Loss")


def check_layers(name: str, layers: Sequence[Layer], in_shape: tuple[int, ...]) -> Row:
    """The row of a chain of layers. Errors: ValueError where they do not fit the shape."""
    ways = {"in training": True, "in prediction": False}

    def checks(train: bool) -> list[GradientCheck]:
        return _worse(check_gradients(layers, in_shape, batch=BATCH, train=train, seed=seed) for seed in SEEDS)

    return Row(name, {way: checks(train) for way, train in ways.items()})


def check_loss(name: str, loss: Loss, outputs: int, kind: str) -> Row:
    """The row of a loss with that many outputs, for one kind of targets."""
    cases = {WAYS[weights]: loss_case(kind, outputs, BATCH, weights) for weights in WEIGHTS}
    return Row(name, {way: _worse([check_loss_gradient(loss, *case, seed=seed)] for seed in SEEDS) for way, case in cases.items()})


def _worse(attempts: Iterable[list[GradientCheck]]) -> list[GradientCheck]:
    """Of each array the check with the larger error."""
    return [max(checks, key=_size) for checks in zip(*attempts, strict=True)]


def _size(check: GradientCheck) -> float:
    return math.inf if math.isnan(check.error) else check.error


def _own_layer(name: str, layer: Layer, shape: tuple[int, ...] | None) -> Row:
    refused = None
    for each in (shape,) if shape else SHAPES:
        with _told(name):
            try:
                return check_layers(f"{name} on {' × '.join(map(str, each))}", [layer], each)
            except ValueError as error:
                refused = error
    raise RecipeError(f"{name} fails: {refused}; give the shape of its input with --shape, as in --shape 8,8,3") from refused


def _own_loss(name: str, loss: Loss) -> Iterator[Row]:
    rows, refused = [], None
    for outputs, kind in TARGETS:
        with _told(name):
            try:
                rows.append(check_loss(f"{name}, {kind}, {outputs} output{'s' * (outputs > 1)}", loss, outputs, kind))
            except (ValueError, IndexError) as error:
                refused = refused or error
    if not rows:
        raise RecipeError(f"{name} takes neither labels nor numbers as targets: {refused}") from refused
    yield from rows


def _load(name: str) -> type:
    module, colon, attribute = name.rpartition(":")
    if not (module and colon and attribute):
        raise RecipeError(f"{name} names no class; expected module:Class or file.py:Class, as pellucid.nn:Dense")
    with _told(name):
        found = getattr(_module(module), attribute, None)
    if not isinstance(found, type):
        raise RecipeError(f"{module} has no class {attribute}")
    return found


def _module(name: str) -> ModuleType:
    path = Path(name)
    if path.suffix != ".py":
        sys.path.insert(0, "")  # as `python -m` does: the modules of the folder one works in
        return importlib.import_module(name)
    if not path.is_file():
        raise RecipeError(f"there is no file {path}")
    sys.path.insert(0, str(path.parent))  # as `python file.py` does: its neighbours
    specification = importlib.util.spec_from_file_location(f"gradcheck_{path.stem}", path)
    module = importlib.util.module_from_spec(specification)
    sys.modules[specification.name] = module
    specification.loader.exec_module(module)
    return module


@contextlib.contextmanager
def _told(name: str) -> Iterator[None]:
    """Whatever goes wrong in a user's own code becomes one line."""
    try:
        yield
    except (RecipeError, KeyboardInterrupt):
        raise
    except Exception as error:
        first = (str(error).strip() or type(error).__name__).splitlines()[0]
        raise RecipeError(f"{name} fails: {type(error).__name__}: {first}") from error
