"""Does a change make pictures of one class look like another class? A test in numbers, before training."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from pellucid.seeding import generator

PICTURES = 1000
SIDE = 12  # pixels that pictures are shrunk to: enough to tell digits apart
RIDGE = 1.0  # times the mean eigenvalue of the features' covariance

# A change is suspected where it takes away this share of what the classifier knows beyond always naming the most common class,
# so many of the pictures, and so many deviations that it is no chance. Mirrored left to right: MNIST 0.72 and 0.49, digits of
# scikit-learn 0.75 and 0.61; CIFAR-10 and pairs of its classes at most 0.29 and 0.05, cats and rabbits, many of which have
# near-identical twins that teach the classifier one side, at most 0.5 and 0.08 (docs/decisions/0026).
SUSPECT_LOSS = 0.4
SUSPECT_DROP = 0.15
SUSPECT_DEVIATIONS = 4.0

CHANGES: dict[str, tuple[str, Callable[[np.ndarray], np.ndarray]]] = {  # what it is called, what it does to (N, H, W)
    "flip": ("mirrored left to right", lambda pictures: pictures[:, :, ::-1]),
    "flip_vertical": ("mirrored top to bottom", lambda pictures: pictures[:, ::-1]),
    "rotate": ("turned upside down", lambda pictures: pictures[:, ::-1, ::-1]),
}


@dataclass(frozen=True)
class LabelChange:
    """How well a linear classifier, fitted to unchanged pictures, names the classes of others, unchanged and changed."""

    change: str  # a key of CHANGES
    pictures: int
    unchanged: float  # share of the pictures named right
    changed: float
    majority: float  # share of the most common class
    mistaken: tuple[int, int]  # of this class, most changed pictures are named wrong, and most often as that one
    deviations: float  # of the drop from unchanged to changed, from 0

    @property
    def loss(self) -> float:
        """The share of what the classifier knew, beyond the most common class, that the change took away."""
        known = self.unchanged - self.majority
        return (self.unchanged - self.changed) / known if known > 0 else 0.0

    @property
    def is_suspect(self) -> bool:
        """Whether the change seems to turn one class into another."""
        drop = self.unchanged - self.changed
        return self.loss > SUSPECT_LOSS and drop > SUSPECT_DROP and self.deviations > SUSPECT_DEVIATIONS


def try_change(change: str, images: np.ndarray, labels: np.ndarray, indices: np.ndarray) -> LabelChange:
    """Try a change on up to 1,000 of the pictures images[indices] (N, H, W, C), shrunk to 12 x 12 grey pixels.

    Half of them teach the classifier that the other half tests, and the other way round. Where classes keep their label under the
    change, changed pictures are named about as well: photographs of the same things, mirrored. Where they do not, as a mirrored 3,
    they are named worse by far. Some tenths of a second.
    """
    chosen = generator(0, "label test").permutation(indices)[:PICTURES]
    pictures, t = _shrunk(images, chosen), labels[chosen]
    named, named_changed = np.empty_like(t), np.empty_like(t)
    half = len(t) // 2
    for teach, test in ((slice(half), slice(half, None)), (slice(half, None), slice(half))):
        name = _linear_classifier(_rows(pictures[teach]), t[teach], labels.max() + 1)
        named[test], named_changed[test] = name(_rows(pictures[test])), name(_rows(CHANGES[change][1](pictures[test])))
    drop = (named == t).astype(float) - (named_changed == t)
    return LabelChange(
        change=change,
        pictures=len(t),
        unchanged=float(np.mean(named == t)),
        changed=float(np.mean(named_changed == t)),
        majority=float(np.bincount(t).max() / len(t)),
        mistaken=_mistaken(t, named, named_changed),
        deviations=_deviations(drop),
    )


def _deviations(drop: np.ndarray) -> float:
    """The mean of drop (N,) in standard errors; infinite where every picture drops alike."""
    error = drop.std() / np.sqrt(len(drop))
    return float(drop.mean() / error) if error else float(np.inf * drop[0] if drop[0] else 0.0)


def _shrunk(images: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Those chosen, (n, h, w) float64 with h, w <= 12, grey, each with mean 0 and deviation 1.

    Averaged over blocks of whole pixels, not over equal areas as `shrinking` does: the limits above were found with blocks. With
    areas, 17 of 135 tests between two digits of MNIST come out otherwise; a mirrored 0 against 3 loses 0.37 where it was 0.64.
    """
    down, right = (max(1, length // (2 * SIDE)) for length in images.shape[1:3])  # of large pictures, some pixels are enough
    pictures = images[chosen, ::down, ::right].mean(axis=3)
    for axis in (1, 2):
        size = pictures.shape[axis]
        if size > SIDE:
            edges = np.linspace(0, size, SIDE + 1).astype(int)
            widths = np.diff(edges).reshape((-1, 1) if axis == 1 else -1)
            pictures = np.add.reduceat(pictures, edges[:-1], axis=axis) / widths
    pictures -= pictures.mean(axis=(1, 2), keepdims=True)
    return pictures / (pictures.std(axis=(1, 2), keepdims=True) + 1e-9)


def _rows(pictures: np.ndarray) -> np.ndarray:
    return pictures.reshape(len(pictures), -1)


def _linear_classifier(x: np.ndarray, t: np.ndarray, classes: int) -> Callable[[np.ndarray], np.ndarray]:
    """The class with the largest x W + b, W by ridge regression on targets of 0 and 1: (X^T X + r I) W = X^T T, X centred."""
    centre, targets = x.mean(axis=0), np.eye(classes)[t]
    share = targets.mean(axis=0)
    gram = (x - centre).T @ (x - centre)
    gram[np.diag_indices_from(gram)] += RIDGE * np.trace(gram) / len(gram) + 1e-9
    W = np.linalg.solve(gram, (x - centre).T @ (targets - share))
    return lambda pictures: ((pictures - centre) @ W + share).argmax(axis=1)


def _mistaken(t: np.ndarray, named: np.ndarray, named_changed: np.ndarray) -> tuple[int, int]:
    """The class whose pictures the change makes wrong most often, and what they are then mostly named."""
    classes = t.max() + 1
    newly_wrong = (named == t) & (named_changed != t)
    counts = np.zeros((classes, classes), np.int64)
    np.add.at(counts, (t[newly_wrong], np.minimum(named_changed[newly_wrong], classes - 1)), 1)
    share = counts / np.maximum(np.bincount(t, minlength=classes), 1)[:, None]
    true, taken = np.unravel_index(share.argmax(), share.shape)
    return int(true), int(taken)
