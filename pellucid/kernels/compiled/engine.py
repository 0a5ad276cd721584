"""What every compiled kernel stands on: how it is compiled, and into which parts work is cut.

Large work is cut into pieces (see `tasks`). No sum depends on how it was cut or on the number of threads; so neither do the bits.

Numba's disk cache notices a change in the file of a function, but not one in a function that it calls from another file. So the
stamp of every cached function here is the content of this whole folder.
"""

import contextlib
import functools
import hashlib
from pathlib import Path

import numba

from pellucid.kernels import announce

# Not fastmath=True: it would remove every test for NaN and infinity.
FASTMATH = {"contract", "reassoc", "nsz", "arcp", "afn"}

STAMP = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()


def compiled(function=None, *, inline: bool = False, called: bool = False, fastmath=FASTMATH):
    """Decorator: compile at the first call for the types it is called with, keep the result on disk, release the GIL.

    called: for what only other compiled functions call. inline: the same, and no call is left of it. Otherwise there are two
    versions, one of its own and one optimised again beside the caller, and which of them runs depends on whether the caller was
    compiled in this process or came from the disk: with `fastmath` their bits may differ.
    """
    if function is None:
        return functools.partial(compiled, inline=inline, called=called, fastmath=fastmath)
    options = {"nogil": True, "error_model": "numpy", "fastmath": fastmath, "forceinline": inline}
    if inline or called:  # no entrances for Python and C, and nothing to keep
        return numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)(function)
    try:
        dispatcher = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder that could be written to: compile in each process
        return numba.njit(**options)(function)
    with contextlib.suppress(AttributeError):  # where another Numba calls it differently, only its own stamp counts
        dispatcher._cache._cache_file._source_stamp = f"{dispatcher._cache._cache_file._source_stamp} {STAMP}"
        dispatcher._cache.save_overload = _if_there_is_room(dispatcher._cache.save_overload)
    return dispatcher


# Nothing reordered or contracted: the bits do not depend on what stands around the code when the compiler optimises it.
exact = functools.partial(compiled, fastmath=False)
called = functools.partial(exact, called=True)


def _if_there_is_room(save):
    """Keep no result where the disk refuses (full, or gone read-only): the kernel itself is compiled and works."""

    def save_or_forget(*arguments):
        with contextlib.suppress(OSError):
            save(*arguments)

    return save_or_forget


@exact(inline=True)
def share(t, pieces, size):
    """The t-th of `pieces` parts of range(size), as (start, stop): multiples of 16, so that no cache line is shared.

    Loop over a slice of the array, from 0: of another start the compiler does not know that it is not negative, which would
    count from the end, and works on one number at a time.
    """
    lines = (size + 15) // 16
    return min(size, t * lines // pieces * 16), min(size, (t + 1) * lines // pieces * 16)


class _Compilations(numba.core.event.Listener):
    """Hears of compilations; kernels that come from the disk are none."""

    def on_start(self, event):
        announce.compilation_begins()

    def on_end(self, event):
        announce.compilation_ends()


numba.core.event.register("numba:compile", _Compilations())
