"""BLAS is held to one thread while pellucid computes, and given back afterwards.

NumPy's products change their last bits with the number of BLAS threads, and two pools of threads in one process fight.
"""

import contextlib
import functools
import os
import sys
import threading
from collections.abc import Iterator

_lock = threading.Lock()
_inside: list[int] = []  # for each block being run, the thread that entered it
_before: list[tuple] = []  # (library, its number of threads) before the first of them


@contextlib.contextmanager
def single_threaded_blas() -> Iterator[None]:
    """While the block runs, every BLAS that is loaded runs on one thread; the user's setting returns at its end.

    The setting belongs to the process. So the first of several blocks, in whichever threads, changes it and the last one
    gives it back: if each restored what it found, one thread would end the limit of another, or leave its own for good.
    """
    global _before
    thread = threading.get_ident()
    with _lock:
        if not _inside:
            _before = [(library, library.get_num_threads()) for library in _libraries("scipy.linalg" in sys.modules)]
            for library, _ in _before:
                _set_threads(library, 1)
        _inside.append(thread)
    try:
        yield
    finally:
        with _lock:
            if thread in _inside:  # not in a forked child, if another thread of the parent entered
                _inside.remove(thread)
                _give_back_if_outside()


def _give_back_if_outside() -> None:
    """The last block has ended: every library gets back the number of threads it had before the first."""
    if not _inside:
        for library, count in _before:
            _set_threads(library, count)


@functools.cache
def _libraries(with_scipy: bool) -> list:
    """The BLAS libraries of this process: searched for once, which takes 3 ms, and again when SciPy brings its own."""
    try:
        import threadpoolctl
    except ImportError:  # prediction works with numpy, pillow and safetensors alone
        return []
    return threadpoolctl.ThreadpoolController().select(user_api="blas").lib_controllers


def _set_threads(library, count: int) -> None:
    """Set it, from any thread: threadpoolctl 3.8 listens to one thread alone until that one says that it is done."""
    release = getattr(library, "clear_controlling_thread", lambda force: None)
    release(force=True)
    library.set_num_threads(count)
    release(force=True)


def _in_child() -> None:
    """In a forked child the parent's other threads are not there to give back the lock, or the limit of a block they were in."""
    global _lock
    _lock = threading.Lock()
    own = [thread for thread in _inside if thread == threading.get_ident()]
    if len(own) < len(_inside):
        _inside[:] = own
        _give_back_if_outside()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_in_child)
