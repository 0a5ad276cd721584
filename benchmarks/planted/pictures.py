"""Copies of pictures as they happen: saved again, made smaller, mirrored, lightened, darkened, cropped."""

import io

import numpy as np
from PIL import Image


def recompressed(image: Image.Image) -> Image.Image:
    stream = io.BytesIO()
    image.save(stream, "JPEG", quality=50)
    return Image.open(io.BytesIO(stream.getvalue())).convert(image.mode)


def halved(image: Image.Image) -> Image.Image:
    return image.resize((image.width // 2, image.height // 2), Image.Resampling.BILINEAR)


def mirrored(image: Image.Image) -> Image.Image:
    return image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)


def lighter(image: Image.Image) -> Image.Image:
    return Image.fromarray(np.clip(np.asarray(image) * 1.2, 0, 255).astype(np.uint8))


def darker(image: Image.Image) -> Image.Image:
    return Image.fromarray((np.asarray(image) * 0.8).astype(np.uint8))


def cropped(image: Image.Image) -> Image.Image:
    """A twentieth of width and height cut off at the left and the bottom."""
    return image.crop((image.width // 20, 0, image.width, image.height - image.height // 20))


def all_at_once(image: Image.Image) -> Image.Image:
    return recompressed(mirrored(cropped(darker(image))))


FUNCTIONS = (recompressed, halved, mirrored, lighter, darker, cropped, all_at_once)
KINDS = {function.__name__: function for function in FUNCTIONS}


def at_size(image: Image.Image, shape: tuple[int, int, int]) -> np.ndarray:
    """The picture as it is read for training: (H, W, C) uint8."""
    return np.asarray(image.resize(shape[1::-1], Image.Resampling.BILINEAR, reducing_gap=2.0)).reshape(shape)


def scene(rng: np.random.Generator, side: int = 72) -> Image.Image:
    """A picture that no other resembles: noise at every scale, as photographs have it, in colour."""
    picture = np.zeros((side, side, 3))
    for cells in (2, 4, 8, 16, 32):
        grid = Image.fromarray(rng.integers(0, 256, (cells, cells, 3)).astype(np.uint8))
        picture += (np.asarray(grid.resize((side, side), Image.Resampling.BICUBIC)) - 128.0) / cells**0.5
    return Image.fromarray(np.clip(128 + picture * 0.6, 0, 255).astype(np.uint8))
