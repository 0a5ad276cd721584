"""One clear line for each thing that can be wrong with a recipe: what came, what was expected, the nearest key."""

import difflib
import json
import typing
from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import BaseModel, ValidationError

from pellucid.recipes.kinds import Expected
from pellucid.recipes.layers import LAYERS

# Names that other programs use, which no likeness of letters would find.
KNOWN_AS = {"lr": "learning_rate", "wd": "weight_decay", "optim": "optimizer", "image_size": "size"}


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """The candidate that `name` was probably meant to be, or None.

    Only the last part of dotted names is compared, so `training.learning_rate` finds `optimizer.learning_rate`; among
    equals the same section wins.
    """
    section, _, key = name.rpartition(".")
    key = KNOWN_AS.get(key, key).lower()

    def likeness(candidate: str) -> tuple[float, bool]:
        own_section, _, own_key = candidate.rpartition(".")
        return difflib.SequenceMatcher(None, key, own_key).ratio(), own_section == section

    best = max(candidates, key=likeness, default="")
    return best if best and likeness(best)[0] >= 0.65 else None


def did_you_mean(name: str, candidates: Iterable[str]) -> str:
    """`; did you mean training.epochs?`, or nothing where no candidate is near."""
    match = nearest(name, candidates)
    return f"; did you mean {match}?" if match else ""


def show(value: Any) -> str:
    """`value` as one would write it in the recipe, cut to 60 characters."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return text if len(text) <= 60 else f"{text[:57]}..."


def dotted_keys(model: type[BaseModel]) -> list[str]:
    """Every key of a recipe: "name", ..., "data.source", ..., "training.seed"."""
    keys = []
    for name in model.model_fields:
        section = _table(model, name)
        keys += [f"{name}.{key}" for key in section.model_fields] if section else [name]
    return keys


def explain(error: ValidationError, values: Mapping[str, Any], model: type[BaseModel]) -> str:
    """The first problem that pydantic found in `values`, as one line."""
    problem = min(error.errors(include_url=False), key=lambda problem: problem["type"] != "extra_forbidden")
    path, owner = _locate(problem["loc"], model)
    if problem["type"] == "extra_forbidden":
        return _unknown(path, problem["input"], model, owner)
    if problem["type"] == "missing":
        return f"{path} is missing; expected {expected(owner, problem['loc'][-1])}"
    if path in model.model_fields and _table(model, path):
        return f"{path} is {show(_value(values, path))}; expected a table, written [{path}]"
    came = _value(values, path)
    reason = f" ({problem['ctx']['error']})" if problem["type"] == "value_error" else ""
    return f"{path} is {show(came)}; expected {expected(owner, path.rpartition('.')[2])}{reason}"


def expected(owner: type[BaseModel], key: str) -> str:
    """What `key` of the section `owner` takes, in words."""
    field = owner.model_fields.get(key.partition("[")[0])
    if field is None:
        return "another value"
    for note in reversed(field.metadata):
        if isinstance(note, Expected):
            return note.words
    if field.annotation is bool:
        return "true or false"
    if typing.get_origin(field.annotation) is typing.Literal:
        return f"one of {', '.join(typing.get_args(field.annotation))}"
    return "text in quotes"


def _unknown(path: str, value: Any, model: type[BaseModel], owner: type[BaseModel]) -> str:
    if owner in LAYERS.values():
        return f"unknown key {path}; this layer has {', '.join(owner.model_fields)}"
    if "." not in path and isinstance(value, dict):
        near = nearest(path, model.model_fields)
        return f"unknown section [{path}]" + (f"; did you mean [{near}]?" if near else "")
    return f"unknown key {path}{did_you_mean(path, dotted_keys(model))}"


def _locate(loc: tuple[str | int, ...], model: type[BaseModel]) -> tuple[str, type[BaseModel]]:
    """pydantic's location as a path, without the names of union branches, and the table that the path's key is in.

    ("training", "epochs") -> "training.epochs", Training;  ("network", "layers", 1, "Dense", "units") ->
    "network.layers[1].units", DenseLayer, and in the same way through layers in layers;  ("training",) -> "training",
    Recipe.
    """
    path, table, owner = "", model, model
    for part in loc:
        if part in LAYERS and path.endswith("]"):
            table = LAYERS[part]
        elif path.endswith(".layers") and isinstance(part, int):
            path += f"[{part}]"
        elif table is None:
            break
        else:
            path = f"{path}.{part}" if path else part
            owner = table
            table = _table(table, part)
    return path, owner


def _table(model: type[BaseModel], key: str) -> type[BaseModel] | None:
    """The section that `key` of `model` holds, or None where it holds a plain value."""
    kind = model.model_fields[key].annotation if key in model.model_fields else None
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def _value(values: Any, path: str) -> Any:
    """What `values` holds at "network.layers[1].units"."""
    for part in path.replace("[", ".[").split("."):
        values = values[int(part[1:-1])] if part.startswith("[") else values[part]
    return values
