"""The one path from a picture to an answer: command line, server, exports and Python all take it."""

import functools
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import numpy as np

from pellucid import kernels, model_file
from pellucid.errors import DataError, ModelFileError
from pellucid.images import views
from pellucid.images.input_spec import InputSpec
from pellucid.images.picture_file import PictureFile
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import Layer, Network
from pellucid.nn.features import part_widths, parts_and_outputs
from pellucid.refusal import Novelty, reasons
from pellucid.words import percent, plain

BATCH_SIZE = 256


def _softmax(z: np.ndarray) -> np.ndarray:
    """p_k = exp(z_k - max z) / sum_j exp(z_j - max z)"""
    p = np.exp(z - z.max(axis=1, keepdims=True))
    return p / p.sum(axis=1, keepdims=True)


def _sigmoid(z: np.ndarray) -> np.ndarray:
    """(1 - p, p) with p = 1 / (1 + exp(-z)); each column by itself, so that neither loses its digits near 0."""
    return np.exp(-np.logaddexp(0.0, np.hstack([z, -z])))


def _clipped(z: np.ndarray) -> np.ndarray:
    """p_k = max(z_k, 0) / sum_j max(z_j, 0); a row without a positive output says nothing: 1/K each."""
    p = np.maximum(z, 0.0)
    total = p.sum(axis=1, keepdims=True)
    return np.divide(p, total, out=np.full_like(p, 1.0 / p.shape[1]), where=total > 0)


LINKS: dict[str, Callable[[np.ndarray], np.ndarray]] = {"softmax": _softmax, "sigmoid": _sigmoid, "none": _clipped}


PICTURE = "picture"  # the link of a network that gives back its input; no probabilities come of it


def probabilities(logits: np.ndarray, link: str, temperature: float = 1.0) -> np.ndarray:
    """Outputs (N, K), or (N, 1) for the sigmoid link, as probabilities (N, classes): float64, rows sum to 1.

    The outputs are divided by `temperature` first (Guo et al. 2017, On calibration of modern neural networks, eq. 9).
    """
    return LINKS[link](logits.astype(np.float64) / temperature)


class Decisions(NamedTuple):
    """All that a classifier says of N pictures."""

    labels: np.ndarray  # (N,) object: class names, None where it refuses to answer
    probabilities: np.ndarray  # (N, classes) float64, of refused pictures too
    outputs: np.ndarray  # (N, K) of the network, before temperature and link
    unsure: np.ndarray  # (N,) bool: the largest probability is below the threshold
    strange: np.ndarray  # (N,) bool: unlike all training pictures

    @property
    def refused(self) -> np.ndarray:
        """(N,) text: "" for an answer, else "not sure" or "none of these"."""
        return reasons(self.unsure, self.strange)


