"""How far a long epoch has come."""

import contextlib
import time
from collections.abc import Iterator

from pellucid.runs.progress import Silent

LONG = 2.0  # seconds; a shorter epoch shows by ending


class Told:
    """Batches that tell how many of their pictures were handed out, once an epoch takes longer than two seconds.

    It stands between the batches and `fit`, which so needs no way to say it; asking a clock after each batch takes 0.1 µs.
    """

    def __init__(self, batches, progress: Silent):
        self.batches, self.progress, self.count = batches, progress, batches.count

    def __len__(self) -> int:
        return len(self.batches)

    def epoch(self, number: int) -> Iterator[tuple]:
        """The batches of epoch `number`, as they are."""
        begun, done, advance = time.monotonic(), 0, None
        with contextlib.ExitStack() as shown:
            for batch in self.batches.epoch(number):
                if advance is None and time.monotonic() - begun > LONG:
                    advance = shown.enter_context(self.progress.task(f"epoch {number + 1}", self.count, begun))
                    advance(done)
                yield batch
                done += len(batch[1])
                if advance:
                    advance(len(batch[1]))
