"""What a job tells while it works. The command line shows it (`pellucid/cli/progress.py`); Python use is silent."""

import contextlib
from collections.abc import Callable, Iterator

from pellucid.training.epoch import Epoch


class Silent:
    """Tells nothing. Whoever wants to hear writes a class with these three methods."""

    def say(self, text: str) -> None:
        """One line for the user: the recipe chosen, the label rule found, the files left out."""

    @contextlib.contextmanager
    def task(self, name: str, total: int, begun: float | None = None) -> Iterator[Callable[[int], object]]:
        """While the block runs, `total` things called `name` are worked on; call `advance(n)` as n of them are done.

        begun: when, by `time.monotonic()`, if that was earlier than now.
        """
        yield lambda n=1: None

    def epoch(self, record: Epoch, epochs: int, seconds_left: float) -> None:
        """An epoch of training has ended: the last of `epochs` is about `seconds_left` away."""
