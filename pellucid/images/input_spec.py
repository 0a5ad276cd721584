"""How any picture becomes the network's input: one object for training, prediction and every export."""

import functools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from pellucid.errors import DataError, RecipeError
from pellucid.images.arrays import as_batch, check_numbers, check_range
from pellucid.images.decode import decode
from pellucid.images.fit import FITS
from pellucid.images.picture_file import PictureFile
from pellucid.parallel import on_all_cores

NORMALISATIONS = ("none", "unit", "standard")

_CHUNK = 1 << 21  # values measured at once: 16 MiB as float64, so that a memory-mapped cache is never read whole


@dataclass(frozen=True, eq=False)
class InputSpec:
    """The shape, the fit and the arithmetic between a picture and the network.

    none      x = v
    unit      x = (v - low) / (high - low)
    standard  x = (v - mean) / std           mean, std: (C,) or (H, W, C), measured on the training part only

    Values v are in `value_range` = (low, high), that of the training arrays; decoded files (0..255) are rescaled to it.
    """

    shape: tuple[int, ...]  # (H, W, C), or (K,) for feature rows
    fit: str = "stretch"
    value_range: tuple[float, float] = (0.0, 255.0)
    normalisation: str = "unit"
    mean: np.ndarray | None = None
    std: np.ndarray | None = None

    def __post_init__(self):
        if len(self.shape) not in (1, 3) or min(self.shape) < 1:
            raise DataError(f"input shape {self.shape}: expected (height, width, channels), or (features,)")
        for name, value, known in (("fit", self.fit, FITS), ("normalisation", self.normalisation, NORMALISATIONS)):
            if value not in known:
                raise RecipeError(f"unknown {name} {value!r}: expected one of {', '.join(known)}")
        if not self.value_range[0] < self.value_range[1]:
            raise DataError(f"value range {self.value_range}: expected the smaller value first")
        if (self.normalisation == "standard") != (self.mean is not None and self.std is not None):
            raise DataError("mean and std belong to normalisation 'standard', and to no other: use InputSpec.measure")

    @property
    def is_pictures(self) -> bool:
        """Whether the input is a picture (H, W, C), not a row of numbers (K,)."""
        return len(self.shape) == 3

    @classmethod
    def measure(
        cls,
        images: np.ndarray,
        indices: np.ndarray,
        shape: tuple[int, ...],
        fit: str = "stretch",
        value_range: tuple[float, float] = (0.0, 255.0),
        normalisation: str = "unit",
        per: str = "channel",
    ) -> "InputSpec":
        """A specification whose mean and std, where they are needed, come from `images[indices]` alone.

        per="channel" measures one mean and std a channel (a feature, for rows), per="pixel" one for each place as well.
        """
        if per not in ("channel", "pixel"):
            raise RecipeError(f"unknown per {per!r}: expected channel or pixel")
        moments = {}
        if normalisation == "standard":
            mean, variance = _moments(images, indices)
            if per == "channel" and len(shape) == 3:
                mean, variance = _pooled(mean, variance)
            std = _guarded(np.sqrt(variance), len(shape), value_range)
            moments = {"mean": mean.astype(np.float32), "std": std.astype(np.float32)}
        return cls(tuple(shape), fit, tuple(map(float, value_range)), normalisation, **moments)

    def normalise(self, values: np.ndarray, out: np.ndarray) -> None:
        """Write the network's input for `values` (N, *shape), uint8 or float32, into `out` (N, *shape) float32.

        One multiplication and one addition in place. A mean for each channel is spelt out for each pixel beforehand:
        broadcasting over an innermost axis of three is ten times slower.
        """
        assert out.flags.c_contiguous and out.dtype == np.float32, "out must be a contiguous float32 buffer"
        scale, shift = self._line
        size = math.prod(self.shape)
        flat = out.reshape(-1, size)
        np.copyto(flat, values.reshape(-1, size), casting="same_kind")
        if scale is not None:
            np.multiply(flat, scale, out=flat)
        if shift is not None:
            np.add(flat, shift, out=flat)

    def restore(self, x: np.ndarray) -> np.ndarray:
        """The values (N, *shape) float32 that `normalise` makes x of; noise may have taken them out of `value_range`."""
        scale, shift = self.line
        return ((x.reshape(len(x), -1) - shift) / scale).reshape(x.shape)

    def decode(self, source: PictureFile) -> np.ndarray:
        """Pixels (H, W, C) of a path, a file's bytes or a Pillow image, in `value_range`: uint8 if it is 0..255."""
        if not self.is_pictures:
            raise DataError(f"this model takes rows of {self.shape[0]} numbers, not pictures: give it an array (N, K)")
        pixels = decode(source, self.shape, self.fit)
        low, high = self.value_range
        if (low, high) == (0, 255):
            return pixels
        return pixels * np.float32((high - low) / 255) + np.float32(low)

    def prepare(self, x: PictureFile | Sequence | np.ndarray) -> np.ndarray:
        """The network's input (N, *shape) float32 for one picture or many: paths, bytes, Pillow images or arrays.

        Arrays hold values in `value_range`; for digits, whose shape is (8, 8, 1), they may be (8, 8), (64,), (N, 64),
        (N, 8, 8) and so on. Raises DataError where shape, channels or values contradict the specification.
        """
        values = self.values(x)
        out = np.empty((len(values), *self.shape), np.float32)
        self.normalise(values, out)
        return out

    def values(self, x: PictureFile | Sequence | np.ndarray) -> np.ndarray:
        """What `prepare` normalises: (N, *shape) uint8 or float32, in `value_range`."""
        if isinstance(x, PictureFile):
            x = [x]
        if isinstance(x, np.ndarray) and x.dtype.kind in "OU":
            x = x.tolist()
        if isinstance(x, (list, tuple)) and all(isinstance(item, PictureFile) for item in x):
            return self._decode_all(x)
        try:
            values = np.asarray(x)
        except ValueError as error:
            raise DataError("the pictures given differ in shape: give arrays of one shape, or one at a time") from error
        check_numbers(values)
        values = as_batch(values, self.shape)
        if self.is_pictures and values.size:
            check_range(values, self.value_range)
        return values if values.dtype == np.uint8 else values.astype(np.float32, copy=False)

    def to_json(self) -> dict:
        """Everything but mean and std, which `tensors` gives."""
        return {
            "shape": list(self.shape),
            "fit": self.fit,
            "value_range": list(self.value_range),
            "normalisation": self.normalisation,
        }

    def tensors(self) -> dict[str, np.ndarray]:
        """The arrays to store beside `to_json`: mean and std, or nothing."""
        return {} if self.mean is None else {"mean": self.mean, "std": self.std}

    @classmethod
    def from_json(cls, data: Mapping, tensors: Mapping[str, np.ndarray]) -> "InputSpec":
        """The specification that `to_json` and `tensors` describe, exactly."""
        return cls(
            shape=tuple(data["shape"]),
            fit=data["fit"],
            value_range=tuple(data["value_range"]),
            normalisation=data["normalisation"],
            mean=tensors.get("mean"),
            std=tensors.get("std"),
        )

    @functools.cached_property
    def line(self) -> tuple[np.ndarray, np.ndarray]:
        """Scale and shift of x = scale v + shift for each number of a picture: (H*W*C,) float32 both."""
        scale, shift = self._line
        size = math.prod(self.shape)
        return (
            np.ascontiguousarray(np.broadcast_to(np.float32(1) if scale is None else scale, size)),
            np.ascontiguousarray(np.broadcast_to(np.float32(0) if shift is None else shift, size)),
        )

    @functools.cached_property
    def _line(self) -> tuple[np.ndarray | None, np.ndarray | None]:
        """Scale and shift of x = scale v + shift, float32: scalars, or (H*W*C,) where they differ between values.

        None stands for a scale of 1 and a shift of 0, which would only cost time.
        """
        if self.normalisation == "none":
            return None, None
        if self.normalisation == "unit":
            low, high = self.value_range
            return np.float32(1 / (high - low)), np.float32(-low / (high - low)) if low else None
        std = np.broadcast_to(self.std.astype(np.float64), self.shape).ravel()
        mean = np.broadcast_to(self.mean.astype(np.float64), self.shape).ravel()
        return (1 / std).astype(np.float32), (-mean / std).astype(np.float32)

    def _decode_all(self, sources: Sequence[PictureFile]) -> np.ndarray:
        if not sources:
            return np.empty((0, *self.shape), np.uint8)
        if len(sources) == 1:
            return self.decode(sources[0])[np.newaxis]
        return np.stack(list(on_all_cores(self.decode, sources)))


