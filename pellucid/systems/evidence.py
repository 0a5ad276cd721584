"""What a finding rests on: a sentence, and perhaps a table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Words to the left, numbers to the right."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Evidence:
    """What was measured here."""

    text: str
    table: Table | None = None
