"""Which recipe a source gets when the user names none."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the name alone: reading a recipe needs no pictures
    from pellucid.images.source import Source


NAMED = {"digits": "digits", "mnist": "mnist-cnn", "cifar-10": "cifar-10"}  # data sets with a recipe of their own


def default_for(source: "Source") -> str:
    """The name of the recipe for `source`: that of a named data set, "features" for rows of numbers, else "photographs"."""
    if source.name in NAMED:
        return NAMED[source.name]
    if source.images is not None and source.images.ndim == 2:
        return "features"
    return "photographs"
