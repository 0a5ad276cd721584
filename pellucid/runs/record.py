"""A finished run, read back from its folder."""

import csv
import io
import json
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pellucid.classifier import Classifier
from pellucid.errors import DataError
from pellucid.evaluation import ComparedRun
from pellucid.runs.folder import RunFolder
from pellucid.runs.run import headline_part

_PARTS = ("train", "validation", "test", "cross-validation")


def read_run(path: Path, name: str) -> ComparedRun:
    """The run in a folder; runs of older versions may lack what was not written then.

    Raises DataError for a folder without a finished run and for files that are damaged, ModelFileError as `load`.
    """
    folder = RunFolder(path)
    _check_finished(folder)
    settings = flat(_parsed(folder.config, tomllib.loads))
    scores = {part: score for part, score in _parsed(folder.scores, json.loads).items() if part in _PARTS}
    if not scores:
        raise DataError(f"{folder.scores} holds no scores; expected those of a finished run, train again")
    classifier = Classifier.load(folder.model)
    provenance = classifier.provenance
    return ComparedRun(
        name=name,
        folder=str(path),
        data=provenance.get("source") or settings.get("data.source", ""),
        data_sha256=provenance.get("data_sha256", ""),
        shape=tuple(classifier.input.shape),
        classes=classifier.classes,
        part=headline_part(scores),
        scores=scores,
        parameters=classifier.network.parameters,
        epochs=_parsed(folder.metrics, lambda text: [json.loads(line) for line in io.StringIO(text)]),
        settings=settings,
        answers=_parsed(folder.predictions, _held_out) if classifier.classes else {},
        version=provenance.get("versions", {}).get("pellucid", ""),
    )


def _check_finished(folder: RunFolder) -> None:
    if not folder.path.is_dir():
        kind = "a file" if folder.path.exists() else "not there"
        raise DataError(f"{folder.path} is {kind}; expected the folder of a run, as pellucid train leaves it")
    if not folder.config.is_file():
        raise DataError(f"{folder.path} holds no run (no {folder.config.name}); expected a folder that pellucid train left")
    if not folder.scores.is_file() or not folder.model.is_file():
        raise DataError(f"the run in {folder.path} has not ended; finish it with pellucid train --resume {folder.path}")


def _parsed(path: Path, parse) -> Any:
    """What `parse` makes of the text of a file; DataError where it cannot be read or makes no sense."""
    try:
        with open(path, encoding="utf-8", newline="") as file:
            return parse(file.read())
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}; expected the folder of a finished run") from error
    except (ValueError, LookupError, csv.Error) as error:
        raise DataError(f"{path} is damaged ({error}); train again, or leave this run out") from error


def _held_out(text: str) -> dict[str, tuple[str, str]]:
    """Name -> (label, predicted) of the pictures that the network, or that of their fold, had not seen."""
    header, *rows = csv.reader(io.StringIO(text, newline=""))
    path, label, predicted, part = map(header.index, ("path", "label", "predicted", "split"))
    return {row[path]: (row[label], row[predicted]) for row in rows if row[part] == "test" or row[part].startswith("fold ")}


def flat(tables: Mapping[str, Any]) -> dict[str, Any]:
    """{"training": {"epochs": 9}} as {"training.epochs": 9}; tables inside the sections stay as they are."""
    found = {}
    for key, value in tables.items():
        found |= {f"{key}.{name}": each for name, each in value.items()} if isinstance(value, dict) else {key: value}
    return found


def short_names(folders: Sequence[Path]) -> list[str]:
    """A different name for each folder: the last part of its path, or as many parts as it takes."""
    for depth in range(1, max(len(path.parts) for path in folders) + 1):
        names = ["/".join(path.parts[-depth:]) for path in folders]
        if len(set(names)) == len(names):
            break
    return names
