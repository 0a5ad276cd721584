"""How training pictures are changed, and in which order."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from pellucid.errors import RecipeError
from pellucid.images.augmentation.draws import Draws
from pellucid.images.augmentation.geometry import transforms
from pellucid.images.augmentation.moves import ALTERNATING, moves


@dataclass(frozen=True)
class Augmentation:
    """How far a training picture may be changed, anew in each epoch. All zero changes nothing.

    flip           mirrored left to right: True half the time, or with this probability, or "alternating"
    flip_vertical  mirrored top to bottom, in the same ways
    crop           moved by up to so many pixels, the gap filled with the picture's reflection
    shift          moved by up to this share of height and of width, the gap filled with the edge's colour
    rotate         turned by up to this many degrees
    scale          made larger or smaller by up to this share
    brightness     lightened or darkened by up to this share of the value range
    contrast       differences from mid-grey stretched or shrunk by up to this share

    What a picture becomes depends on (seed, epoch, picture) alone, not on its batch or on the number of threads.
    """

    flip: bool | float | str = False
    flip_vertical: bool | float | str = False
    crop: int = 0
    shift: float = 0.0
    rotate: float = 0.0
    scale: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0

    def __post_init__(self):
        for name in ("shift", "scale", "brightness", "contrast"):
            if not 0 <= getattr(self, name) < 1:
                raise RecipeError(f"augment.{name} is a share from 0 to below 1, got {getattr(self, name)}")
        if not 0 <= self.rotate <= 180:
            raise RecipeError(f"augment.rotate is an angle from 0 to 180 degrees, got {self.rotate}")
        for name in ("flip", "flip_vertical"):
            flip = getattr(self, name)
            if flip != ALTERNATING if isinstance(flip, str) else not 0 <= flip <= 1:
                raise RecipeError(f'augment.{name} is true, false, a probability or "alternating", got {flip}')
        if self.crop < 0:
            raise RecipeError(f"augment.crop is a number of pixels, 0 or more, got {self.crop}")

    def __bool__(self) -> bool:
        return self != Augmentation()

    def check(self, shape: tuple[int, ...]) -> None:
        """RecipeError where pictures of that shape (H, W, C), or (K,) for rows of numbers, cannot be changed so."""
        if self and len(shape) != 3:
            raise RecipeError("[augment] changes pictures, but the source holds rows of numbers; leave it out")
        if self.crop and self.crop >= min(shape[:2]):
            raise RecipeError(f"augment.crop = {self.crop} moves pictures of {shape[0]} x {shape[1]} pixels out of sight")

    def apply(
        self,
        values: np.ndarray,
        out: np.ndarray,
        pictures: np.ndarray,
        value_range: tuple[float, float],
        seed: int,
        epoch: int,
        kernels: ModuleType,
    ) -> None:
        """Write the changed pictures: values (N, H, W, C) uint8 or float32 -> out, the same shape, float32.

        pictures: (N,) the number of each picture in its data set. value_range: of `values`; results are held within it.
        kernels: the set to compute with.
        """
        draws = Draws(pictures, seed, epoch)
        if self.crop or self.flip or self.flip_vertical:
            moved = np.empty_like(values)
            kernels.crop(values, moves(draws, self.crop, self.flip, self.flip_vertical), moved)
            values = moved
        if self.shift or self.rotate or self.scale:
            kernels.warp(values, transforms(draws, values.shape[1:3], self.shift, self.rotate, self.scale), out)
        else:
            out[...] = values
        if self.brightness or self.contrast:
            low, high = value_range
            middle = np.float32((low + high) / 2)
            contrast, brightness = draws.around_zero("contrast", 1)[0], draws.around_zero("brightness", 1)[0]
            gain = (1 + self.contrast * contrast)[:, None, None, None]
            offset = (self.brightness * (high - low) * brightness)[:, None, None, None]
            out -= middle
            out *= gain.astype(np.float32)
            out += middle + offset.astype(np.float32)
            np.clip(out, low, high, out=out)
