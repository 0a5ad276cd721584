"""A first layer whose filters are computed from pictures."""

import numpy as np

from pellucid.images import Batches, InputSpec
from pellucid.nn import Network, whiten

PICTURES = 1000  # which have a million small patches


def whiten_first_layer(network: Network, images: np.ndarray, spec: InputSpec, rows: np.ndarray) -> None:
    """Compute the filters of a first layer that starts with "whitening" from a thousand of `rows`, evenly spread; else nothing.

    images: (N, *spec.shape), as they are stored. Errors: ValueError where the layer cannot whiten them.
    """
    if getattr(network.layers[0], "initialiser", None) == "whitening":
        some = rows[:: -(-len(rows) // PICTURES)]
        [(pictures, _, _)] = Batches(images, np.zeros(len(images), np.int64), some, spec, 0).epoch(0)
        whiten(network, pictures)
