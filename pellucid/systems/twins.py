"""Near-identical pictures on both sides of a split: who has one in training, and what they look like."""

import io
from collections.abc import Sequence
from pathlib import Path

from pellucid.systems.results import Prediction, Trained

PAIRS, SIDE, GAP = 6, 96, 4  # shown, and pixels


def twins_in_training(trained: Trained, groups: Sequence[Sequence[str]]) -> tuple[list[Prediction], list[Prediction]]:
    """The answers to the test pictures: those with a twin among the training pictures, and the others.

    groups: paths of pictures that are copies of each other.
    """
    answers = trained.predictions()
    part = {answer.path: answer.part for answer in answers}
    leaking = {path for group in groups if any(part.get(other) == "train" for other in group) for path in group}
    tested = [answer for answer in answers if answer.part == "test"]
    return [each for each in tested if each.path in leaking], [each for each in tested if each.path not in leaking]


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
