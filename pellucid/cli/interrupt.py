"""Ctrl-C: the first one asks training to stop and keep its best model, the second one ends at once."""

import contextlib
import signal
import threading
from collections.abc import Callable, Iterator

MESSAGE = "stopping after this step; press Ctrl-C again to end at once"


@contextlib.contextmanager
def stoppable(say: Callable[[str], object]) -> Iterator[Callable[[], bool]]:
    """While the block runs, yield the question `stop()`: has the user pressed Ctrl-C? `say` answers the first time.

    Until `stop` is asked for the first time nothing has been learned: then Ctrl-C ends at once, as the second one does.
    """
    asked = pressed = False

    def stop() -> bool:
        nonlocal asked
        asked = True
        return pressed

    def on_interrupt(number, frame) -> None:
        nonlocal pressed
        if pressed or not asked:
            raise KeyboardInterrupt
        pressed = True
        with contextlib.suppress(RuntimeError):  # Ctrl-C came in the middle of a line that was being written
            say(MESSAGE)

    if threading.current_thread() is not threading.main_thread():  # Python lets only this one handle signals
        yield stop
        return
    before = signal.signal(signal.SIGINT, on_interrupt)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)
