"""The size and channels at which a source is read, decided once and stored in the model."""

from collections.abc import Sequence

from pellucid.errors import DataError, RecipeError
from pellucid.images.bulk import files_of, read_headers
from pellucid.images.source import Source

DEFAULT_SIDE = 64  # of pictures that come in many sizes; also the longest side of a common size that is kept

_CHANNELS = {"grey": 1, "rgb": 3}


def choose_shape(
    source: Source, size: str | int | Sequence[int] = "auto", channels: str = "auto"
) -> tuple[int, int, int] | tuple[int]:
    """The (H, W, C) to read a source's pictures at, or (K,) for feature rows.

    size      "auto", a number for height and width, or (H, W). Arrays keep their size; files keep the size that all
              share if its longer side is at most 64, else they become 64 x 64.
    channels  "auto", "grey" or "rgb". Arrays keep their channels; files are grey if none of them has colour.

    Raises RecipeError for settings that make no sense, DataError where no file can be read.
    """
    sides = None if size == "auto" else _sides(size)
    if channels != "auto" and channels not in _CHANNELS:
        raise RecipeError(f"unknown channels {channels!r}: expected auto, grey or rgb")
    count = _CHANNELS.get(channels)
    if source.images is not None:
        own = source.images.shape[1:]
        if len(own) == 1 and (sides or count):
            raise RecipeError(f"{source.location} holds rows of {own[0]} numbers, not pictures: leave out the size")
        return own if len(own) == 1 else (*(sides or own[:2]), count or own[2])
    if sides and count:
        return (*sides, count)
    common_sides, common_count = _survey(source, bool(sides), bool(count))
    return (*(sides or common_sides), count or common_count)


def _sides(size: int | Sequence[int]) -> tuple[int, int]:
    sides = (size, size) if isinstance(size, int) else tuple(size)
    if len(sides) != 2 or not all(isinstance(side, int) and side > 0 for side in sides):
        raise RecipeError(f"unknown size {size!r}: expected auto, a number of pixels, or height and width")
    return sides


def _survey(source: Source, size_known: bool, channels_known: bool) -> tuple[tuple[int, int], int]:
    """Size and channels that fit all files, from no more headers than it takes to know."""
    files = files_of(source)
    seen, largest, coloured, reasons = set(), 0, False, []
    for headers in read_headers(files):
        for header in headers:
            if isinstance(header, str):
                reasons.append(header)
                continue
            seen.add((header.height, header.width))
            largest = max(largest, header.height, header.width)
            coloured = coloured or header.channels == 3
        size_settled = size_known or len(seen) > 1 or largest > DEFAULT_SIDE
        if size_settled and (channels_known or coloured):
            break
    if not seen:
        raise DataError(f"none of the {len(files)} pictures can be read; {files[0]}: {reasons[0]}")
    keep = len(seen) == 1 and largest <= DEFAULT_SIDE
    return seen.pop() if keep else (DEFAULT_SIDE, DEFAULT_SIDE), 3 if coloured else 1
