"""Arrays to small pictures, and small pictures to text that a page can hold."""

import base64
import io

import numpy as np
from PIL import Image

from pellucid.images.display import displayed

_LARGEST = 64  # pixels on the longer side of a thumbnail
_PHOTOGRAPH = 32 * 32  # pixels from which a thumbnail is stored as JPEG: PNG takes three times as much
_UNITS, _LARGEST_UNIT = 32, 48  # first-layer units shown, and pixels on their longer side
_NOTHING = 243  # grey of an empty cell
BLUE, ORANGE = (0, 114, 178), (213, 94, 0)  # Okabe & Ito 2008: told apart by every kind of colour vision


def thumbnail(values: np.ndarray, value_range: tuple[float, float] = (0.0, 255.0)) -> np.ndarray:
    """A picture as it is shown: values (H, W, C) or (H, W) in `value_range` -> (h, w, 1 or 3) uint8, h and w <= 64.

    Smaller pictures keep their pixels. Two channels or more than three: the first is shown in grey.
    """
    values = values[..., np.newaxis] if np.ndim(values) == 2 else values
    return _shrunk(displayed(values, value_range), _LARGEST)


def data_uri(pixels: np.ndarray) -> str:
    """(H, W, 1 or 3) uint8 as `data:image/...;base64,...`: PNG, or JPEG where it has more pixels than 32×32."""
    if pixels.shape[0] * pixels.shape[1] <= _PHOTOGRAPH:
        return png_uri(pixels)
    return _uri(_image(pixels), format="JPEG", quality=90, subsampling=0)


def png_uri(pixels: np.ndarray) -> str:
    """(H, W, 1, 3 or, with opacity, 4) uint8 as `data:image/png;base64,...`, exact to the pixel."""
    return _uri(_image(pixels), format="PNG", optimize=True)


def confusion_strength(confusion: np.ndarray) -> np.ndarray:
    """(K, K) counts -> (K, K) in [0, 1], how dark each cell is: the root of its share of the true class.

    The root, so that a single mistake among hundreds is still seen.
    """
    return np.sqrt(confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1))


def confusion_pixels(confusion: np.ndarray) -> np.ndarray:
    """(K, K) counts -> (K, K, 3) uint8: blue on the diagonal, orange beside it, darker where fuller; none is grey."""
    hue = np.where(np.eye(len(confusion), dtype=bool)[..., None], BLUE, ORANGE)
    strength = confusion_strength(confusion)[..., None]
    return (strength * hue + (1 - strength) * _NOTHING).round().astype(np.uint8)


def weight_pictures(weights: np.ndarray) -> np.ndarray:
    """First-layer weights (H, W, C, units) -> (n, h, w, 3) uint8: the 32 units with the longest weights, longest first.

    One channel: blue is positive, orange negative, white zero. Three channels: their colours, mid-grey is zero. Each
    unit is scaled by its own largest weight.
    """
    units = np.moveaxis(np.nan_to_num(np.asarray(weights, dtype=np.float64)), -1, 0)
    units = units if units.shape[3] in (1, 3) else units.mean(axis=3, keepdims=True)
    length = np.sqrt((units * units).sum(axis=(1, 2, 3)))
    units = units[np.argsort(-length, kind="stable")[:_UNITS]]
    scale = np.abs(units).max(axis=(1, 2, 3), keepdims=True)
    units = units / np.where(scale > 0, scale, 1)
    coloured = _diverging(units) if units.shape[3] == 1 else 127.5 + 127.5 * units
    return np.stack([_shrunk(unit.round().astype(np.uint8), _LARGEST_UNIT) for unit in coloured])


def mosaic(pictures: np.ndarray, columns: int) -> np.ndarray:
    """(n, h, w, 3) uint8 -> one (height, width, 3) uint8: side by side, `columns` in a row, white lines between."""
    n, height, width, _ = pictures.shape
    sheet = np.full((-(-n // columns) * (height + 1) - 1, columns * (width + 1) - 1, 3), 255, np.uint8)
    for place, picture in enumerate(pictures):
        top, left = place // columns * (height + 1), place % columns * (width + 1)
        sheet[top : top + height, left : left + width] = picture
    return sheet


def _diverging(values):
    """(..., 1) in [-1, 1] to colours (..., 3): orange, white, blue."""
    hue = np.where(values > 0, BLUE, ORANGE)
    return 255 - np.abs(values) * (255 - hue)


def _shrunk(pixels, largest):
    height, width = pixels.shape[:2]
    if max(height, width) <= largest:
        return pixels
    scale = largest / max(height, width)
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = np.asarray(_image(pixels).resize(size, Image.Resampling.BOX, reducing_gap=2.0))
    return small.reshape(size[1], size[0], -1)


def _image(pixels):
    return Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)


def _uri(image, **settings):
    stream = io.BytesIO()
    image.save(stream, **settings)
    kind = settings["format"].lower()
    return f"data:image/{kind};base64,{base64.b64encode(stream.getvalue()).decode('ascii')}"
