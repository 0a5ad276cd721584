"""What has been trained of a system: a line of `results.jsonl` for each variant and seed, and the folders of the runs."""

import csv
import json
import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from pellucid.classifier import Classifier
from pellucid.evaluation import decimals
from pellucid.recipes import Recipe, load_recipe
from pellucid.words import percent


class Prediction(NamedTuple):
    """What a network said to a picture; probability: of the predicted class."""

    path: str
    label: str
    predicted: str
    probability: float
    part: str

    @property
    def right(self) -> bool:
        return self.label == self.predicted


@dataclass(frozen=True, kw_only=True)
class Trained:
    """A variant trained once.

    part: what `accuracy` was measured on: "test", "cross-validation" (each picture by a network that has not seen it) ...
    accuracy: None for networks that name no classes. train_accuracy: on the pictures it was trained on.
    """

    variant: str
    seed: int
    part: str
    accuracy: float | None
    n: int
    loss: float
    train_accuracy: float | None
    train_loss: float | None
    seconds: float  # of training
    epochs: int
    parameters: int
    folder: Path = field(repr=False)  # of the run
    explained: float | None = None  # of an autoencoder: the share of the pixels' variance that it gives back

    @classmethod
    def read(cls, values: Mapping, out: Path) -> "Trained":
        """A line of `results.jsonl` in the folder `out`."""
        known = {key: value for key, value in values.items() if key in cls.__dataclass_fields__}
        return cls(**known | {"folder": out / values["folder"]})

    def in_words(self) -> str:
        """One line: "70.0 % of 50, 12.3 s"."""
        share = self.accuracy if self.accuracy is not None else self.explained
        what = f"of {self.n:,}" if self.accuracy is not None else "of the pixels' variance"
        return f"{percent(share, decimals(self.n))} {what}, {self.seconds:.1f} s of training"

    def recipe(self) -> Recipe:
        """The recipe with every key, as the run left it: its source, the size and the classes that were used."""
        return load_recipe(self.folder / "config.toml")

    def classifier(self) -> Classifier:
        """The network that was kept."""
        return Classifier.load(self.folder / "model.safetensors")

    def epochs_log(self) -> list[dict]:
        """The lines of `metrics.jsonl`: a dict for each epoch."""
        return [json.loads(line) for line in (self.folder / "metrics.jsonl").read_text(encoding="utf-8").splitlines()]

    def doctors_findings(self) -> list[dict]:
        """What the doctor found, in the order of the epochs: "fault", "epoch", "what", "cure"."""
        return [finding for epoch in self.epochs_log() for finding in epoch.get("findings") or ()]

    def predictions(self, part: str | None = None) -> list[Prediction]:
        """The rows of `predictions.csv`, or those of one part."""
        with (self.folder / "predictions.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if part in (None, row["split"])]
        return [Prediction(row["path"], row["label"], row["predicted"], float(row["probability"]), row["split"]) for row in rows]

    def scores(self) -> dict:
        """What `scores.json` holds."""
        return json.loads((self.folder / "scores.json").read_text(encoding="utf-8"))

    def checks(self) -> dict:
        """What `checks.json` holds; nothing where nothing was checked."""
        path = self.folder / "checks.json"
        return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


class Results(Mapping[str, Sequence[Trained]]):
    """The trained runs of each variant that has any, in the order of their seeds."""

    def __init__(self, trained: Sequence[Trained] = ()):
        self._runs: dict[str, list[Trained]] = {}
        for run in sorted(trained, key=lambda run: run.seed):
            self._runs.setdefault(run.variant, []).append(run)

    def __getitem__(self, variant: str) -> Sequence[Trained]:
        return self._runs[variant]

    def __iter__(self) -> Iterator[str]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)

    def first(self, variant: str) -> Trained:
        """The run of the lowest seed."""
        return self._runs[variant][0]

    def mean(self, variant: str) -> float:
        """Mean accuracy over the seeds."""
        return statistics.fmean(run.accuracy for run in self._runs[variant])

    def spread(self, variant: str) -> float:
        """Standard deviation over the seeds; NaN for a single one."""
        runs = self._runs[variant]
        return statistics.stdev(run.accuracy for run in runs) if len(runs) > 1 else math.nan
