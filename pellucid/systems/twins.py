"""Near-identical pictures on both sides of a split: who has one in training, and what they look like."""

import io
from collections.abc import Sequence
from pathlib import Path

from pellucid.systems.results import Trained

PAIRS, SIDE, GAP = 6, 96, 4  # shown, and pixels


def twins_in_training(trained: Trained, groups: Sequence[Sequence[str]]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    """The lines of `predictions.csv` of the test pictures: those with a twin among the training pictures, and the others.

    groups: paths of pictures that are copies of each other.
    """
    rows = trained.predictions()
    part = {row["path"]: row["split"] for row in rows}
    leaking = {path for group in groups if any(part.get(other) == "train" for other in group) for path in group}
    tested = [row for row in rows if row["split"] == "test"]
    return [row for row in tested if row["path"] in leaking], [row for row in tested if row["path"] not in leaking]


def pairs_as_picture(folder: str, groups: Sequence[Sequence[str]]) -> bytes:
    """The first two pictures of some groups, one above the other, as JPEG; b"" where there are none."""
    from PIL import Image

    pairs = [group[:2] for group in groups[:: max(1, len(groups) // PAIRS)]][:PAIRS]
    if not pairs:
        return b""
    sheet = Image.new("RGB", (len(pairs) * (SIDE + GAP) - GAP, 2 * SIDE + GAP), "white")
    for column, pair in enumerate(pairs):
        for row, path in enumerate(pair):
            with Image.open(Path(folder) / path) as picture:
                sheet.paste(picture.convert("RGB").resize((SIDE, SIDE)), (column * (SIDE + GAP), row * (SIDE + GAP)))
    stream = io.BytesIO()
    sheet.save(stream, "JPEG", quality=88)
    return stream.getvalue()
