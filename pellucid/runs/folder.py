"""The folder that a run leaves behind."""

import json
import os
from pathlib import Path

from pellucid.errors import OutputError
from pellucid.files import atomic_write, remove_leftovers
from pellucid.training import Epoch

DEFAULT = Path("runs")


class RunFolder:
    """The files of one run, by name; `create` makes the folder, `open` finds an old one."""

    def __init__(self, path: Path):
        self.path = path
        self.model = path / "model.safetensors"
        self.checkpoint = path / "checkpoint.safetensors"
        self.report = path / "report.html"
        self.scores = path / "scores.json"
        self.metrics = path / "metrics.jsonl"
        self.config = path / "config.toml"
        self.split = path / "split.csv"
        self.predictions = path / "predictions.csv"
        self.confusion_matrix = path / "confusion_matrix.csv"
        self.classification_report = path / "classification_report.txt"
        self.checks = path / "checks.json"
        self.learning_curve = path / "learning_curve.json"
        self.figures = path / "figures"

    @classmethod
    def create(cls, out: str | Path | None, name: str) -> "RunFolder":
        """A new folder: `out`, or the first free `runs/<name>-<n>`. OutputError where `out` is not empty or not to be had."""
        cls.check_free(out)
        return cls(new_folder(out, DEFAULT, name))

    @staticmethod
    def check_free(out: str | Path | None) -> None:
        """OutputError where `out` cannot take a run: a file, or a folder that is not empty."""
        check_free(out, f", or go on with --resume {out}")

    @classmethod
    def open(cls, path: str | Path) -> "RunFolder":
        """The folder of an interrupted run. OutputError where there is none, or where the run has ended."""
        folder = cls(Path(path))
        if not folder.config.is_file():
            raise OutputError(f"{path} holds no run (no {folder.config.name}); give the folder of an interrupted run")
        if folder.model.exists() and not folder.checkpoint.exists():
            raise OutputError(f"the run in {path} has ended; nothing to resume (its model is {folder.model})")
        remove_leftovers(folder.path)
        return folder

    def discard(self) -> None:
        """Remove the folder of a run that left nothing worth keeping, as far as this run made it."""
        for path in (self.config, self.split, self.metrics, self.checkpoint):
            path.unlink(missing_ok=True)
        if not any(self.path.iterdir()):
            self.path.rmdir()

    def write_metrics(self, epochs: list[Epoch]) -> None:
        """Write `metrics.jsonl` anew: a line for each epoch."""
        atomic_write(self.metrics, "".join(_line(epoch) for epoch in epochs))

    def append_metrics(self, epoch: Epoch) -> None:
        """Add the line of one epoch."""
        try:
            with open(self.metrics, "a", encoding="utf-8", newline="\n") as file:
                file.write(_line(epoch))
        except OSError as error:
            raise OutputError(f"cannot write {self.metrics}: {error.strerror}; free some space, then --resume") from error


def check_free(out: str | Path | None, advice: str = "") -> None:
    """OutputError where `out` cannot take results: a file, or a folder that is not empty."""
    if out is None or not os.path.lexists(out):
        return
    path = Path(out)
    if not path.is_dir():
        raise OutputError(f"{path} is no folder; choose another name with --out")
    try:
        used = any(path.iterdir())
    except OSError as error:
        raise OutputError(f"cannot look into {path}: {error.strerror}; choose another folder with --out") from error
    if used:
        raise OutputError(f"{path} is not empty; choose another folder with --out{advice}")


def new_folder(out: str | Path | None, parent: Path, name: str) -> Path:
    """The folder `out`, made where there is none; or, for None, the first free parent/name-1, name-2, ... OutputError."""
    try:
        if out is None:
            return _numbered(parent, name)
        Path(out).mkdir(parents=True, exist_ok=True)
        return Path(out)
    except OSError as error:
        place = out if out is not None else parent
        raise OutputError(f"cannot make the folder {place}: {error.strerror}; choose another with --out") from error


def _numbered(parent: Path, name: str) -> Path:
    """Make the first free folder name-1, name-2, ...; two runs that start at once get two folders."""
    parent.mkdir(parents=True, exist_ok=True)
    number = 1
    while True:
        path = parent / f"{name}-{number}"
        try:
            path.mkdir()
        except FileExistsError:
            number += 1
        else:
            return path


def _line(epoch: Epoch) -> str:
    return json.dumps(epoch.to_json()) + "\n"
