"""A named data set as a source."""

from dataclasses import replace
from pathlib import Path

from pellucid.errors import DataError
from pellucid.images.digits import open_digits
from pellucid.images.named.catalogue import CATALOGUE
from pellucid.images.named.searching import find
from pellucid.images.source import Source


def open_named(name: str) -> Source:
    """The data set, from the folder PELLUCID_DATA. Raises DataError where it is not there."""
    if name == "digits":
        return open_digits()
    dataset = CATALOGUE[name]
    files = find(dataset)
    if files is None:
        raise DataError(f"{name} is not below the folder PELLUCID_DATA: put {', '.join(dataset.files)} into it")
    source = dataset.read(Path(name), files)
    return replace(source, name=name, location=name, label_rule=dataset.rule)
