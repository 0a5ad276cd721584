"""How many threads the compiled kernels take, for as long as a block runs."""

import contextlib
from collections.abc import Iterator
from types import ModuleType

from pellucid.kernels import reference


@contextlib.contextmanager
def threads(count: int | None, kernels: ModuleType) -> Iterator[None]:
    """While the block runs, these kernels use `count` threads, or as many of them as Numba has; None: no other number."""
    if count is None or kernels is reference:
        yield
        return
    import numba

    before = numba.get_num_threads()
    numba.set_num_threads(max(1, min(count, numba.config.NUMBA_NUM_THREADS)))
    try:
        yield
    finally:
        numba.set_num_threads(before)
