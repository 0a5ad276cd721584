"""Tells the user why nothing moves: a kernel is compiled at its first use, a second or so each, once for a machine."""

import contextlib
import time
from collections.abc import Callable, Iterator

_listening: list[Callable[[str], object]] = []
_under_way: list[float] = []  # when each compilation began; one that needs another waits for it
_spent = 0.0


@contextlib.contextmanager
def compilation_announced(say: Callable[[str], object]) -> Iterator[None]:
    """While the block runs, the first compilation of a kernel is told to `say`, in one line."""
    told = []

    def once(text: str) -> None:
        if not told:
            told.append(text)
            say(text)

    _listening.append(once)
    try:
        yield
    finally:
        _listening.remove(once)


def compilation_begins() -> None:
    """To be called where a kernel is going to be compiled."""
    _under_way.append(time.perf_counter())
    for say in tuple(_listening):
        say("compiling the kernels, once for this machine ...")


def compilation_ends() -> None:
    """To be called where it has been, well or not."""
    global _spent
    begun = _under_way.pop()
    if not _under_way:
        _spent += time.perf_counter() - begun


def seconds_compiling() -> float:
    """What this process has spent on compilations so far: what a training would not have cost another time."""
    return _spent
