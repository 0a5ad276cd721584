"""The table [tune] of a recipe: what a search may change, and how far."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from pellucid.errors import RecipeError
from pellucid.recipes.kinds import Section
from pellucid.recipes.problems import did_you_mean, dotted_keys, expected, show
from pellucid.recipes.settings import field_adapter

SECTIONS = ("augment", "network", "loss", "optimizer", "schedule", "training", "input")

# What would make trials incomparable: other pictures, other parts, another measure.
FIXED = {
    "input.size": "the pictures are read once",
    "input.channels": "the pictures are read once",
    "input.fit": "the pictures are read once",
    "loss.name": "trials are compared by their loss",
    "loss.label_smoothing": "trials are compared by their loss, which it changes",
    "training.seed": "all trials learn from the same pictures",
    "training.folds": "trials are compared on the validation pictures",
    "training.final": "trials are compared on the validation pictures",
    "training.minutes": "it is the same for all trials",
    "training.checkpoint_seconds": "trials leave no checkpoints",
    "training.doctor": "no doctor looks at trials",
}


class Range(Section):
    """Any number from `low` to `high`; with `log`, as likely from 0.001 to 0.01 as from 0.01 to 0.1."""

    low: int | float
    high: int | float
    log: bool = False

    @property
    def values(self) -> tuple:
        """The values whose fitness shows that of all others."""
        return self.low, self.high

    def holds(self, value: Any) -> bool:
        return isinstance(value, int | float) and not isinstance(value, bool) and self.low <= value <= self.high


class Choices(Section):
    """One of these values."""

    choices: tuple[Any, ...]

    @property
    def values(self) -> tuple:
        return self.choices

    def holds(self, value: Any) -> bool:
        return value in self.choices


Space = dict[str, Range | Choices]  # by dotted key


def read_space(table: Any, model: type[BaseModel]) -> Space:
    """The table [tune] of a recipe whose keys are those of `model`.

    Keys are dotted, with or without quotation marks: `optimizer.learning_rate = {low = 1e-4, high = 1e-2, log = true}`,
    `"network.width" = {choices = [16, 32]}`. Raises RecipeError, one line, for a key that does not exist or that a search
    leaves alone, for a value that the key does not take, and for a range without sense.
    """
    if not isinstance(table, Mapping):
        raise RecipeError(f"tune is {show(table)}; expected a table, written [tune]")
    return {key: _dimension(key, entry, model) for key, entry in _flat(table)}


def whole(key: str, found: Range, model: type[BaseModel]) -> bool:
    """Whether only the whole numbers of a range are meant: `key` takes no others."""
    return not _takes(field_adapter(model, key), float(found.low))


def _flat(table: Mapping) -> list[tuple[str, Any]]:
    """`optimizer.learning_rate = {...}` without quotation marks is to TOML a table in a table."""
    found = []
    for key, entry in table.items():
        if "." in key or not isinstance(entry, Mapping) or not entry or entry.keys() & {"low", "high", "choices"}:
            found.append((key, entry))
        else:
            found += [(f"{key}.{name}", inner) for name, inner in entry.items()]
    return found


def _dimension(key: str, entry: Any, model: type[BaseModel]) -> Range | Choices:
    keys = [name for name in dotted_keys(model) if name.partition(".")[0] in SECTIONS and name not in FIXED]
    if key in FIXED:
        raise RecipeError(f"tune.{key}: a search cannot change {key}, for {FIXED[key]}; leave it out")
    if key not in keys:
        raise RecipeError(f"tune.{key}: a search changes keys of {', '.join(SECTIONS)}{did_you_mean(key, keys)}")
    if isinstance(entry, Range | Choices):
        return entry
    found = _parsed(key, entry)
    adapter = field_adapter(model, key)
    for value in found.values:
        if not _takes(adapter, value):
            section, _, name = key.rpartition(".")
            raise RecipeError(f"tune.{key} has {show(value)}; expected {expected(model.model_fields[section].annotation, name)}")
    return found


def _parsed(key: str, entry: Any) -> Range | Choices:
    kind = Choices if isinstance(entry, Mapping) and "choices" in entry else Range
    try:
        found = kind.model_validate(dict(entry) | ({"choices": tuple(entry["choices"])} if kind is Choices else {}))
    except (ValidationError, TypeError, ValueError) as error:
        raise RecipeError(
            f"tune.{key} is {show(entry)}; expected {{low = ..., high = ...}}, perhaps with log = true, or {{choices = [...]}}"
        ) from error
    if kind is Choices and not found.choices:
        raise RecipeError(f"tune.{key} has no choices; give two or more")
    if kind is Range and found.low > found.high:
        raise RecipeError(f"tune.{key} goes from low = {found.low} to high = {found.high}; low must not be above high")
    if kind is Range and found.log and found.low <= 0:
        raise RecipeError(f"tune.{key} has log = true and low = {found.low}; a logarithmic range begins above 0")
    return found


def _takes(adapter: TypeAdapter, value: Any) -> bool:
    try:
        adapter.validate_python(value)
    except ValidationError:
        return False
    return True
