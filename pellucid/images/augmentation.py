"""Small random changes to training pictures that leave their label true."""

import math
from dataclasses import dataclass

import numpy as np

from pellucid import kernels
from pellucid.errors import RecipeError
from pellucid.kernels.reference.random import scatter
from pellucid.seeding import key

DRAWS = 8  # random numbers kept for each picture and epoch; a power of two, so that counters never meet


@dataclass(frozen=True)
class Augmentation:
    """How far a training picture may be changed, anew in each epoch. All zero changes nothing.

    flip        mirrored left to right with probability 1/2
    shift       moved by up to this share of height and of width
    rotate      turned by up to this many degrees
    scale       made larger or smaller by up to this share
    brightness  lightened or darkened by up to this share of the value range
    contrast    differences from mid-grey stretched or shrunk by up to this share

    What a picture becomes depends on (seed, epoch, picture) alone, not on its batch or on the number of threads.
    """

    flip: bool = False
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

    def __bool__(self) -> bool:
        return self != Augmentation()

    @property
    def moves(self) -> bool:
        """Whether pixels change their place."""
        return bool(self.flip or self.shift or self.rotate or self.scale)

    def apply(
        self, values: np.ndarray, out: np.ndarray, pictures: np.ndarray, value_range: tuple[float, float], seed: int, epoch: int
    ) -> None:
        """Write the changed pictures: values (N, H, W, C) uint8 or float32 -> out, the same shape, float32.

        pictures: (N,) the number of each picture in its data set. value_range: of `values`; results are held within it.
        """
        draws = uniform(pictures, key(seed, "augment", epoch))
        if self.moves:
            transforms = self.transforms(draws, values.shape[1:3])
            kernels.select(out.dtype).warp(values, transforms, out)
        else:
            out[...] = values
        if self.brightness or self.contrast:
            low, high = value_range
            middle = np.float32((low + high) / 2)
            gain = (1 + self.contrast * draws[:, 5])[:, None, None, None]
            offset = (self.brightness * (high - low) * draws[:, 6])[:, None, None, None]
            out -= middle
            out *= gain.astype(np.float32)
            out += middle + offset.astype(np.float32)
            np.clip(out, low, high, out=out)

    def transforms(self, draws: np.ndarray, size: tuple[int, int]) -> np.ndarray:
        """The (N, 6) float32 transforms of `kernels.warp`, from numbers in (-1, 1).

        [a b; c d] = 1/s [cos r, -f sin r; sin r, f cos r]: turn by r, stretch by s, mirror with f = -1.
        """
        angle = math.radians(self.rotate) * draws[:, 0]
        shrink = (1 + self.scale) ** -draws[:, 1]
        mirror = np.where(draws[:, 2] < 0, -1.0, 1.0) if self.flip else np.ones(len(draws))
        cosine, sine = shrink * np.cos(angle), shrink * np.sin(angle)
        move = self.shift * np.array(size) * draws[:, 3:5]
        if not (self.rotate or self.scale):
            move = np.rint(move)  # whole pixels stay sharp
        columns = [cosine, -sine * mirror, sine, cosine * mirror, move[:, 0], move[:, 1]]
        return np.stack(columns, axis=1).astype(np.float32)


def uniform(pictures: np.ndarray, key: int) -> np.ndarray:
    """(N, 8) numbers in (-1, 1), a function of the picture's number and the key alone."""
    counters = (pictures.astype(np.uint32)[:, None] * np.uint32(DRAWS) + np.arange(DRAWS, dtype=np.uint32)).ravel()
    return ((scatter(counters, key).astype(np.float64) + 0.5) / 2**31 - 1).reshape(-1, DRAWS)
