"""The kinds of values a recipe holds, each with the words that an error message uses for it."""

import re
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field


@dataclass(frozen=True)
class Expected:
    """What a key takes, in words: "a whole number of at least 1"."""

    words: str


class Section(BaseModel):
    """A table of a recipe: unknown keys, other types and infinite numbers are refused; it never changes once read."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, allow_inf_nan=False)


def _unicode(text: str) -> str:
    """Refuse what UTF-8 cannot hold: undecodable bytes of a file name, kept by Python as lone surrogates."""
    text.encode("utf-8")
    return text


def _one_group(pattern: str) -> str:
    """Check that `pattern` is empty or compiles to a regular expression with exactly one group."""
    if pattern:
        try:
            groups = re.compile(pattern).groups
        except re.error as error:
            raise ValueError(f"{error}") from error
        if groups != 1:
            raise ValueError(f"it has {groups} groups")
    return pattern


def _label_rule(rule: str) -> str:
    return rule if rule in ("folder", "prefix") else _one_group(rule)


def _folds(count: int) -> int:
    if count < 0 or count == 1:
        raise ValueError("each fold is tested by a network trained on the others")
    return count


def _two_or_three(shape: tuple[int, ...]) -> tuple[int, ...]:
    if len(shape) == 1:
        raise ValueError("a single number")
    return shape


def _square(size: Any) -> Any:
    """64 means 64 x 64."""
    return (size, size) if type(size) is int else size


Count = Annotated[int, Field(ge=1), Expected("a whole number of at least 1")]
Whole = Annotated[int, Field(ge=0), Expected("a whole number, 0 or more")]
Seed = Annotated[int, Field(ge=0, lt=2**32), Expected("a whole number from 0 to 4294967295")]
Folds = Annotated[int, AfterValidator(_folds), Expected("a whole number of at least 2, or 0 for none")]
Positive = Annotated[float, Field(gt=0), Expected("a number above 0")]
NotNegative = Annotated[float, Field(ge=0), Expected("a number, 0 or more")]
Fraction = Annotated[float, Field(ge=0, lt=1), Expected("a number from 0 up to, but not including, 1")]
Flip = Annotated[
    bool | Annotated[float, Field(ge=0, le=1)] | Literal["alternating"],
    Expected('true, false, "alternating" or a probability from 0 to 1'),
]
Share = Annotated[float, Field(ge=0, le=1), Expected("a number from 0 to 1")]
Text = Annotated[str, AfterValidator(_unicode), Expected("text in quotes")]
Names = Annotated[tuple[Text, ...], Field(strict=False), Expected('a list of names, for example ["rabbit", "cat"]')]
NameTable = Annotated[dict[Text, Text], Expected('a table of names, for example {x = "images", y = "labels"}')]
PictureShape = Annotated[
    tuple[Count, ...],
    Field(strict=False, max_length=3),
    AfterValidator(_two_or_three),
    Expected("[height, width] or [height, width, channels], for example [28, 28]"),
]
Pattern = Annotated[
    Text, AfterValidator(_one_group), Expected(r'a regular expression with one group, for example "(session\\d+)_"')
]
LabelRule = Annotated[
    Text,
    AfterValidator(_label_rule),
    Expected(r'"folder", "prefix" or a regular expression with one group, for example "_([a-z]+)\\."'),
]
Size = Annotated[
    Literal["auto"] | Annotated[tuple[Count, Count], Field(strict=False)],
    BeforeValidator(_square),
    Expected('"auto", one number or [height, width], for example 64 or [90, 120]'),
]
ClassWeight = Annotated[
    Literal["none", "balanced"] | dict[Text, Positive],
    Expected('"none", "balanced" or a table of weights above 0, for example {cat = 2.0, noncat = 1.0}'),
]
Epochs = Annotated[Literal["auto"] | Count, Expected('a whole number of at least 1, or "auto"')]
Factors = Annotated[
    dict[Text, NotNegative],
    Expected('a table of numbers, 0 or more, by names of parameters, for example {"*.b" = 2.0, "0.*" = 0.0}'),
]
Activation = Literal["linear", "relu", "leaky_relu", "elu", "gelu", "silu", "sigmoid", "tanh"]
Initialiser = Literal["he", "glorot", "lecun", "normal", "zeros"]
WindowSize = Annotated[
    Count | Annotated[tuple[Count, Count], Field(strict=False)],
    Expected("one whole number of at least 1 or [height, width], for example 3 or [3, 5]"),
]
Padding = Annotated[Literal["same", "valid"] | Whole, Expected('"same", "valid" or a whole number of pixels')]
Shape = Annotated[
    tuple[Count, ...],
    Field(strict=False, min_length=1),
    Expected("a list of whole numbers of at least 1, for example [4, 4, 8]"),
]
Widths = Annotated[
    Whole | Annotated[tuple[Count, Count, Count], Field(strict=False)],
    Expected("a whole number, 0 or more, or a list of three of at least 1, for example [32, 64, 64]"),
]
Units = Annotated[
    tuple[Count, ...], Field(strict=False), Expected("a list of whole numbers of at least 1, for example [128, 64]")
]
Activations = Annotated[
    Activation | Annotated[tuple[Activation, ...], Field(strict=False)],
    Expected("one of linear, relu, leaky_relu, elu, gelu, silu, sigmoid, tanh, or a list of them, one a hidden layer"),
]
Dropouts = Annotated[
    Fraction | Annotated[tuple[Fraction, ...], Field(strict=False)],
    Expected("a number from 0 up to, but not including, 1, or a list of them, one a hidden layer"),
]
