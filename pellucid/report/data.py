"""All that a report shows, as plain data: numbers, text and small pictures; no network and no file."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from pellucid.evaluation import Calibration, Ladder, LearningCurve, Ranking, ReconstructionScores, Refusals, Scores, Seen, Slice
from pellucid.report.checks import Checks
from pellucid.words import part_word


class Picture(NamedTuple):
    """A picture small enough to be shown among many (see `thumbnail`)."""

    name: str  # its path in the source
    pixels: np.ndarray | None  # (H, W, 1) or (H, W, 3) uint8; None for a row of features


class Answer(NamedTuple):
    """One answer of the gallery."""

    picture: Picture
    label: str  # the true class
    predicted: str
    probability: float  # of the predicted class
    label_probability: float | None  # of the true class; None: not known
    refused: str = ""  # why it is not given: "not sure" or "none of these"

    @property
    def is_right(self) -> bool:
        """Whether the predicted class is the true one."""
        return self.label == self.predicted


class Rebuilt(NamedTuple):
    """A picture and what an autoencoder gives back of it."""

    name: str
    pixels: np.ndarray  # (H, W, 1 or 3) uint8
    rebuilt: np.ndarray  # the same shape
    error: float  # mean squared error of a pixel, values from 0 to 1


class Costs(NamedTuple):
    """The training loss of one recipe after each step or epoch, a curve for each seed."""

    title: str
    curves: Sequence[Sequence[float]]
    unit: str  # "step", where each sees all pictures, or "epoch"


class Formula(NamedTuple):
    """A loss, an optimiser or a schedule: its name, its equation in one line, its settings in words."""

    name: str
    equation: str = ""
    settings: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class DataFacts:
    """What was learned from. The names are those of `images.Dataset`."""

    name: str
    location: str
    classes: tuple[str, ...]
    label_rule: str
    counts: Mapping[str, Mapping[str, int]]  # part -> class -> pictures: {"train": {"cat": 560, ...}, ...}
    sizes: Mapping[tuple[int, int], int] = field(default_factory=dict)  # (width, height) before fitting -> pictures
    formats: Mapping[str, int] = field(default_factory=dict)
    value_range: tuple[float, float] = (0.0, 255.0)
    ignored: Mapping[str, int] = field(default_factory=dict)
    broken: Sequence[tuple[str, str]] = ()  # (path, reason)
    notes: Sequence[str] = ()  # what its reader had to tell
    content_hash: str = ""


@dataclass(frozen=True, kw_only=True, eq=False)
class InputFacts:
    """How a picture becomes the network's input. The names are those of `images.InputSpec`."""

    shape: tuple[int, ...]  # (H, W, C), or (K,) for rows of features
    fit: str  # "stretch", "pad", "crop"
    normalisation: str  # "none", "unit", "standard"
    per: str = "channel"  # of "standard": "channel" or "pixel"
    changes: Mapping[str, object] = field(default_factory=dict)  # the keys of [augment] that are set, `views` apart
    views: str = "none"  # which views of a picture the outputs are averaged over


@dataclass(frozen=True, kw_only=True, eq=False)
class ReportData:
    """Everything `render` and `save_figures` show.

    Parts are "train", "validation", "test" and "cross-validation" (every picture, answered by the network of a fold
    that had not seen it); those that exist, in this order.
    """

    title: str
    data: DataFacts
    input: InputFacts
    layers: Sequence[Mapping]  # `Network.rows()`
    loss: Formula
    optimizer: Formula
    schedule: Formula
    epochs: Sequence[Mapping]  # `Epoch.to_json()` of each
    scores: Mapping[str, Scores] | Mapping[str, ReconstructionScores]  # part -> scores; the second of an autoencoder
    part: str  # what the headline, the confusion matrix and the gallery speak of: "test" where there is one
    config: str  # the resolved recipe, as TOML
    created: str  # date and time, in words
    seconds: float  # training time
    samples: Mapping[str, Sequence[Picture]] = field(default_factory=dict)  # class -> some of its pictures
    gallery: Sequence[Answer] = ()  # wrong and right ones, in the order shown
    rebuilt: Sequence[Rebuilt] = ()  # of an autoencoder, the one given back best first
    first_layer: np.ndarray | None = None  # (H, W, C, units): the weights of each unit, in the shape of the input
    epochs_planned: int = 0  # 0: as many as there are
    best_epoch: int | None = None  # position in `epochs` of the one whose weights were kept; None: the last
    stopped: str = ""  # why training ended before the planned epochs: "the time budget was used up"
    ladder: Ladder | None = None  # the simpler methods below the network, on the headline's part
    calibration: Calibration | None = None
    ranking: Ranking | None = None
    seen: Seen | None = None  # pictures of the headline's part that have a copy in training
    learning_curve: LearningCurve | None = None  # through trainings on shares of the pictures
    slices: Sequence[Slice] = ()  # parts of the headline's pictures beside the rest
    refusals: Refusals | None = None
    refused: Sequence[Answer] = ()  # some pictures of the headline's part that the network does not answer
    folds: Sequence[float] = ()  # accuracies of the folds, where it was cross-validated
    warnings: Sequence[str] = ()  # sentences that the reader must not miss
    checks: Checks | None = None  # what was found before training
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def part_word(self) -> str:
        """The headline's part as an adjective: "test", "training"."""
        return part_word(self.part)

    @property
    def noun(self) -> str:
        """What one example is called: "picture", or "row" of features."""
        return "picture" if len(self.input.shape) == 3 else "row"

    @property
    def headline(self) -> Scores | ReconstructionScores:
        """The scores that the report is about."""
        return self.scores[self.part]
