"""Everything that knows an array is a picture: sources, input spec, splits, batches."""

from pellucid.images.augmentation import Augmentation
from pellucid.images.batches import Batches
from pellucid.images.class_weights import class_weights
from pellucid.images.dataset import Dataset
from pellucid.images.fewer import fewer
from pellucid.images.input_spec import InputSpec
from pellucid.images.order import ordered_folds, ordered_parts
from pellucid.images.reading import read
from pellucid.images.shape import choose_shape
from pellucid.images.source import Source
from pellucid.images.source_opening import open_source
from pellucid.images.split import Split, folds, group_by_pattern, make_split

__all__ = [
    "Augmentation",
    "Batches",
    "Dataset",
    "InputSpec",
    "Source",
    "Split",
    "choose_shape",
    "class_weights",
    "fewer",
    "folds",
    "group_by_pattern",
    "make_split",
    "open_source",
    "ordered_folds",
    "ordered_parts",
    "read",
]
