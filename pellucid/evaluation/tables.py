"""Scores and answers as text: a report aligned like scikit-learn's, and comma-separated values."""

import csv
import io
from collections.abc import Sequence

import numpy as np

from pellucid.evaluation.predictions import Predictions
from pellucid.evaluation.scores import Scores
from pellucid.words import printable

# What spreadsheets take for the start of a formula (OWASP, CSV injection), the full-width forms included.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def spreadsheet_safe(cell: str) -> str:
    """`cell`, with an apostrophe before it where a spreadsheet would run it as a formula: `=1+1` becomes `'=1+1`.

    Bytes of a file name that are not UTF-8 are written in hexadecimal, so that the text can be stored as UTF-8, and
    carriage returns as a backslash and an r: Python's csv writer would leave them bare, and readers end the row there.
    """
    safe = f"'{cell}" if cell.startswith(_FORMULA_STARTS) else cell
    return safe.replace("\r", "\\r").encode("utf-8", "backslashreplace").decode("utf-8")


def predictions_csv(predictions: Predictions) -> str:
    """A line a picture: path, label, predicted, probability (of the predicted class), split, refused.

    refused: why the model gives no answer, "not sure" or "none of these"; empty where it does.
    """
    found, classes = predictions, predictions.classes
    refused = found.refused if found.refused is not None else [""] * len(found)
    rows = zip(found.paths, found.labels, found.predicted, found.confidence, found.split, refused)
    return _csv(
        ["path", "label", "predicted", "probability", "split", "refused"],
        ([path, classes[label], classes[answer], f"{p:.6f}", str(part), str(why)] for path, label, answer, p, part, why in rows),
    )


def split_csv(paths: Sequence[str], labels: np.ndarray, split: Sequence[str], classes: Sequence[str]) -> str:
    """A line a picture: path, label, split ("train", "validation", "test"; empty where it is in no part)."""
    rows = zip(paths, labels, split)
    return _csv(["path", "label", "split"], ([path, classes[label], str(part)] for path, label, part in rows))


def confusion_csv(scores: Scores) -> str:
    """A line a true class, a column a predicted one; the cells count pictures."""
    rows = zip(scores.classes, scores.confusion.tolist())
    return _csv(["label", *scores.classes], ([name, *map(str, counts)] for name, counts in rows))


def classification_report(scores: Scores) -> str:
    """Precision, recall, F1 and support of each class and on average, aligned as scikit-learn aligns them."""
    names = [printable(name) for name in scores.classes]
    width = max(len("weighted avg"), *map(len, names))
    title = " " * width + " " + "".join(f" {name:>9}" for name in ("precision", "recall", "f1-score", "support"))
    lines = [title, ""]
    lines += [_line(name, row, width) for name, row in zip(names, scores.per_class)]
    accuracy = f"{'accuracy':>{width}} " + " " * 20 + f" {scores.accuracy:>9.4f} {scores.n:>9}"
    lines += ["", accuracy]
    lines += [_line("macro avg", scores.macro, width), _line("weighted avg", scores.weighted, width)]
    return "\n".join([*lines, ""])


def _line(name, row, width):
    measures = "".join(f" {value:>9.4f}" for value in (row.precision, row.recall, row.f1))
    return f"{name:>{width}} {measures} {row.support:>9}"


def _csv(header, rows):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([spreadsheet_safe(cell) for cell in header])
    writer.writerows([spreadsheet_safe(cell) for cell in row] for row in rows)
    return text.getvalue()
