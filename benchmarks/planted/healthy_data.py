"""Data sets with nothing wrong, some of which look as if: the checks say nothing of them."""

from pathlib import Path

import numpy as np
from PIL import Image

from benchmarks.planted.data import CLASSES, TAKEN, any_size, photographs, said, save, scenes
from benchmarks.planted.pictures import mirrored
from benchmarks.planted.planted import Healthy
from benchmarks.planted.runs import array_file, clusters


def alarms(source: Path, **settings) -> list[str]:
    """What the checks say, if it is more than that there is nothing to say."""
    return [sentence for sentence in said(source, **settings) if not sentence.startswith("Nothing suspicious was found")]


def plain(folder):
    photographs(folder)
    return alarms(folder)


def from_everywhere(folder):
    """Formats, qualities and sizes as they come, in both classes alike."""
    rng = np.random.default_rng(2)
    for number, image in enumerate(scenes(80)):
        ending = (".jpg", ".png", ".webp")[int(rng.integers(3))]
        settings = {} if ending == ".png" else {"quality": int(rng.integers(40, 95))}
        save(folder, f"{CLASSES[number % 2]}/{number}{ending}", any_size(rng, image), **settings)
    return alarms(folder)


def day_and_night(folder):
    """Brightness and colour that differ a little between the classes, as they may."""
    rng = np.random.default_rng(3)
    for number, image in enumerate(scenes(80)):
        tint = rng.normal([0, 6 * (number % 2), 0], 25)
        save(folder, f"{CLASSES[number % 2]}/{number}.png", Image.fromarray(np.clip(image + tint, 0, 255).astype(np.uint8)))
    return alarms(folder)


def hours_apart(folder):
    for number, image in enumerate(scenes(40)):
        exif = Image.Exif()
        exif.get_ifd(TAKEN[0])[TAKEN[1]] = f"2024:05:{1 + number % 20:02} {8 + number // 20}:00:00"
        save(folder, f"{CLASSES[number % 2]}/{number}.jpg", image, exif=exif)
    return alarms(folder)


def a_few_more(folder):
    for number, image in enumerate(scenes(48)):
        save(folder, f"{CLASSES[number % 12 < 5]}/{number}.jpg", image)
    return alarms(folder)


def given_parts(folder):
    for number, image in enumerate(scenes(60)):
        save(folder, f"{'train' if number < 40 else 'test'}/{CLASSES[number % 2]}/{number}.jpg", image)
    return alarms(folder)


def symmetric(folder):
    """Pictures that are nearly their own mirror image, each another one."""
    for number, image in enumerate(scenes(40)):
        both = Image.blend(image, mirrored(image), 0.45)
        save(folder, f"{CLASSES[number % 2]}/{number}.png", both)
    return alarms(folder)


def rows(folder):
    return alarms(array_file(folder, *clusters(200, 8, 4, 1.0)))


SETS = tuple(
    Healthy(*row)
    for row in (
        ("48 photographs of two classes", plain),
        ("80 photographs of all sizes, formats and qualities", from_everywhere),
        ("80 photographs, one class a little greener", day_and_night),
        ("40 photographs taken hours apart", hours_apart),
        ("28 of one class, 20 of the other", a_few_more),
        ("given folders train and test without copies", given_parts),
        ("40 pictures that are nearly symmetric", symmetric),
        ("200 rows of numbers", rows),
    )
)
