"""Arrays to small pictures, and small pictures to text that a page can hold."""

import base64
import io
from collections.abc import Sequence

import numpy as np
from PIL import Image

LARGEST = 64  # pixels on the longer side of a thumbnail
PHOTOGRAPH = 32 * 32  # pixels from which a thumbnail is stored as JPEG: PNG would make the page four times as large

BLUE, ORANGE = (0, 114, 178), (213, 94, 0)  # Okabe & Ito 2008: told apart by every kind of colour vision


def thumbnail(values: np.ndarray, value_range: tuple[float, float] = (0.0, 255.0), largest: int = LARGEST) -> np.ndarray:
    """A picture as it is shown: values (H, W, C) or (H, W) in `value_range` -> (h, w, 1 or 3) uint8, h and w <= largest.

    Small pictures keep their pixels. Two channels or more than three: the first is shown in grey.
    """
    values = np.asarray(values, dtype=np.float32)
    values = values[..., None] if values.ndim == 2 else values
    values = values if values.shape[2] in (1, 3) else values[..., :1]
    low, high = value_range
    scaled = np.nan_to_num((values - low) / ((high - low) or 1) * 255, nan=0, posinf=255, neginf=0)
    return _shrunk(np.clip(scaled.round(), 0, 255).astype(np.uint8), largest)


def data_uri(pixels: np.ndarray) -> str:
    """(H, W, 1 or 3) uint8 as `data:image/...;base64,...`: PNG, or JPEG where it is larger than a thumbnail of 32×32."""
    photograph = pixels.shape[0] * pixels.shape[1] > PHOTOGRAPH
    settings = {"format": "JPEG", "quality": 90, "subsampling": 0} if photograph else {"format": "PNG", "optimize": True}
    return _uri(_image(pixels), **settings)


def confusion_strength(confusion: np.ndarray) -> np.ndarray:
    """(K, K) counts -> (K, K) in [0, 1], how dark each cell is: the root of its share of the true class.

    The root, so that a single mistake among hundreds is still seen.
    """
    return np.sqrt(confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1))


def confusion_pixels(confusion: np.ndarray) -> np.ndarray:
    """(K, K) counts -> (K, K, 3) uint8: blue on the diagonal, orange beside it, darker where fuller."""
    hue = np.where(np.eye(len(confusion), dtype=bool)[..., None], BLUE, ORANGE)
    return (255 - confusion_strength(confusion)[..., None] * (255 - hue)).astype(np.uint8)


def weight_pictures(weights: np.ndarray, limit: int = 32, largest: int = 48) -> np.ndarray:
    """First-layer weights (H, W, C, units) -> (n, h, w, 3) uint8: the `limit` units with the longest weights, longest first.

    One channel: blue is positive, orange negative, white zero. Three channels: their colours, mid-grey is zero. Each unit is
    scaled by its own largest weight.
    """
    units = np.moveaxis(np.nan_to_num(np.asarray(weights, dtype=np.float32)), -1, 0)
    units = units if units.shape[3] in (1, 3) else units.mean(axis=3, keepdims=True)
    length = np.sqrt((units * units).sum(axis=(1, 2, 3)))
    units = units[np.argsort(-length, kind="stable")[:limit]]
    scale = np.abs(units).max(axis=(1, 2, 3), keepdims=True)
    units = units / np.where(scale > 0, scale, 1)
    coloured = _diverging(units) if units.shape[3] == 1 else 127.5 + 127.5 * units
    return np.stack([_shrunk(unit.round().astype(np.uint8), largest) for unit in coloured])


def mosaic(pictures: Sequence[np.ndarray], columns: int, gap: int = 1, paper: int = 255) -> np.ndarray:
    """Pictures (H, W, 1 or 3) uint8, of sizes that may differ, side by side -> one (height, width, 3) uint8.

    Every cell has the size of the largest picture; smaller ones are enlarged by a whole factor and centred.
    """
    height = max(picture.shape[0] for picture in pictures)
    width = max(picture.shape[1] for picture in pictures)
    rows = -(-len(pictures) // columns)
    sheet = np.full((rows * (height + gap) - gap, columns * (width + gap) - gap, 3), paper, np.uint8)
    for place, picture in enumerate(pictures):
        factor = max(1, min(height // picture.shape[0], width // picture.shape[1]))
        picture = picture.repeat(factor, axis=0).repeat(factor, axis=1)
        top = place // columns * (height + gap) + (height - picture.shape[0]) // 2
        left = place % columns * (width + gap) + (width - picture.shape[1]) // 2
        sheet[top : top + picture.shape[0], left : left + picture.shape[1]] = picture
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
