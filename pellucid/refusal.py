"""Why a model gives no answer: it is not sure, or the picture is unlike all that it has learned from."""

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

NOT_SURE, NONE_OF_THESE = "not sure", "none of these"

NEAREST = 5  # the training picture whose distance counts: a single odd one does not make odd pictures ordinary
ORDINARY = 0.99  # share of pictures like those of the training that lie within the limit
SMALLEST = 1e-3  # radius: float16 rounds a vector of length 1 by up to 5e-4
LEAST = 50  # validation pictures: with fewer, even the largest of their distances would refuse more than 2 % of ordinary ones


def reasons(unsure: np.ndarray, strange: np.ndarray) -> np.ndarray:
    """(N,) text: "" for an answer, else why there is none; a picture that is both is "none of these"."""
    return np.where(strange, NONE_OF_THESE, np.where(unsure, NOT_SURE, ""))


@dataclass(frozen=True, eq=False)
class Novelty:
    """How far from what it has learned from a picture may lie to be answered.

    A picture is described by what several layers of the network see of it, D numbers in P parts. features: (M, D) float16,
    those of some training pictures, each part of length 1. layers: the positions of the layers. widths: how many numbers each
    part has. radii: the distance that 99 % of these pictures have to the others, part by part. limit: the largest distance
    that is ordinary.

        d(x)² = mean_p | x_p / |x_p| - k_p |² / r_p²,   k_p the 5th nearest of the parts p of features, r_p their radius

    The last part is what the last dense layer sees (Sun et al. 2022, "Out-of-Distribution Detection with Deep Nearest
    Neighbors"); means and deviations of earlier layers tell what classes have no use for (Lee et al. 2018, "A Simple
    Unified Framework for Detecting Out-of-Distribution Samples and Adversarial Attacks", section 2.2).
    """

    features: np.ndarray
    layers: tuple[int, ...]
    widths: tuple[int, ...]
    radii: tuple[float, ...]
    limit: float

    @classmethod
    def of(cls, features: np.ndarray, layers: Sequence[int], widths: Sequence[int], limit: float = np.inf) -> "Novelty":
        """From features (M, D) whose parts have any length; M > 5."""
        features = np.hstack([_unit(part) for part in _split(features, widths)]).astype(np.float16)
        radii = tuple(_radius(part) for part in _split(features, widths))
        return cls(features, tuple(layers), tuple(widths), radii, float(limit))

    def problem(self, layers: int, widths: Callable[[tuple[int, ...]], tuple[int, ...]]) -> str | None:
        """Why it does not fit a network of so many layers, of which `widths` tells the parts' widths; None if it does."""
        shape = self.features.shape
        if not self.layers or list(self.layers) != [position for position in range(layers) if position in self.layers]:
            return f"strange pictures are told by some of the {layers} layers, in order, got {list(self.layers)}"
        if self.widths != (expected := widths(self.layers)) or len(self.radii) != len(self.widths):
            return f"the layers {list(self.layers)} need {list(expected)} features of a picture, got {list(self.widths)}"
        if self.features.dtype != np.float16 or len(shape) != 2 or shape[0] < NEAREST or shape[1] != sum(self.widths):
            needed = f"at least {NEAREST} rows of {sum(self.widths)} features in float16"
            return f"{needed} are needed to tell strange pictures, got {shape}"
        if not (self.limit >= 0 and all(radius > 0 for radius in self.radii)):
            return f"the largest ordinary distance is 0 or more and radii are above 0, got {self.limit} and {list(self.radii)}"
        return None

    def distances(self, features: np.ndarray) -> np.ndarray:
        """Features (N, D) -> (N,) float32; about 1 where all parts lie as far as the furthest of the training pictures."""
        total = np.zeros(len(features), np.float32)
        for part, known, radius in zip(_split(features, self.widths), self._known, self.radii, strict=True):
            total += _nearest(_unit(part) @ known, NEAREST) / np.float32(radius * radius * len(self.radii))
        return np.sqrt(total)

    def strange(self, features: np.ndarray) -> np.ndarray:
        """(N, D) -> (N,) bool: beyond the limit."""
        return self.distances(features) > self.limit

    @functools.cached_property
    def _known(self) -> tuple[np.ndarray, ...]:
        """(width, M) float32 for each part: the shape in which one product compares a picture with all."""
        return tuple(np.ascontiguousarray(_unit(part).T) for part in _split(self.features, self.widths))

    def to_json(self) -> dict:
        """Everything but the features, which `tensors` gives."""
        return {"limit": self.limit, "layers": self.layers, "widths": self.widths, "radii": self.radii}

    def tensors(self) -> dict[str, np.ndarray]:
        return {"features": self.features}

    @classmethod
    def from_json(cls, data: Mapping, tensors: Mapping[str, np.ndarray]) -> "Novelty":
        features = tensors["features"]
        widths = data["widths"] or features.shape[1:]  # none: one part
        return cls(features, tuple(data["layers"]), tuple(widths), tuple(data["radii"]), float(data["limit"]))


def _split(features: np.ndarray, widths: Sequence[int]) -> list[np.ndarray]:
    """(N, D) -> the parts, (N, width) each."""
    ends = np.cumsum(widths)
    return [features[:, end - width : end] for end, width in zip(ends, widths, strict=True)]


def _nearest(similarity: np.ndarray, count: int) -> np.ndarray:
    """Cosines (N, M) to unit vectors -> the squared distance to the count-th nearest of them (N,). Reorders the cosines."""
    kth = similarity.shape[1] - count
    similarity.partition(kth, axis=1)
    return np.maximum(2 - 2 * similarity[:, kth], 0)


def _radius(part: np.ndarray) -> float:
    """The distance to the 5th nearest other row that 99 % of the rows (M, width) have at most; no less than float16 tells."""
    part = _unit(part)
    return max(float(np.sqrt(np.quantile(_nearest(part @ part.T, NEAREST + 1), ORDINARY))), SMALLEST)


def ordinary_limit(distances: np.ndarray) -> float | None:
    """The distance beyond which at most 1 % of pictures like these n lie: the ceil(0.99 (n + 1))th smallest of theirs.

    A picture drawn as they were is as likely to come at any place in their order (Vovk et al. 2005, "Algorithmic Learning
    in a Random World", section 2.2: conformal prediction). Fewer than 99 pictures cannot tell so small a share: the
    largest of their distances is taken, and fewer than 50 tell nothing: None.
    """
    n = len(distances)
    if n < LEAST or not np.isfinite(distances).all():
        return None
    ordered = np.sort(distances)
    place = int(np.ceil(ORDINARY * (n + 1) - 1e-9))
    if place >= n:
        return float(ordered[-1]) * 1.0001  # the last bits of another machine's distances move no answer
    return float(ordered[place - 1] + ordered[place]) / 2


def _unit(features: np.ndarray) -> np.ndarray:
    """Each row divided by its length, in float32; a row of zeros stays one, and is far from everything."""
    features = features.astype(np.float32)
    length = np.sqrt(np.einsum("nf,nf->n", features, features))
    return features / np.maximum(length, np.float32(1e-30))[:, np.newaxis]
