"""Where the files of a named data set lie on this machine."""

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from pellucid.images.named.catalogue import CATALOGUE, NamedDataset, Published


def find(dataset: NamedDataset) -> list[Path] | None:
    """The files of a data set below the folder PELLUCID_DATA, as published or unpacked; None where they are not there.

    Looked at are the folder of the data set's name, the publisher's usual folder, in it or beside it, then the folder itself.
    Published files count if their checksums fit, unpacked ones if all are there in their sizes; where another data set has
    the same names and sizes, as Fashion-MNIST and MNIST have, only in a folder that is called after the data set.
    """
    data = _data_folder()
    if data is None:
        return None
    for folder in _places(data, dataset):
        if files := published_in(folder, dataset):
            return files
        if (folder != data or _unmistakable(dataset)) and (files := _extracted_in(folder, dataset)):
            return files
    return None


def why_not_found(dataset: NamedDataset) -> str:
    """What keeps the files below PELLUCID_DATA from being used: a damaged one, one that is missing; "" where there are none."""
    data = _data_folder()
    if data is None:
        return ""
    if not data.is_dir():
        return f"PELLUCID_DATA is {data}, and there is no such folder"
    for folder in _places(data, dataset):
        if folder != data or _unmistakable(dataset):
            if problem := _problem_in(folder, dataset):
                return problem
    return ""


def _problem_in(folder: Path, dataset: NamedDataset) -> str:
    there = [published for published in dataset.files if (folder / published.name).is_file()]
    for published in there:
        if not is_as_published(folder / published.name, published):
            return f"{folder / published.name} is there, but its checksum is wrong (damaged or another version)"
    if there:
        lacking = [published.name for published in dataset.files if published not in there]
        return f"{folder} has no {', '.join(lacking)}"
    for sizes in dataset.extracted:
        found = {name: (folder / name).stat().st_size for name in sizes if (folder / name).is_file()}
        for name, size in found.items():
            if size != sizes[name]:
                return f"{folder / name} is there, but has {size:,} bytes of {sizes[name]:,} (damaged or another version)"
        if found:
            return f"{folder} has no {', '.join(name for name in sizes if name not in found)}"
    return ""


def _data_folder() -> Path | None:
    return Path(os.environ["PELLUCID_DATA"]).expanduser() if os.environ.get("PELLUCID_DATA") else None


def published_in(folder: Path, dataset: NamedDataset) -> list[Path] | None:
    """The published files, all of them and each with the right checksum; else None."""
    files = [folder / published.name for published in dataset.files]
    if not all(map(os.path.isfile, files)):
        return None
    return files if all(map(is_as_published, files, dataset.files)) else None


def is_as_published(file: Path, published: Published) -> bool:
    """Whether a file has the published checksum; one that is not there or cannot be read has not."""
    kind, _, expected = published.checksum.partition(":")
    try:
        with open(file, "rb") as stream:
            digest = hashlib.file_digest(stream, lambda: hashlib.new(kind, usedforsecurity=False))
    except OSError:
        return False
    return digest.hexdigest() == expected


def _places(data: Path, dataset: NamedDataset) -> Iterator[Path]:
    yield data / dataset.name
    for folder in dataset.folders:
        yield data / dataset.name / folder
        yield data / folder
    yield data


def _extracted_in(folder: Path, dataset: NamedDataset) -> list[Path] | None:
    for sizes in dataset.extracted:
        files = [folder / name for name in sizes]
        if all(os.path.isfile(file) and file.stat().st_size == size for file, size in zip(files, sizes.values())):
            return files
    return None


def _unmistakable(dataset: NamedDataset) -> bool:
    return not any(other.extracted == dataset.extracted for other in CATALOGUE.values() if other is not dataset)
