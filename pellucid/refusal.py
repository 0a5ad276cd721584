"""Why a model gives no answer: it is not sure, or the picture is unlike all that it has learned from."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

NOT_SURE, NONE_OF_THESE = "not sure", "none of these"

NEAREST = 5  # the training picture whose distance counts: a single odd one does not make odd pictures ordinary
ORDINARY = 0.99  # share of pictures like those of the training that lie within the limit
LEAST = 50  # validation pictures: with fewer, even the largest of their distances would refuse more than 2 % of ordinary ones


def reasons(unsure: np.ndarray, strange: np.ndarray) -> np.ndarray:
    """(N,) text: "" for an answer, else why there is none; a picture that is both is "none of these"."""
    return np.where(strange, NONE_OF_THESE, np.where(unsure, NOT_SURE, ""))


@dataclass(frozen=True, eq=False)
class Novelty:
    """How far from what it has learned from a picture may lie to be answered.

    features: (M, F) float16 of length 1, those of some training pictures. limit: the largest distance that is ordinary.

        d(f) = | f / |f| - k |,   k the 5th nearest of the features

    f is what the last dense layer sees of a picture (Sun et al. 2022, "Out-of-Distribution Detection with Deep Nearest
    Neighbors").
    """

    features: np.ndarray
    limit: float

    @classmethod
    def of(cls, features: np.ndarray, limit: float = np.inf) -> "Novelty":
        """From features (M, F) of any length."""
        return cls(_unit(features).astype(np.float16), float(limit))

    def problem(self, count: int) -> str | None:
        """Why it does not fit a network with features (N, count); None if it does."""
        shape = self.features.shape
        if self.features.dtype != np.float16 or len(shape) != 2 or shape[0] < NEAREST or shape[1] != count:
            return f"at least {NEAREST} rows of {count} features in float16 are needed to tell strange pictures, got {shape}"
        if not self.limit >= 0:
            return f"the largest ordinary distance is 0 or more, got {self.limit}"
        return None

    def distances(self, features: np.ndarray) -> np.ndarray:
        """(N, F) -> (N,) float32, from 0 (a training picture) to 2."""
        similarity = _unit(features) @ self._known
        kth = similarity.shape[1] - NEAREST
        similarity.partition(kth, axis=1)
        return np.sqrt(np.maximum(2 - 2 * similarity[:, kth], 0))

    def strange(self, features: np.ndarray) -> np.ndarray:
        """(N, F) -> (N,) bool: beyond the limit."""
        return self.distances(features) > self.limit

    @functools.cached_property
    def _known(self) -> np.ndarray:
        """(F, M) float32: the shape in which one product compares a picture with all."""
        return np.ascontiguousarray(_unit(self.features).T)

    def to_json(self) -> dict:
        """Everything but the features, which `tensors` gives."""
        return {"limit": self.limit}

    def tensors(self) -> dict[str, np.ndarray]:
        return {"features": self.features}

    @classmethod
    def from_json(cls, data: Mapping, tensors: Mapping[str, np.ndarray]) -> "Novelty":
        return cls(tensors["features"], float(data["limit"]))


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
