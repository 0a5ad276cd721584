"""Random changes to training pictures that leave their label true: a noun a file, each with its formula and its source."""

from pellucid.images.augmentation.draws import Draws
from pellucid.images.augmentation.mixing import mixed_targets
from pellucid.images.augmentation.settings import Augmentation

__all__ = ["Augmentation", "Draws", "mixed_targets"]
