"""Faults of the data: what `pellucid check` names, on pictures made for it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

import pellucid
from benchmarks.planted.evaluation import sentences
from benchmarks.planted.pictures import all_at_once, cropped, darker, halved, lighter, mirrored, recompressed, scene
from benchmarks.planted.planted import Planted
from benchmarks.planted.runs import array_file, digits
from pellucid.report import check_sentences

CLASSES = ("cat", "dog")
TAKEN = 0x8769, 0x9003  # where EXIF keeps the time


def said(source: Path, **settings) -> list[str]:
    """What the checks say of a source."""
    return check_sentences(pellucid.check(source, **settings))[0]


def scenes(n: int, seed: int = 0, side: int = 72) -> Iterator[Image.Image]:
    """Pictures that are all different."""
    rng = np.random.default_rng(seed)
    return (scene(rng, side) for _ in range(n))


def save(folder: Path, name: str, image: Image.Image, **settings) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    image.save(folder / name, **settings)


def photographs(folder: Path, n: int = 24, **settings) -> list[Image.Image]:
    """n pictures of each class as JPEG files, which are all different; those that were drawn, class by class."""
    drawn = list(scenes(2 * n))
    for number, image in enumerate(drawn):
        save(folder, f"{CLASSES[number // n]}/{number}.jpg", image, **settings)
    return drawn


def copied(change: Callable[[Image.Image], Image.Image]):
    """A plant that adds changed copies of ten pictures."""

    def plant(folder):
        for number, image in enumerate(photographs(folder)[:10]):
            save(folder, f"cat/{number}-copy.jpg", change(image))
        return said(folder)

    return plant


def different(make: Callable[[int, np.random.Generator, Image.Image], tuple[Image.Image, str, dict]]):
    """A plant whose classes differ in something beside what they show: make(class, rng, picture) -> picture, ending, settings."""

    def plant(folder):
        rng = np.random.default_rng(1)
        for number, image in enumerate(scenes(48)):
            image, ending, settings = make(number % 2, rng, image)
            save(folder, f"{CLASSES[number % 2]}/{number}{ending}", image, **settings)
        return said(folder)

    return plant


def with_file(add: Callable[[Path, list[Image.Image]], None]):
    """A plant that adds something to healthy photographs."""

    def plant(folder):
        add(folder, photographs(folder))
        return said(folder)

    return plant


def tinted(label, rng, image):
    tint = np.array([0, 60 * label, 0])
    return Image.fromarray(np.clip(image + tint, 0, 255).astype(np.uint8)), ".jpg", {}


def at_night(label, rng, image):
    return Image.fromarray((np.asarray(image) * (1 - 0.6 * label)).astype(np.uint8)), ".bmp", {}  # which is of one size


def any_size(rng, image):
    """The picture at a size by chance."""
    side = int(rng.integers(40, 160))
    return image.resize((side, side))


def grainy(label, rng, image):
    """Of all sizes, with the grain of a camera, and in better quality for one class."""
    side = int(rng.integers(100, 400))
    image = image.resize((side, side))
    grain = rng.normal(0, 15, (image.height, image.width, 1))
    return Image.fromarray(np.clip(image + grain, 0, 255).astype(np.uint8)), ".jpg", {"quality": 50 + 30 * label}


def upright(label, rng, image):
    side = int(rng.integers(60, 160))
    return image.resize((side, side * 3 // 2) if label else (side * 3 // 2, side)), ".jpg", {}


def cut_off(folder, drawn):
    file = folder / "cat" / "0.jpg"
    file.write_bytes(file.read_bytes()[:200])


def other_label(folder, drawn):
    save(folder, "dog/found.jpg", recompressed(drawn[0]))


def wrong_labels(folder):
    """Three handwritten digits under another name."""

    def change(x, y):
        y = y.copy()
        y[[30, 31, 32]] = (y[[30, 31, 32]] + 5) % 10
        return x.reshape(-1, 8, 8, 1), y

    return said(digits(folder, change))


def wrong_label_in_folds(folder):
    """Grey levels that neighbours cannot judge by shape, one of them under the wrong name."""
    rng = np.random.default_rng(0)
    images = np.concatenate([np.full((60, 8, 8, 1), level, np.uint8) for level in (40, 210)])
    labels = np.repeat([0, 1], 60)
    labels[7] = 1
    source = array_file(folder, np.clip(images + rng.normal(0, 25, images.shape), 0, 255).astype(np.uint8), labels)
    settings = {"epochs": 12, "learning_rate": 0.3, "input.normalisation": "standard", "folds": 3}
    run = pellucid.train(source, "digits/faithful", folder / "run", **settings)
    return sentences(run.report.read_text(encoding="utf-8"))


def parts(change: Callable[[Image.Image], Image.Image]):
    """A plant with given folders train and test, six pictures of the first also in the second."""

    def plant(folder):
        for number, image in enumerate(scenes(60)):
            save(folder, f"{'train' if number < 40 else 'test'}/{CLASSES[number % 2]}/{number}.jpg", image)
            if number < 6:
                save(folder, f"test/{CLASSES[number % 2]}/again-{number}.jpg", change(image))
        return said(folder)

    return plant


def series(folder):
    """Three pictures a moment, ten seconds apart."""
    for number, image in enumerate(scenes(24)):
        exif = Image.Exif()
        exif.get_ifd(TAKEN[0])[TAKEN[1]] = f"2024:05:{1 + number // 3:02} 12:00:{10 * (number % 3):02}"
        save(folder, f"{CLASSES[number // 12]}/{number}.jpg", image, exif=exif)
    return said(folder)


def film(folder):
    """Eight frames of each of six scenes, with noise."""
    rng = np.random.default_rng(1)
    for number, image in enumerate(scenes(6)):
        for frame in range(8):
            noisy = np.clip(np.asarray(image) + rng.normal(0, 2, (72, 72, 3)), 0, 255).astype(np.uint8)
            save(folder, f"{CLASSES[number % 2]}/{number}-{frame}.png", Image.fromarray(noisy))
    return said(folder)


def uneven(folder):
    for number, image in enumerate(scenes(32)):
        save(folder, f"{CLASSES[number % 4 == 0]}/{number}.jpg", image)
    return said(folder)


TEN = "show 48 different ones: 10 are copies of another"
FAULTS = tuple(
    Planted("data", *row)
    for row in (
        ("ten files there twice", TEN, copied(lambda image: image)),
        ("ten pictures saved again, JPEG of quality 50", TEN, copied(recompressed)),
        ("ten pictures at half the size", TEN, copied(halved)),
        ("ten pictures mirrored", "10 mirrored", copied(mirrored)),
        ("ten pictures 20 % lighter", TEN, copied(lighter)),
        ("ten pictures 20 % darker", TEN, copied(darker)),
        ("ten pictures with 5 % cut off at two sides", TEN, copied(cropped)),
        ("ten pictures darker, cropped, mirrored and saved again", "10 mirrored", copied(all_at_once)),
        ("eight frames of each of six films", "show 6 different ones", film),
        ("six training pictures again in the test folder", "6\u00a0pictures of the given", parts(lambda image: image)),
        ("six training pictures mirrored in the test folder", "6\u00a0pictures of the given", parts(mirrored)),
        ("one picture in both classes", "1\u00a0pair of copies carry two different labels", with_file(other_label)),
        ("three digits under a wrong name", "look like another class", wrong_labels),
        ("a wrong name that only other networks notice (`--folds 3`)", "looks like another class", wrong_label_in_folds),
        (
            "cats as PNG, dogs as JPEG",
            "The file format alone tells the class",
            different(lambda label, rng, image: (image, (".png", ".jpg")[label], {})),
        ),
        (
            "dogs larger than cats",
            "The width alone tells the class",
            different(lambda label, rng, image: (image.resize((60 + 20 * label, 60 + 20 * label)), ".jpg", {})),
        ),
        ("dogs upright, cats lying", "The shape (width / height) alone tells the class", different(upright)),
        (
            "dogs saved with a higher quality",
            "The file size in bytes alone tells the class",
            different(lambda label, rng, image: (image, ".jpg", {"quality": 50 + 45 * label})),
        ),
        (
            "dogs saved with a higher quality, pictures of all sizes",
            "The compression (bytes a pixel) alone tells the class",
            different(grainy),
        ),
        ("dogs on grass", "The mean greenness alone tells the class", different(tinted)),
        ("dogs at night", "The mean brightness alone tells the class", different(at_night)),
        ("a file cut off", "1\u00a0file cannot be read and is left out", with_file(cut_off)),
        (
            "a page of a web site saved as picture",
            "1\u00a0file cannot be read and is left out",
            with_file(lambda folder, drawn: (folder / "cat" / "page.jpg").write_text("<html>404</html>")),
        ),
        ("a black picture", "1 blank", with_file(lambda folder, drawn: save(folder, "cat/black.jpg", Image.new("RGB", (72, 72))))),
        (
            "a picture of 6 x 6 pixels",
            "1 tiny",
            with_file(lambda folder, drawn: save(folder, "cat/icon.jpg", drawn[0].resize((6, 6)).rotate(90))),
        ),
        (
            "a banner among photographs",
            "1 of an odd shape",
            with_file(lambda folder, drawn: save(folder, "dog/banner.jpg", next(scenes(1, seed=9)).resize((400, 60)))),
        ),
        ("three times as many cats as dogs", "3.0 times as many pictures", uneven),
        ("three pictures a moment, by the camera's clock", "were taken within a minute of another", series),
    )
)
