"""Single settings laid over a recipe: everyday names, and values that came as text from a command line."""

import os
import tomllib
from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from pellucid.errors import RecipeError
from pellucid.recipes.problems import did_you_mean, dotted_keys

EVERYDAY = {
    "abstain_at_risk": "answers.abstain_at_risk",
    "batch_size": "training.batch_size",
    "classes": "data.classes",
    "epochs": "training.epochs",
    "final": "training.final",
    "fit": "input.fit",
    "folds": "training.folds",
    "grey": "input.channels",
    "hidden": "network.hidden",
    "label_rule": "data.label_rule",
    "leak_guard": "data.leak_guard",
    "learning_curve": "training.learning_curve",
    "learning_rate": "optimizer.learning_rate",
    "max_broken": "data.max_broken",
    "minutes": "training.minutes",
    "optimizer": "optimizer.name",
    "patience": "training.patience",
    "seed": "training.seed",
    "shape": "data.shape",
    "size": "input.size",
    "start_from": "transfer.model",
    "test": "data.test",
    "validation": "data.validation",
}

# Yes-or-no settings, and what they mean for their key.
SWITCHES = {"grey": {True: "grey", False: "rgb"}, "leak_guard": {True: "group", False: "tell"}}


def dotted(settings: Mapping[str, Any], model: type[BaseModel]) -> dict[str, Any]:
    """`settings` under their dotted keys, with text turned into what the key takes.

    Raises RecipeError for an unknown name and for a key that is set twice.
    """
    keys = dotted_keys(model)
    found: dict[str, Any] = {}
    for name, value in settings.items():
        key = EVERYDAY.get(name, name)
        if key not in keys:
            raise RecipeError(f"unknown setting {name}{did_you_mean(name, [*EVERYDAY, *keys])}")
        if key in found:
            raise RecipeError(f"{key} is set twice; give it once")
        found[key] = _plain(SWITCHES.get(name, {}).get(value, value) if isinstance(value, bool) else value)
        if isinstance(found[key], str):
            found[key] = _from_text(found[key], field_adapter(model, key))
    return found


def _plain(value: Any) -> Any:
    """NumPy numbers and arrays as Python's, paths as text."""
    if hasattr(value, "tolist"):
        return value.tolist()
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def field_adapter(model: type[BaseModel], key: str) -> TypeAdapter:
    """What tells whether a value is one that the dotted key takes."""
    section, _, name = key.rpartition(".")
    table = model.model_fields[section].annotation if section else model
    field = table.model_fields[name]
    return TypeAdapter(Annotated[field.annotation, field], config=ConfigDict(strict=True))


def _from_text(text: str, adapter: TypeAdapter) -> Any:
    """The first reading of `text` that the key takes; where none fits, the first one, for the error message."""
    readings = list(_readings(text))
    for value in readings:
        try:
            adapter.validate_python(value)
        except ValidationError:
            continue
        return value
    return readings[0]


def _readings(text: str) -> Iterator[Any]:
    """`64,32` may be a TOML value, plain text, a list of TOML values, or a list of texts."""
    for candidate in (text, f"[{text}]"):
        try:
            value = tomllib.loads(f"value = {candidate}")
        except (tomllib.TOMLDecodeError, RecursionError):
            value = {}
        if value.keys() == {"value"}:  # a line break could smuggle in other keys
            yield value["value"]
        if candidate is text:
            yield text
    yield [part.strip() for part in text.split(",")]
