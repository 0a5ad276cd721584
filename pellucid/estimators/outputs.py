"""What a network answers: in float64 where the question is, so that answers do not depend on the batch they are in."""

from collections.abc import Iterator

import numpy as np
import scipy.sparse

from pellucid.estimators.examples import ROWS_WITHOUT_GRADIENT
from pellucid.images import InputSpec
from pellucid.kernels.blas import single_threaded_blas
from pellucid.nn import Network


def outputs(network: Network, spec: InputSpec, x, layers: int | None = None) -> np.ndarray:
    """The outputs (N, M) for checked examples x, or what leaves the first `layers` layers, as rows.

    float64 if x or the network is, else float32. A network is not re-entrant, so each call has a copy: estimators may
    be asked from many threads.
    """
    wide = np.float64 in (x.dtype, network.dtype)
    twin = network.astype(np.float64) if wide and network.dtype != np.float64 else network.replica()
    found = []
    with single_threaded_blas(), np.errstate(over="ignore", under="ignore", invalid="ignore"):
        for part in _parts(x, spec, twin.dtype):
            for layer in twin.layers[:layers]:
                part = layer.forward(part, False, False)
            found.append(part.reshape(len(part), -1).copy())
    return np.concatenate(found)


def _parts(x, spec: InputSpec, dtype) -> Iterator[np.ndarray]:
    """The network's inputs (n, *shape), some at a time."""
    scale, shift = (part.reshape(spec.shape).astype(dtype) for part in spec.line)
    for start in range(0, x.shape[0], ROWS_WITHOUT_GRADIENT):
        part = x[start : start + ROWS_WITHOUT_GRADIENT]
        part = part.toarray() if scipy.sparse.issparse(part) else part
        part = np.ascontiguousarray(part, dtype)
        yield part if spec.normalisation == "none" else part * scale + shift
