"""What several commands take: the settings of a recipe as flags, and the arguments that mean the same everywhere."""

import functools
import inspect
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Annotated, Any, NamedTuple

import typer

from pellucid.errors import RecipeError


def parse_keys(text: str) -> dict[str, str]:
    """`x=images,y=labels` as a dictionary."""
    pairs = [part.partition("=") for part in text.split(",")]
    if any(not (name and equals and value) for name, equals, value in pairs):
        raise RecipeError(f"--keys is {text}; expected names of arrays, for example x=images,y=labels")
    return {name.strip(): value.strip() for name, _, value in pairs}


def parse_shape(text: str) -> tuple[int, ...]:
    """`28,28` as (28, 28)."""
    sides = [side.strip() for side in text.split(",")]
    if len(sides) not in (2, 3) or not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise RecipeError(f"--shape is {text}; expected height and width, perhaps channels, for example 28,28")
    return tuple(map(int, sides))


def not_blank(text: str) -> str:
    """The names of classes as they are written, where there are any."""
    if not text.strip():
        raise RecipeError("--classes is empty; expected names, for example rabbit,cat, or leave it out for all classes")
    return text


class Flag(NamedTuple):
    """A setting of a recipe as an option. Its value is passed on as text: recipes know what each key takes."""

    name: str  # everyday name; the option is --everyday-name
    metavar: str  # "" for a switch
    help: str
    setting: str = ""  # where it is not the name
    opposite: str = ""  # of a switch: the option that switches it off
    option: str = ""  # where it is not --everyday-name
    read: Callable[[Any], Any] = lambda value: value

    @property
    def parameter(self) -> inspect.Parameter:
        """For typer, which reads a command's signature."""
        option = self.option or "--" + self.name.replace("_", "-")
        declaration = f"{option}/{self.opposite}" if self.opposite else option
        kind = str | None if self.metavar else bool | None
        info = typer.Option(declaration, metavar=self.metavar or None, help=self.help, show_default=False)
        return inspect.Parameter(
            self.name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=Annotated[kind, info]
        )


PICTURES = (
    Flag("classes", "A,B", "Class names in the order to use, for example rabbit,cat; others are left out.", read=not_blank),
    Flag("label_rule", "RULE", "How a path gives its label: folder, prefix, or a regular expression with one group."),
    Flag("keys", "x=A,y=B", "Names of the arrays of pictures and labels in an .npz or HDF5 file.", "data.keys", read=parse_keys),
    Flag("shape", "H,W[,C]", "Shape of the pictures in a CSV of pixels; found where they are square.", read=parse_shape),
    Flag("validation", "SHARE", "Share of the pictures held back to watch the training."),
    Flag("test", "SHARE", "Share of the pictures held back for the final score."),
    Flag(
        "leak_guard",
        "",
        "Keep copies of one picture on one side of the split (the default), or only tell of them.",
        opposite="--no-leak-guard",
    ),
    Flag("allow_broken", "", "Go on however many files cannot be read.", "max_broken", read=lambda _: 1.0),
    Flag("size", "N|H,W", "Height and width in pixels."),
    Flag("grey", "", "Read pictures as grey, or in colour.", opposite="--rgb"),
    Flag("fit", "HOW", "How a picture of another shape is fitted: stretch, pad or crop."),
)
NETWORK = (
    Flag(
        "start_from",  # `from` is a word of Python
        "MODEL",
        "Take over the layers of a trained model, and learn a new last layer.",
        option="--from",
    ),
    Flag("hidden", "N,N", "Units of the hidden layers, for example 128,64."),
    Flag("optimizer", "NAME", "How the weights follow the gradient, for example sgd, adam or adamw."),
    Flag("batch_size", "N", "Pictures a step; 0: all of them."),
    Flag("seed", "N", "Fixes split, start and order: same seed, same bits."),
)
LENGTH = (
    Flag("epochs", "N", "Passes over the training pictures."),
    Flag("learning_rate", "RATE", "Size of a step; `pellucid find-lr` suggests one."),
    Flag("patience", "N", "Stop after N epochs without a better validation loss; 0: never."),
    Flag("minutes", "M", "Stop after M minutes and keep the best model so far."),
    Flag("folds", "K", "Cross-validate with K folds first."),
    Flag("abstain_at_risk", "SHARE", 'Answer "not sure" where more than this share would be wrong, for example 0.02.'),
    Flag("final", "", "Train the kept model on all pictures, scored by cross-validation."),
    Flag("learning_curve", "", "Train on shares of the pictures too, and say what twice as many would give."),
)

SourceArgument = Annotated[
    str | None,
    typer.Argument(metavar="SOURCE", help="A folder of pictures, a file of them, or a data set by name.", show_default=False),
]
ModelArgument = Annotated[
    Path, typer.Argument(metavar="MODEL", help="A model file, or the folder of a run.", show_default=False)
]
RecipeOption = Annotated[
    str | None,
    typer.Option("--recipe", metavar="NAME|FILE", help="A recipe: `pellucid recipes` lists them.", show_default=False),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
QuietOption = Annotated[bool, typer.Option("--quiet", "-q", help="No progress and no messages.")]

_SET = inspect.Parameter(
    "set",
    inspect.Parameter.KEYWORD_ONLY,
    default=(),
    annotation=Annotated[
        list[str],
        typer.Option(
            "--set", metavar="KEY=VALUE", help="Any key of the recipe, for example loss.l2=1e-4.", show_default=False
        ),
    ],
)


def with_settings(*flags: Flag) -> Callable:
    """Give a command (source, recipe, ..., settings) these flags and `--set`: what was given arrives in `settings`."""

    def decorate(command: Callable) -> Callable:
        @functools.wraps(command)
        def run(**values: Any) -> None:
            given = {flag: values.pop(flag.name) for flag in flags}
            settings = _settings(given, values.pop("set") or ())
            return command(**values, settings=settings)

        own = [parameter for name, parameter in inspect.signature(command).parameters.items() if name != "settings"]
        source, recipe, *others = (each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in own)
        settings = [flag.parameter for flag in flags]  # after what they change, in the order of --help
        run.__signature__ = inspect.Signature([source, recipe, *settings, _SET, *others])
        return run

    return decorate


def model_file(given: Path) -> Path:
    """A model file, where the folder of a run is given for it."""
    return given / "model.safetensors" if given.is_dir() else given


def _settings(given: dict[Flag, Any], pairs: Sequence[str]) -> dict[str, Any]:
    settings = {flag.setting or flag.name: flag.read(value) for flag, value in given.items() if value is not None}
    for pair in pairs:
        key, equals, value = (part.strip() for part in pair.partition("="))
        if not (key and equals):
            raise RecipeError(f"--set {pair}: expected KEY=VALUE, for example --set training.epochs=20")
        if key in settings:
            raise RecipeError(f"{key} is set twice; give it once")
        settings[key] = value
    return settings
