"""What a finding rests on: a sentence, and perhaps a table or a picture."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Table:
    """Numbers to the right; words, in the first column and in those numbered in `words`, to the left."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    words: tuple[int, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """What was measured here: sentences, perhaps a table, perhaps a picture (PNG or JPEG) with what it shows in words."""

    text: str
    table: Table | None = None
    picture: bytes = field(default=b"", repr=False)
    shows: str = ""
