"""Data sets by name: found on this machine, or downloaded once."""

from pellucid.images.named.catalogue import CATALOGUE
from pellucid.images.named.opening import open_named

NAMES = ("digits", *CATALOGUE)

__all__ = ["CATALOGUE", "NAMES", "open_named"]
