"""Files and folders of pictures in, a class name and a probability for each out."""

import csv
import io
import os
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from pellucid.classifier import BATCH_SIZE, Classifier, load
from pellucid.errors import DataError
from pellucid.evaluation import spreadsheet_safe
from pellucid.files import atomic_write
from pellucid.images.formats import FORMATS, ignored_kind, is_hidden, natural_key
from pellucid.images.picture_file import BrokenPicture
from pellucid.images.readers.results import left_by_pellucid
from pellucid.parallel import on_all_cores
from pellucid.runs.progress import Silent


@dataclass(frozen=True, eq=False)
class Prediction:
    """The answer for one picture."""

    path: Path
    label: str | None  # None where the model refuses to answer
    probability: float  # of the most probable class, whether it is answered or not
    probabilities: np.ndarray = field(repr=False)  # (classes,), in the order of the model's classes
    refused: str = ""  # why there is no label: "not sure" or "none of these"


@dataclass(frozen=True, eq=False)
class Answers(Sequence[Prediction]):
    """The answers for many pictures, in the order they were given; folders in natural order."""

    classes: tuple[str, ...]
    predictions: tuple[Prediction, ...] = field(repr=False)
    skipped: tuple[tuple[Path, str], ...] = ()  # (path, reason) of what could not be read
    ignored: Mapping[str, int] = field(default_factory=dict)  # files in folders that are no pictures, counted by kind

    def __len__(self):
        return len(self.predictions)

    def __getitem__(self, index):
        return self.predictions[index]

    def best_class(self, prediction: Prediction) -> str:
        """The most probable class of a picture, answered or not."""
        return self.classes[prediction.probabilities.argmax()]

    def to_json(self) -> dict:
        """What `pellucid predict --json` prints; where the model refuses to answer, label is null and refused says why."""
        return {
            "predictions": [
                {
                    "path": str(each.path),
                    "label": each.label,
                    "refused": each.refused or None,
                    "probability": each.probability,
                    "probabilities": dict(zip(self.classes, each.probabilities.tolist(), strict=True)),
                }
                for each in self
            ],
            "skipped": [{"path": str(path), "reason": reason} for path, reason in self.skipped],
            "ignored": dict(self.ignored),
        }

    def write_csv(self, path: str | Path) -> None:
        """A line a picture: path, label (empty where refused), probability, why it is refused, then the probability of each class.

        Cells that a spreadsheet would run as a formula are escaped. Errors: OutputError.
        """
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(map(spreadsheet_safe, ("path", "label", "probability", "refused", *self.classes)))
        for each in self:
            probability, *others = (f"{p:.6f}" for p in (each.probability, *each.probabilities))
            names = spreadsheet_safe(str(each.path)), spreadsheet_safe(each.label or "")
            writer.writerow([*names, probability, each.refused, *others])
        atomic_write(path, text.getvalue())


def predict(
    model: Classifier | str | Path,
    inputs: str | Path | Iterable[str | Path],
    *,
    answer_all: bool = False,
    progress: Silent | None = None,
    batch_size: int = BATCH_SIZE,
) -> Answers:
    """The answers of `model`, a Classifier or a model file, for picture files and for all pictures in folders.

    Folders are walked; hidden files and those that are no pictures are left out and counted. A picture that cannot
    be read is skipped and listed with the reason. Pictures are decoded in threads and answered batch by batch: memory
    holds about three batches, however many pictures there are. answer_all: the most probable class of every picture,
    where the model would say "not sure" or "none of these" too.

    Errors: DataError for an input that does not exist, and where no picture can be read; ModelFileError.
    """
    classifier = model if isinstance(model, Classifier) else load(model)
    if answer_all:
        classifier = replace(classifier, threshold=None, novelty=None)
    progress = progress or Silent()
    paths, skipped, ignored = _find([inputs] if isinstance(inputs, str | Path) else list(inputs))
    predictions = []
    with progress.task("predicting", len(paths)) as advance:
        for batch in _in_batches(_decoded(paths, classifier.input.decode, 2 * batch_size), batch_size):
            good = [(path, values) for path, values in batch if not isinstance(values, BrokenPicture)]
            skipped += [(path, broken.reason) for path, broken in batch if isinstance(broken, BrokenPicture)]
            predictions += _answer(classifier, good)
            advance(len(batch))
    if not predictions:
        raise DataError(_nothing(paths, skipped, ignored))
    return Answers(classifier.classes, tuple(predictions), tuple(skipped), dict(sorted(ignored.items())))