@dataclass(frozen=True, eq=False, repr=False)
class Classifier:
    """A trained network with all that its answers depend on.

    picture -> input specification -> network, averaged over views -> temperature -> link -> threshold -> class name
                                                                  -> what its layers see -> distance -> none of these

    Wherever a method takes pictures `x`, that is a path, a list of paths, one array or a batch, as `InputSpec.prepare`
    says. It may be called from many threads at once: each gets a replica of the network over the same parameters.

    BLAS runs on one thread meanwhile, so the number of threads changes no bit. The batch that a picture is in may move
    the last bits of its outputs (measured: 1e-6 of the largest), for BLAS multiplies matrices of other heights in
    another order.

    Errors: DataError for pictures that cannot be used; ModelFileError where the fields do not fit each other.
    """

    network: Network
    input: InputSpec
    classes: tuple[str, ...]
    link: str = "softmax"  # "softmax", "sigmoid" (one output: the second class), "none"; "picture": an autoencoder, no classes
    temperature: float = 1.0
    threshold: float | None = None  # answers with a smaller probability are None: not sure
    views: str = "none"  # "shift", "flip", "flip+shift": outputs averaged over several views of a picture (see images/views.py)
    novelty: Novelty | None = None  # answers to pictures further from the training pictures are None: none of these
    provenance: Mapping[str, Any] = field(default_factory=dict)
    scores: Mapping[str, Any] = field(default_factory=dict)  # {"test": {"accuracy": ..., ...}, ...}

    def __post_init__(self):
        object.__setattr__(self, "classes", tuple(self.classes))
        object.__setattr__(self, "_idle", {})  # replicas that no thread uses, by the kernels they compute with
        object.__setattr__(self, "_names", np.array([*self.classes, None], dtype=object))
        if problem := self._misfit():
            raise ModelFileError(f"the parts of this classifier do not fit: {problem}")
        passes = len(views.VIEWS[self.views])
        object.__setattr__(self, "_multiply_adds", passes * sum(layer.multiply_adds() for layer in self.network.layers))

    def _misfit(self) -> str | None:
        outputs = {"sigmoid": 1, PICTURE: math.prod(self.input.shape)}.get(self.link, len(self.classes))
        if self.link not in (*LINKS, PICTURE):
            return f"unknown link {self.link!r}, expected one of {', '.join(LINKS)}, {PICTURE}"
        if self.link == PICTURE and self.classes:
            return f"a model that gives back pictures has no classes, got {self.classes}"
        if (self.link != PICTURE and len(self.classes) < 2) or len(set(self.classes)) < len(self.classes):
            return f"expected at least two different class names, got {self.classes}"
        if not all(isinstance(name, str) for name in self.classes):
            return f"class names are text, got {self.classes}"
        if self.link == "sigmoid" and len(self.classes) != 2:
            return f"the sigmoid link tells 2 classes apart, got {len(self.classes)}"
        if self.network.out_shape != (outputs,):
            what = "pictures of this size" if self.link == PICTURE else f"{len(self.classes)} classes"
            return f"{what} need {outputs} outputs, the network has {self.network.out_shape}"
        if self.network.in_shape != tuple(self.input.shape):
            return f"the network takes {self.network.in_shape}, the input specification makes {self.input.shape}"
        if not 0 < self.temperature < float("inf"):
            return f"the temperature is a positive number, got {self.temperature}"
        if self.threshold is not None and not 0 <= self.threshold <= 1:
            return f"the threshold is a probability, got {self.threshold}"
        if problem := views.problem(self.views, self.input.shape):
            return problem
        widths = functools.partial(part_widths, self.network)
        if self.novelty is not None and (problem := self.novelty.problem(len(self.network.layers), widths)):
            return problem
        if not (isinstance(self.provenance, Mapping) and isinstance(self.scores, Mapping)):
            return "provenance and scores are dictionaries"
        return None

    def logits(self, x, *, batch_size: int = BATCH_SIZE) -> np.ndarray:
        """The outputs of the network, before temperature and link: (N, K), or (N, 1) for the sigmoid link."""
        return self._outputs(*self._batches(x, batch_size))[0]

    def predict_proba(self, x, *, batch_size: int = BATCH_SIZE) -> np.ndarray:
        """The probability of each class: (N, classes) float64, rows sum to 1. DataError for a model that has no classes."""
        self.require_classes()
        return probabilities(self.logits(x, batch_size=batch_size), self.link, self.temperature)

    def predict(self, x, *, batch_size: int = BATCH_SIZE) -> np.ndarray:
        """The most probable class of each picture: (N,) names, None where the model refuses to answer.

        It refuses where the probability is below `threshold`, and where the picture is further from all training pictures
        than `novelty` allows. `dataclasses.replace(classifier, threshold=None, novelty=None)` answers everything.
        """
        return self.decide(x, batch_size=batch_size).labels

    def decide(self, x, *, batch_size: int = BATCH_SIZE) -> Decisions:
        """The answer to each picture with all that it follows from, and why there is none. DataError as `predict_proba`."""
        self.require_classes()
        return self._decisions(*self._outputs(*self._batches(x, batch_size), self.novelty))

    def decide_decoded(self, values: np.ndarray) -> Decisions:
        """`decide` for one batch (N, *shape) that `input.decode` made, taken as it is."""
        self.require_classes()
        return self._decisions(*self._outputs([values], len(values), self.novelty))

    def reconstruct(self, x, *, batch_size: int = BATCH_SIZE) -> np.ndarray:
        """What an autoencoder gives back: (N, H, W, C) float32 in the value range of its pictures. DataError for a classifier."""
        if self.link != PICTURE:
            raise DataError("this model names classes and gives back no pictures; use predict or predict_proba")
        low, high = self.input.value_range
        return self.logits(x, batch_size=batch_size).reshape(-1, *self.input.shape) * np.float32(high - low) + np.float32(low)

    def require_classes(self) -> None:
        """DataError for a model without classes."""
        if self.link == PICTURE:
            raise DataError("this model gives back pictures and names no classes; use reconstruct, or train with another recipe")

    def save(self, path: str | Path) -> None:
        """Write the model file: whole, or not at all. Errors: OutputError."""
        model_file.write_model(path, {each.name: getattr(self, each.name) for each in fields(self)})

    @classmethod
    def load(cls, path: str | Path, custom: Mapping[str, type[Layer]] | None = None) -> "Classifier":
        """Read a model file; users' own layers come in `custom`, by name. No code is run. Errors: ModelFileError."""
        parts = model_file.read_model(path, custom)
        try:
            return cls(**parts)
        except (TypeError, ModelFileError) as error:
            raise ModelFileError(f"{path} does not describe a model: {error}") from error

    def _decisions(self, outputs: np.ndarray, strange: np.ndarray) -> Decisions:
        p = probabilities(outputs, self.link, self.temperature)
        best = p.argmax(axis=1)
        unsure = np.zeros(len(p), bool) if self.threshold is None else p.max(axis=1) < self.threshold
        best[unsure | strange] = len(self.classes)  # the place of None
        return Decisions(self._names[best], p, outputs, unsure, strange)

    def _outputs(self, batches: Iterable[np.ndarray], count: int, novelty: Novelty | None = None) -> tuple[np.ndarray, np.ndarray]:
        """For batches of values (n, *shape), `count` pictures in all: their outputs, and whether `novelty` finds them strange."""
        outputs, strange = [np.empty((0, *self.network.out_shape), self.network.dtype)], [np.zeros(0 if novelty else count, bool)]
        with single_threaded_blas(), self._borrowed_network(self._kernels(count)) as network:
            forward = functools.partial(parts_and_outputs, network, positions=novelty.layers) if novelty else network.forward
            for values in batches:
                batch = np.empty(values.shape, np.float32)
                self.input.normalise(values, batch)
                found = views.averaged(forward, batch.astype(network.dtype, copy=False), self.views, network.kernels)
                if novelty:
                    strange.append(novelty.strange(found[:, : -self.network.out_shape[0]]))
                    found = found[:, -self.network.out_shape[0] :]
                outputs.append(found)
        return np.concatenate(outputs), np.concatenate(strange)

    def _batches(self, x, size: int) -> tuple[Iterator[np.ndarray], int]:
        """Values (n, *shape) of at most `size` pictures at a time, and their count; files are read when their turn comes."""
        if _are_files(x):
            return (self.input.values(x[start : start + size]) for start in range(0, len(x), size)), len(x)
        values = self.input.values(x)
        return (values[start : start + size] for start in range(0, len(values), size)), len(values)

    def _kernels(self, count: int) -> ModuleType:
        """Those of the network; where it was loaded from a file, with the reference's, others for a request that is worth them."""
        network = self.network
        if network.kernels is kernels.reference:
            return kernels.select(network.dtype, math.prod(network.in_shape), count * self._multiply_adds)
        return network.kernels

    @contextmanager
    def _borrowed_network(self, kernel_set: ModuleType) -> Iterator[Network]:
        """A replica that no other thread uses. list.pop and append are atomic; a lock would not survive a fork."""
        idle = self._idle.setdefault(kernel_set, [])
        try:
            network = idle.pop()
        except IndexError:
            network = self.network.replica(kernel_set)
        try:
            yield network
        finally:
            idle.append(network)

    def __getstate__(self):
        return {each.name: getattr(self, each.name) for each in fields(self)}

    def __setstate__(self, state):
        self.__init__(**state)

    def __repr__(self):
        size = " x ".join(map(str, self.input.shape))
        if self.link == PICTURE:
            return f"<Autoencoder of pictures {size}, {self.network.parameters:,} parameters>"
        shown = ", ".join(self.classes[:3]) + (", ..." if len(self.classes) > 3 else "")
        part = next((part for part in ("test", "cross-validation", "validation", "train") if part in self.scores), None)
        scored = f", {part} accuracy {plain(percent(self.scores[part]['accuracy']))}" if part else ""
        return (
            f"<Classifier of {len(self.classes)} classes ({shown}), input {size}, {self.network.parameters:,} parameters{scored}>"
        )


def _are_files(x) -> bool:
    listed = isinstance(x, list | tuple) or (isinstance(x, np.ndarray) and x.ndim == 1)
    return listed and len(x) > 0 and isinstance(x[0], PictureFile)


def load(path: str | Path, custom: Mapping[str, type[Layer]] | None = None) -> Classifier:
    """The classifier in a model file: `Classifier.load`."""
    return Classifier.load(path, custom)
