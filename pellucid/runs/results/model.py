"""The model that a finished training leaves: the network, its input, its classes, and where it comes from."""

import hashlib
import platform

import numpy as np

from pellucid import __version__
from pellucid.classifier import Classifier
from pellucid.evaluation import ReconstructionScores, Scores, most_common_class
from pellucid.nn.network import Network
from pellucid.runs.assemble import Parts
from pellucid.runs.cross_validation import CrossValidation
from pellucid.runs.prepare import Prepared
from pellucid.runs.results.outcome import Outcome


def make_classifier(prepared: Prepared, parts: Parts, outcome: Outcome, folds: CrossValidation | None = None) -> Classifier:
    """The network as a classifier that knows its input, its classes, where it comes from and what it scored.

    No time or date goes in: the same run gives the same file.
    """
    return Classifier(
        network=_in_float32(parts.network),
        input=prepared.spec,
        classes=prepared.dataset.classes if parts.loss.names_classes else (),
        link=parts.loss.link,
        temperature=outcome.temperature,
        threshold=outcome.threshold,
        views=prepared.recipe.augment.views,
        novelty=outcome.novelty,
        provenance=_provenance(prepared),
        scores={part: _short(scores) for part, scores in outcome.scores.items()} | ({"folds": folds.to_json()} if folds else {}),
    )


def versions() -> dict[str, str]:
    """What computed this."""
    return {"pellucid": __version__, "python": platform.python_version(), "numpy": np.__version__}


def _provenance(prepared: Prepared) -> dict:
    dataset, split = prepared.dataset, prepared.split
    names = "\n".join(split.names(len(dataset)))
    return {
        "source": dataset.name,
        "data_sha256": dataset.content_hash(),
        "labels_sha256": hashlib.sha256(dataset.labels.astype("<i8")).hexdigest(),
        "split_sha256": hashlib.sha256(names.encode()).hexdigest(),
        "from": _origin(prepared.donor),
        "most_common": dataset.classes[most_common_class(dataset.labels[split.train], len(dataset.classes))],
        "pictures": {part: len(getattr(split, part)) for part in ("train", "validation", "test")},
        "config": prepared.recipe.to_toml(),
        "versions": versions(),
    }


def _origin(donor: Classifier | None) -> dict | None:
    """Where the first weights came from, in turn."""
    if donor is None:
        return None
    return {key: donor.provenance.get(key) for key in ("source", "data_sha256", "pictures", "from")}


def _short(scores: Scores | ReconstructionScores) -> dict:
    values = scores.to_json()
    return {key: values[key] for key in ("n", "accuracy", "interval", "loss", "explained") if key in values}


def _in_float32(network: Network) -> Network:
    """The network as it is stored; one trained in float64 (L-BFGS) is rounded, one with planted faults loses them."""
    if network.dtype == np.float32 and type(network) is Network:
        return network
    twin = Network.from_specification(network.specification(), network.in_shape, seed=network.seed)
    twin.values[...] = network.values
    return twin