def _moments(images: np.ndarray, indices: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each value over images[indices], in float64, from chunks merged one after the other.

    With count n, mean m and sum of squared deviations q of each part (Chan, Golub and LeVeque, 1983):
    d = m2 - m1    m = m1 + d n2 / n    q = q1 + q2 + d^2 n1 n2 / n
    """
    step = max(1, _CHUNK // math.prod(images.shape[1:]))
    count, mean, squares = 0, 0.0, 0.0
    for start in range(0, len(indices), step):
        chunk = images[indices[start : start + step]].astype(np.float64)
        chunk_mean = chunk.mean(axis=0)
        chunk -= chunk_mean
        gap, total = chunk_mean - mean, count + len(chunk)
        squares = squares + np.square(chunk, out=chunk).sum(axis=0) + gap**2 * (count * len(chunk) / total)
        mean = mean + gap * (len(chunk) / total)
        count = total
    return mean, squares / count


def _pooled(mean: np.ndarray, variance: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and variance of each channel from those of each pixel: variance within pixels plus variance between them."""
    pooled = mean.mean(axis=(0, 1))
    return pooled, (variance + (mean - pooled) ** 2).mean(axis=(0, 1))


def _guarded(std: np.ndarray, dimensions: int, value_range: tuple[float, float]) -> np.ndarray:
    """The deviation to divide by: never zero, and for pictures at least one grey level.

    A border pixel that was blank in nearly every training picture would otherwise make one stray dot enormous.
    """
    if dimensions == 3:
        return np.maximum(std, (value_range[1] - value_range[0]) / 255)
    return np.where(std > 0, std, 1.0)
