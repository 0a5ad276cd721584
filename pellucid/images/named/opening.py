"""A named data set as a source."""

from dataclasses import replace
from pathlib import Path

from pellucid.images.cache import cache_folder
from pellucid.images.named.catalogue import CATALOGUE
from pellucid.images.named.digits import open_digits
from pellucid.images.named.downloading import Telling, download
from pellucid.images.named.searching import find, published_in, why_not_found
from pellucid.images.source import Source


def open_named(name: str, progress: Telling | None = None) -> Source:
    """The data set from the folder PELLUCID_DATA, else from the folder for caches, else downloaded into that.

    Raises DataError where it cannot be downloaded or read.
    """
    if name == "digits":
        return open_digits()
    dataset = CATALOGUE[name]
    folder = cache_folder() / "datasets" / name
    files = find(dataset) or published_in(folder, dataset)
    files = files or download(dataset, folder, progress or Telling(), why_not_found(dataset))
    return replace(dataset.read(Path(name), files), name=name, location=name, label_rule=dataset.rule)
