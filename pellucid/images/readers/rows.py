"""Rows of text files: CSV with or without a first line of names, and JSON lines; what is wrong names the line."""

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pellucid.errors import DataError

Row = tuple[int, Mapping[str, str]]  # its line, counted from 1, and its cells by the name of the column


class Table(NamedTuple):
    """A table of text: the names of its columns in lower case, and its rows."""

    columns: tuple[str, ...]
    rows: list[Row]


def read_text(path: Path) -> str:
    """The text of a file in UTF-8. Raises DataError for other text, and where there is none."""
    try:
        text = path.read_text(encoding="utf-8-sig")  # spreadsheets put a byte-order mark first
    except OSError as error:
        raise DataError(f"cannot read {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise DataError(f"{path} is not UTF-8 text (byte {error.start}); save it as UTF-8") from error
    if not text.strip():
        raise DataError(f"{path} is empty: expected a table, with a line for each picture")
    return text


def first_line(text: str) -> str:
    """The first line that is not blank."""
    return found[0] if (found := re.search(r"^.*\S.*$", text, re.MULTILINE)) else ""


def delimiter_of(text: str) -> str:
    """The comma, semicolon or tab that the first line has most of."""
    return max(",;\t", key=first_line(text).count)


def first_cells(text: str) -> list[str]:
    """The cells of the first line of a CSV, without their quotation marks."""
    return [cell.strip().strip('"') for cell in first_line(text).split(delimiter_of(text))]


def columns_in_words(count: int) -> str:
    """As "1 column" and "3 columns"."""
    return f"{count} column{'' if count == 1 else 's'}"


def csv_table(path: Path, text: str, columns: Sequence[str] = ()) -> Table:
    """The rows of CSV text; without `columns` its first line names them."""
    reader = csv.reader(io.StringIO(text), delimiter=delimiter_of(text), strict=True)
    names, rows = tuple(columns), []
    try:
        for cells in reader:
            if not any(map(str.strip, cells)):
                continue
            if not names:
                names = tuple(cell.strip().lower() for cell in cells)
                continue
            if len(cells) > len(names) or (len(cells) < len(names) and not columns):
                raise DataError(
                    f"line {reader.line_num} of {path} has {columns_in_words(len(cells))}, expected {len(names)}: mend that line"
                )
            rows.append((reader.line_num, dict(zip(names, map(str.strip, cells)))))
    except csv.Error as error:
        raise DataError(f"line {reader.line_num} of {path} is no CSV ({error}): mend that line") from error
    return Table(names, rows)


def json_lines_table(path: Path, text: str) -> Table:
    """The rows of text with one JSON object a line; values that are no text are written as JSON."""
    rows: list[Row] = []
    columns: dict[str, None] = {}
    for number, line in enumerate(io.StringIO(text, newline=None), start=1):
        if not line.strip():
            continue
        try:
            cells = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"line {number} of {path} is no JSON: expected an object on each line; mend that line") from error
        if not isinstance(cells, dict):
            raise DataError(
                f'line {number} of {path} is no JSON object, as {{"path": "cats/1.jpg", "label": "cat"}}: mend that line'
            )
        row = {
            key.strip().lower(): value if isinstance(value, str) else json.dumps(value)
            for key, value in cells.items()
            if value is not None
        }
        columns |= dict.fromkeys(row)
        rows.append((number, row))
    return Table(tuple(columns), rows)
