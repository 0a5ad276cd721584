"""Everything that is found out about one picture, as one object: what a page shows, and what `--json` says."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from pellucid.explanation.grad_cam import GradCam
from pellucid.explanation.gradients import IntegratedGradients
from pellucid.explanation.occlusion import Occlusion
from pellucid.explanation.walk import Walk


class Neighbour(NamedTuple):
    """A training picture that looks alike to the network."""

    name: str  # its path in the source
    label: str
    distance: float  # between features, Euclidean
    pixels: np.ndarray  # (H, W, 1 or 3) uint8


@dataclass(frozen=True, kw_only=True, eq=False)
class Explained:
    """One picture, what the classifier answers, and why.

    Maps have the size of the network's input; they speak of the output for class `target`, before softmax or sigmoid.
    """

    picture: str  # its path or name
    pixels: np.ndarray  # (H, W, 1 or 3) uint8 as the network is given it
    original: np.ndarray  # the same before it was fitted, at most 400 pixels wide and high
    original_size: tuple[int, int]  # width and height before it was fitted
    classes: tuple[str, ...]
    probabilities: np.ndarray  # (classes,)
    answer: str | None  # None: the model refuses to answer
    refused: str  # why: "not sure" or "none of these"; "": it answers
    target: int
    label: int  # the class that the loss of the walk takes for true
    label_from: str  # how it is known, in words
    model: str  # where the model came from
    trained_on: str
    parameters: int
    gradient: np.ndarray  # (H, W, C)
    integrated: IntegratedGradients
    grad_cam: GradCam | None  # None: the network has no convolution
    occlusion: Occlusion
    covered_probability: float  # of the target, with the patch that costs most
    first_layer: np.ndarray | None  # (h, w, C, units)
    neighbours: tuple[Neighbour, ...]
    neighbours_from: str  # where they were looked for, or why there are none, in a sentence
    walk: Walk
    learning: str  # where loss, optimiser and learning rate of the walk come from, in a sentence
    notes: tuple[str, ...] = ()  # what lies between the outputs of the walk and the answer

    @property
    def probability(self) -> float:
        """Of the target."""
        return float(self.probabilities[self.target])

    def to_json(self) -> dict:
        """The main numbers, plain."""
        weight = self.walk.weight
        row, column = self.occlusion.strongest
        return {
            "picture": self.picture,
            "answer": self.answer,
            "refused": self.refused or None,
            "probabilities": dict(zip(self.classes, self.probabilities.tolist(), strict=True)),
            "target": self.classes[self.target],
            "label": self.classes[self.label],
            "loss": self.walk.loss_value,
            "completeness": {"sum": self.integrated.total, "difference": self.integrated.difference},
            "occlusion": {
                "row": row,
                "column": column,
                "size": list(self.occlusion.size),
                "drop": float(self.occlusion.drop.max()),
                "probability": self.covered_probability,
            },
            "grad_cam": None if self.grad_cam is None else {"layer": self.grad_cam.layer},
            "neighbours": [{"path": each.name, "label": each.label, "distance": each.distance} for each in self.neighbours],
            "neighbours_from": self.neighbours_from,
            "weight": None
            if weight is None
            else {
                "name": weight.name,
                "before": weight.before,
                "gradient": weight.gradient,
                "learning_rate": weight.learning_rate,
                "after": weight.after,
            },
            "layers": [
                {
                    "layer": visit.path,
                    "name": visit.name,
                    "equation": visit.layer.equation(),
                    "in_shape": list(visit.x.shape),
                    "out_shape": list(visit.y.shape),
                    "least": float(visit.y.min()),
                    "largest": float(visit.y.max()),
                }
                for visit in self.walk.visits()
            ],
        }
