"""How many threads the kernels take, for as long as an estimator computes."""

import contextlib
from collections.abc import Iterator

from pellucid.kernels import reference
from pellucid.kernels.thread_limit import threads
from pellucid.nn import Network


@contextlib.contextmanager
def kernel_threads(network: Network, n_jobs: int | None) -> Iterator[None]:
    """While the block runs, the network's kernels use `n_jobs` threads; None: as many as the user allows.

    -1: one for each core, -2: all but one, as in joblib. Workers of joblib get their share of the cores from joblib.
    """
    if n_jobs is None or network.kernels is reference:
        yield
        return
    import joblib

    with threads(joblib.effective_n_jobs(n_jobs), network.kernels):
        yield
