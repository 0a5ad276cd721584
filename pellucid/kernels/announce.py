"""Tells the user why nothing moves: a kernel is compiled at its first use, a second or so each, once for a machine."""

import contextlib
from collections.abc import Callable, Iterator

_listening: list[Callable[[str], object]] = []


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


def compiling() -> None:
    """A compilation begins."""
    for say in tuple(_listening):
        say("compiling the kernels, once for this machine ...")
