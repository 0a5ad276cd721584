"""How training pictures are changed, and in which order."""

from dataclasses import dataclass
from types import ModuleType

import numpy as np

from pellucid.errors import RecipeError
from pellucid.images.augmentation import boxes, colours, elastic, geometry, mixing
from pellucid.images.augmentation.draws import Draws
from pellucid.images.augmentation.moves import ALTERNATING, moves

SHARES = ("shift", "scale", "brightness", "contrast", "saturation")
NOT_NEGATIVE = ("crop", "elastic", "noise", "mixup", "cutmix")


@dataclass(frozen=True)
class Augmentation:
    """How far a training picture may be changed, anew in each epoch. All zero changes nothing.

    flip           mirrored left to right: True half the time, or with this probability, or "alternating"
    flip_vertical  mirrored top to bottom, in the same ways
    crop           moved by up to so many pixels, the gap filled with the picture's reflection
    shift          moved by up to this share of height and of width, the gap filled with the edge's colour
    rotate         turned by up to this many degrees
    scale          made larger or smaller by up to this share
    shear          slanted by up to this many degrees
    elastic        bent: points moved by about this many pixels
    elastic_sigma  how far that movement reaches, in pixels
    brightness     lightened or darkened by up to this share of the value range
    contrast       differences from mid-grey stretched or shrunk by up to this share
    saturation     differences from grey stretched or shrunk by up to this share
    erase          a rectangle replaced by noise with this probability
    mixup          mixed with another picture, by shares from Beta(mixup, mixup)
    cutmix         a rectangle from another picture pasted in, its area from Beta(cutmix, cutmix)
    noise          Gaussian noise of this deviation added to the network's input
    originals      each epoch shows the unchanged pictures too

    What a picture becomes depends on (seed, epoch, picture) alone, not on the number of threads, and not on its batch either
    unless it is mixed with others.
    """

    flip: bool | float | str = False
    flip_vertical: bool | float | str = False
    crop: int = 0
    shift: float = 0.0
    rotate: float = 0.0
    scale: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    elastic_sigma: float = 4.0
    brightness: float = 0.0
    contrast: float = 0.0
    saturation: float = 0.0
    erase: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0
    noise: float = 0.0
    originals: bool = False

    def __post_init__(self):
        rules = [(name, 0 <= getattr(self, name) < 1, "a share from 0 to below 1") for name in SHARES]
        rules += [(name, 0 <= getattr(self, name), "a number, 0 or more") for name in NOT_NEGATIVE]
        rules += [
            ("rotate", 0 <= self.rotate <= 180, "an angle from 0 to 180 degrees"),
            ("shear", 0 <= self.shear < 90, "an angle from 0 to below 90 degrees"),
            ("elastic_sigma", self.elastic_sigma > 0, "a number of pixels above 0"),
            ("erase", 0 <= self.erase <= 1, "a probability"),
            *(
                (name, _is_flip(getattr(self, name)), 'true, false, a probability or "alternating"')
                for name in ("flip", "flip_vertical")
            ),
        ]
        for name, right, expected in rules:
            if not right:
                raise RecipeError(f"augment.{name} is {expected}, got {getattr(self, name)}")

    def __bool__(self) -> bool:
        return self != Augmentation()

    @property
    def mixes(self) -> bool:
        """Whether pictures, and with them their labels, are mixed."""
        return bool(self.mixup or self.cutmix)

    def check(self, shape: tuple[int, ...]) -> None:
        """RecipeError where pictures of that shape (H, W, C), or (K,) for rows of numbers, cannot be changed so."""
        if self and len(shape) != 3:
            raise RecipeError("[augment] changes pictures, but the source holds rows of numbers; leave it out")
        if self.crop and self.crop >= min(shape[:2]):
            raise RecipeError(f"augment.crop = {self.crop} moves pictures of {shape[0]} x {shape[1]} pixels out of sight")

    def apply(
        self, values: np.ndarray, out: np.ndarray, draws: Draws, value_range: tuple[float, float], kernels: ModuleType
    ) -> None:
        """Write the changed pictures: values (N, H, W, C) uint8 or float32 -> out, the same shape, float32.

        value_range: of `values`; results are held within it. kernels: the set to compute with. Mixing and noise come later, when
        the pictures have become the network's input.
        """
        if self.crop or self.flip or self.flip_vertical:
            moved = np.empty_like(values)
            kernels.crop(values, moves(draws, self.crop, self.flip, self.flip_vertical), moved)
            values = moved
        self._warp(values, out, draws, kernels)
        low, high = value_range
        if self.brightness or self.contrast or self.saturation:
            changes = colours.changes(draws, high - low, self.brightness, self.contrast, self.saturation)
            kernels.colour(out, changes, low, high)
        if self.erase:
            kernels.erase(out, boxes.erased(draws, out.shape[1:3], self.erase), draws.keys("erased"), low, high)

    def _warp(self, values: np.ndarray, out: np.ndarray, draws: Draws, kernels: ModuleType) -> None:
        if not (self.shift or self.rotate or self.scale or self.shear or self.elastic):
            out[...] = values
            return
        size = values.shape[1:3]
        transforms = geometry.transforms(draws, size, self.shift, self.rotate, self.scale, self.shear)
        field = elastic.field(draws, size, self.elastic, self.elastic_sigma, kernels) if self.elastic else None
        kernels.warp(values, transforms, field, out)

    def mix(self, x: np.ndarray, draws: Draws, kernels: ModuleType) -> tuple[np.ndarray, np.ndarray]:
        """Mix pictures x (N, H, W, C) of the network's input in place; returns partners (N,) and their shares (N,)."""
        if not self.mixes:
            return np.arange(len(x)), np.zeros(len(x))
        return mixing.mix(x.copy(), x, draws, self.mixup, self.cutmix, kernels)

    def add_noise(self, x: np.ndarray, draws: Draws, kernels: ModuleType) -> None:
        """x <- x + noise, on the network's input and not held within any range."""
        if self.noise:
            kernels.gaussian_noise(draws.keys("noise"), self.noise, x)


def _is_flip(flip: bool | float | str) -> bool:
    return flip == ALTERNATING if isinstance(flip, str) else 0 <= flip <= 1
