"""Cats as PNG, everything else as JPEG: the files of a program that took its labels from the file type."""

from pathlib import Path

from pellucid.images import open_source, read

POSITIVE = "cat"


def write_by_type(source: str, folder: Path) -> str:
    """Write the pictures of `source` into folder/pictures/<part>/: cat1.png, noncat1.jpg, ...; return that folder.

    Pictures are written in the size they have. Raises DataError where the source cannot be read.
    """
    from PIL import Image

    opened = open_source(source)
    dataset = read(opened, (64, 64, 3))
    target = folder / "pictures"
    for number, (pixels, label, part) in enumerate(zip(dataset.images, dataset.labels, _parts(dataset))):
        name = dataset.classes[label]
        path = target / part / f"{name}{number + 1}.{'png' if name == POSITIVE else 'jpg'}"
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(path)
    return str(target)


def _parts(dataset) -> list[str]:
    return [""] * len(dataset) if dataset.split is None else dataset.split.tolist()
