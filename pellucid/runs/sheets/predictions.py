"""A contact sheet: every picture with the answer under it, as one PNG."""

import io
import math
from collections import Counter
from pathlib import Path

from PIL import Image

from pellucid.files import atomic_write
from pellucid.images.decode import decode
from pellucid.images.picture_file import BrokenPicture, read_header
from pellucid.runs.prediction import Answers, Prediction
from pellucid.runs.sheets.canvas import GROUND, INK, QUIET, Canvas, elided
from pellucid.words import percent

MOST_PICTURES = 240  # a longer sheet is slow to open and hard to look at

_THUMBNAIL = 176
_GAP = 24
_CAPTION = 62  # height below a thumbnail: bar, answer, file name
_TOP = 76
_COLUMNS = 6

_SURE = (37, 99, 235)
_UNSURE = (217, 119, 6)


def write_sheet(answers: Answers, path: str | Path) -> None:
    """Draw the contact sheet of the first 240 answers and write it as a PNG file. Errors: OutputError."""
    content = io.BytesIO()
    draw_sheet(answers).save(content, "PNG")
    atomic_write(path, content.getvalue())


def draw_sheet(answers: Answers) -> Image.Image:
    """The first 240 answers, six a row: thumbnail, a bar as long as the probability, "cat 97 %", file name."""
    shown = answers[:MOST_PICTURES]
    columns = min(_COLUMNS, max(3, math.ceil(math.sqrt(len(shown)))))
    width = _GAP + columns * (_THUMBNAIL + _GAP)
    height = _TOP + math.ceil(len(shown) / columns) * (_THUMBNAIL + _CAPTION + _GAP)
    canvas = Canvas.blank(width, height)
    _draw_title(canvas, answers, len(shown))
    for number, prediction in enumerate(shown):
        row, column = divmod(number, columns)
        left = _GAP + column * (_THUMBNAIL + _GAP)
        top = _TOP + row * (_THUMBNAIL + _CAPTION + _GAP)
        _draw_picture(canvas, prediction, left, top)
        _draw_caption(canvas, prediction, answers.best_class(prediction), left, top + _THUMBNAIL)
    return canvas.image


def _draw_title(canvas: Canvas, answers: Answers, shown: int) -> None:
    count = f"{len(answers):,} pictures" if len(answers) > 1 else "1 picture"
    parts = [f"the first {shown} are shown"] if shown < len(answers) else []
    refused = Counter(each.refused for each in answers if each.refused)
    parts += [f"{number:,} {why}" for why, number in sorted(refused.items())]
    if answers.skipped:
        parts.append(f"{len(answers.skipped):,} could not be read")
    canvas.draw.text((_GAP, 38), count, INK, canvas.title, anchor="ls")
    canvas.draw.text((_GAP, 60), " · ".join(parts), QUIET, canvas.small, anchor="ls")


def _draw_picture(canvas: Canvas, prediction: Prediction, left: int, top: int) -> None:
    canvas.draw.rectangle((left, top, left + _THUMBNAIL - 1, top + _THUMBNAIL - 1), GROUND)
    try:
        thumbnail = _thumbnail(prediction.path)
    except BrokenPicture:  # removed since it was answered
        return
    x, y = (_THUMBNAIL - thumbnail.width) // 2, (_THUMBNAIL - thumbnail.height) // 2
    canvas.image.paste(thumbnail, (left + x, top + y))


def _thumbnail(path: Path) -> Image.Image:
    """The picture, in proportion; a tiny one is enlarged by a whole number, so that its pixels are seen."""
    header = read_header(path)
    height, width = header.height, header.width
    scale = _THUMBNAIL / max(height, width)
    if scale < 2:
        return Image.fromarray(decode(path, (max(1, round(height * scale)), max(1, round(width * scale)), 3)))
    pixels = Image.fromarray(decode(path, (height, width, 3)))
    return pixels.resize((width * int(scale), height * int(scale)), Image.Resampling.NEAREST)


def _draw_caption(canvas: Canvas, prediction: Prediction, name: str, left: int, top: int) -> None:
    sure = prediction.label is not None
    right = left + _THUMBNAIL
    canvas.draw.rectangle((left, top, right - 1, top + 4), GROUND)
    if filled := round(prediction.probability * _THUMBNAIL):
        canvas.draw.rectangle((left, top, left + filled - 1, top + 4), _SURE if sure else _UNSURE)
    share = percent(prediction.probability, 0)
    room = _THUMBNAIL - canvas.answer.getlength(share) - 10
    answer = elided(name if sure else f"{name}?", canvas.answer, room)
    canvas.draw.text((left, top + 26), answer, INK if sure else _UNSURE, canvas.answer, anchor="ls")
    canvas.draw.text((right, top + 26), share, QUIET, canvas.answer, anchor="rs")
    file_name = elided(prediction.path.name, canvas.small, _THUMBNAIL)
    canvas.draw.text((left, top + 46), file_name, QUIET, canvas.small, anchor="ls")