def _answer(classifier: Classifier, pictures: Sequence[tuple[Path, np.ndarray]]) -> list[Prediction]:
    if not pictures:
        return []
    found = classifier.decide_decoded(np.stack([values for _, values in pictures]))
    rows = zip(pictures, found.labels, found.probabilities, found.refused, strict=True)
    return [Prediction(path, label, float(p.max()), p, str(why)) for (path, _), label, p, why in rows]


def _decoded(
    paths: Sequence[Path], decode: Callable[[Path], np.ndarray], ahead: int
) -> Iterator[tuple[Path, np.ndarray | BrokenPicture]]:
    """Each path with its values, or with what is wrong with it; at most `ahead` are decoded before their turn."""

    def attempt(path: Path) -> np.ndarray | BrokenPicture:
        try:
            if path.exists() and not path.is_file():  # opening a pipe would wait for ever
                raise BrokenPicture(str(path), "not a file")
            return decode(path)
        except BrokenPicture as broken:
            return broken

    return zip(paths, on_all_cores(attempt, paths, ahead), strict=True)


def _in_batches(items: Iterable, size: int) -> Iterator[list]:
    batch = []
    for item in items:
        batch.append(item)
        if len(batch) == size:
            yield batch
            batch = []
    if batch:
        yield batch


def _find(inputs: Sequence[str | Path]) -> tuple[list[Path], list[tuple[Path, str]], Counter]:
    """All pictures that `inputs` name, each once; folders that cannot be read; what is ignored, by kind."""
    paths: dict[Path, None] = {}  # an ordered set
    skipped: list[tuple[Path, str]] = []
    ignored: Counter = Counter()
    for given in map(Path, inputs):
        if os.path.isdir(given):
            paths.update(dict.fromkeys(_walk(given, skipped, ignored)))
        elif os.path.exists(given):
            paths[given] = None
        else:
            raise DataError(f"there is no file or folder {given}; expected pictures, or folders that hold some")
    return list(paths), skipped, ignored


def _walk(root: Path, skipped: list[tuple[Path, str]], ignored: Counter) -> Iterator[Path]:
    """The pictures below a folder in natural order. Links are followed, but no folder is visited twice."""
    visited = {os.path.realpath(root)}

    def is_new(folder: str) -> bool:
        before = len(visited)
        visited.add(os.path.realpath(folder))
        return len(visited) > before

    def unreadable(error: OSError) -> None:
        skipped.append((Path(error.filename), (error.strerror or "cannot be read").lower()))

    for folder, folders, files in os.walk(root, onerror=unreadable, followlinks=True):
        shown = sorted((name for name in folders if not is_hidden(name)), key=natural_key)
        folders[:] = [name for name in shown if is_new(os.path.join(folder, name))]
        if left := Path(folder) != root and left_by_pellucid(Path(folder), files):
            ignored[left.removeprefix("a ").removeprefix("an ")] += 1
            folders.clear()
            continue
        for name in sorted(files, key=natural_key):
            if kind := ignored_kind(name):
                ignored[kind] += 1
            else:
                yield Path(folder, name)


def _nothing(paths: Sequence[Path], skipped: Sequence[tuple[Path, str]], ignored: Counter) -> str:
    if skipped:
        path, reason = skipped[0]
        return f"none of {len(skipped)} pictures can be read; the first is {path}: {reason}"
    listed = ", ".join(f"{kind} ({count})" for kind, count in ignored.most_common(5)) or "nothing"
    return f"no pictures to predict: found {listed}; expected {', '.join(FORMATS)}"
