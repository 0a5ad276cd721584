"""Which recipe a source gets when the user names none."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the name alone: reading a recipe needs no pictures
    from pellucid.images.source import Source


def default_for(source: "Source") -> str:
    """The name of the recipe for `source`: "digits", "features" (rows of numbers) or "photographs"."""
    if source.name == "digits":
        return "digits"
    if source.images is not None and source.images.ndim == 2:
        return "features"
    return "photographs"
