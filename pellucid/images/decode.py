"""One picture: from a file to uint8 pixels (H, W, C), grey (C = 1) or red, green, blue (C = 3), by these rules.

    orientation     EXIF is honoured; broken EXIF is ignored; colour profiles are not applied
    palette         looked up
    transparency    laid over white
    CMYK            turned into red, green, blue
    16 bits grey    65535 becomes 255: round(v / 257); 16-bit colours keep their high byte
    32 bits, float  the least value becomes 0 and the greatest 255, for these have no range of their own
    1 bit           0 and 255
    animation       the first frame; of several pages the first
    grey            0.299 red + 0.587 green + 0.114 blue; of a JPEG its luma, which is the same thing
    size            at most 178 million pixels, told from the header before anything is decoded

A JPEG at least twice as large as the target is decoded at 1/2, 1/4 or 1/8 of its size, by the inverse cosine transform
itself: the smallest that is not below the target. The scale follows from header and target alone, so training and
prediction see the same bits. An image that the caller has opened with Pillow is taken at its full size.
"""

import numpy as np
from PIL import Image

from pellucid.images.fit import padded, place, scaled
from pellucid.images.picture_file import LYING, Header, PictureFile, header_of, is_grey, opened, orientation

RULES = 1  # rises when these rules, or what is cached beside the pixels, change: older caches are then read again

_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def decode(source: PictureFile, shape: tuple[int, int, int] | None = None, fit: str = "stretch") -> np.ndarray:
    """Pixels (H, W, C) uint8 of a path, the bytes of a file, or a Pillow image; of its own size if `shape` is None.

    Raises BrokenPicture, which names the file and the reason.
    """
    pixels, _ = decode_with_header(source, shape, fit)
    return pixels


def decode_with_header(
    source: PictureFile, shape: tuple[int, int, int] | None = None, fit: str = "stretch"
) -> tuple[np.ndarray, Header]:
    """The pixels, and what the picture was before it was fitted."""
    with opened(source) as image:
        reducible = image.format == "JPEG" and image is not source and shape is not None
        if not reducible:
            image.load()
        header = header_of(image)
        turn = orientation(image)
        height, width, channels = shape or (header.height, header.width, header.channels)
        placement = place(*image.size, (width, height) if turn in LYING else (height, width), fit)
        shrunk = _decode_reduced(image, placement.size, channels) if reducible else 1
        # Scaled before it is turned upright, because a small picture turns faster; padded last, so that the odd row of
        # the ground is on the same side for every orientation.
        fitted = _upright(scaled(_plain(image, channels), placement, shrunk), turn)
        fitted = _as_mode(padded(fitted, (height, width)), channels)
        return np.asarray(fitted).reshape(height, width, channels), header


def _decode_reduced(image: Image.Image, size: tuple[int, int], channels: int) -> int:
    """Decode a JPEG at 1/s of its size, not below `size`, and only its luma for grey; return s."""
    width = image.width
    drafted = image.draft("L" if channels == 1 else None, size)
    image.load()
    return round(width / drafted[1][2]) if drafted else 1


def _plain(image: Image.Image, channels: int) -> Image.Image:
    """The image in mode L or RGB: grey stays grey, and colour becomes grey where one channel is asked for."""
    if image.mode.startswith("I;16"):
        return Image.fromarray(((np.asarray(image).astype(np.uint32) + 128) // 257).astype(np.uint8))
    if image.mode in ("I", "F"):
        return Image.fromarray(_stretched_to_bytes(np.asarray(image, np.float64)))
    grey = is_grey(image)
    if image.has_transparency_data:
        image = _over_white(image)
    return _as_mode(image, 1 if grey else channels)


def _stretched_to_bytes(values: np.ndarray) -> np.ndarray:
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0.0, 0.0)
    if high <= low:
        return np.zeros(values.shape, np.uint8)
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    return np.rint((values - low) / (high - low) * 255).astype(np.uint8)


def _over_white(image: Image.Image) -> Image.Image:
    if image.mode == "La":
        image = image.convert("LA")
    image = image.convert("RGBA")
    sheet = Image.new("RGB", image.size, "white")
    sheet.paste(image, mask=image)
    return sheet


def _as_mode(image: Image.Image, channels: int) -> Image.Image:
    mode = "L" if channels == 1 else "RGB"
    return image if image.mode == mode else image.convert(mode)


def _upright(image: Image.Image, turn: int) -> Image.Image:
    return image.transpose(_UPRIGHT[turn]) if turn in _UPRIGHT else image
