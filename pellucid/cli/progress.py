"""Progress on stderr: bars in place on a terminal, a few plain lines elsewhere. Methods are those of `runs.Silent`."""

import contextlib
import os
import sys
import time
from collections.abc import Callable, Iterator

from pellucid.cli.output import say
from pellucid.words import duration, percent, plain

LINES = 15  # of epochs where stderr is no terminal
FIRST_LINE_AFTER = 5.0  # seconds into a task; the next lines come at 10, 20, 40 ...


@contextlib.contextmanager
def shown(quiet: bool = False) -> Iterator["Lines"]:
    """The progress that suits stderr, or a silent one."""
    if quiet:
        from pellucid.runs.progress import Silent

        yield Silent()
    elif sys.stderr.isatty() and os.environ.get("TERM") != "dumb":
        with Bars() as bars:
            yield bars
    else:
        yield Lines()


class Lines:
    """A line for what is said, about fifteen for the epochs of a training, and for a task only if it takes its time."""

    def say(self, text: str) -> None:
        """The line as it is."""
        say(text)

    @contextlib.contextmanager
    def task(self, name: str, total: int, begun: float | None = None) -> Iterator[Callable[..., None]]:
        """A line after 5, 10, 20, 40 ... seconds."""
        begun, done, due = time.monotonic() if begun is None else begun, 0, FIRST_LINE_AFTER

        def advance(n: int = 1) -> None:
            nonlocal done, due
            done += n
            seconds = time.monotonic() - begun
            if seconds >= due and 0 < done < total:
                due = 2 * seconds
                say(f"{name}: {done} of {total}, {duration(seconds / done * (total - done))} left")

        yield advance

    def epoch(self, record, epochs: int, seconds_left: float) -> None:
        """The first epoch, and from then on every fifteenth part of them."""
        number = record.number
        if number == 0 or record.partial or (number + 1) * LINES // epochs > number * LINES // epochs:
            last = record.partial or number + 1 == epochs
            say(epoch_line(record, epochs) + ("" if last else f" · {duration(seconds_left)} left"))


class Bars:
    """Bars for tasks and epochs, redrawn in place; what is said scrolls by above them."""

    def __init__(self):
        from rich.console import Console
        from rich.live import Live
        from rich.progress import BarColumn, Progress, TextColumn

        self.console = Console(stderr=True, highlight=False)
        self.bars = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(bar_width=28),
            TextColumn("{task.fields[note]}", markup=False),
            console=self.console,
        )
        self.line = ""
        self.live = Live(console=self.console, get_renderable=self._picture, refresh_per_second=8, transient=True)
        self.training = None

    def __enter__(self):
        self.live.start()
        return self

    def __exit__(self, *_):
        self.live.stop()
        if self.line:
            self.say(self.line)  # the last epoch stays

    def _picture(self):
        from rich.console import Group
        from rich.text import Text

        return Group(self.bars.get_renderable(), Text(plain(self.line), no_wrap=True, overflow="ellipsis"))

    def say(self, text: str) -> None:
        """A line above the bars."""
        self.console.print(plain(text), markup=False, soft_wrap=True)

    @contextlib.contextmanager
    def task(self, name: str, total: int, begun: float | None = None) -> Iterator[Callable[..., None]]:
        """A bar with a count and the time left; it goes when the task is done."""
        bar, done = self.bars.add_task(name, total=total, note=""), 0
        begun = time.monotonic() if begun is None else begun

        def advance(n: int = 1) -> None:
            nonlocal done
            done += n
            seconds = time.monotonic() - begun
            left = f", {duration(seconds / done * (total - done))} left" if seconds >= 1 and 0 < done < total else ""
            self.bars.update(bar, completed=done, note=plain(f"{done} of {total}{left}"))

        try:
            yield advance
        finally:
            self.bars.remove_task(bar)

    def epoch(self, record, epochs: int, seconds_left: float) -> None:
        """Move the bar of the training, and show the losses below it."""
        if self.training is None:
            self.training = self.bars.add_task("training", total=epochs, note="")
        last = record.partial or record.number + 1 == epochs
        note = "writing the report" if last else plain(f"{duration(seconds_left)} left")
        self.bars.update(self.training, completed=record.number + 1, note=note)
        self.line = epoch_line(record, epochs)


def epoch_line(record, epochs: int) -> str:
    """epoch 12/60 · loss 0.123 · val 0.150 · acc 97.1 % · val acc 96.0 %."""
    parts = [f"epoch {record.number + 1}/{epochs}", f"loss {record.loss:.3f}"]
    if record.validation_loss is not None:
        parts.append(f"val {record.validation_loss:.3f}")
    if record.accuracy is not None:
        parts.append(f"acc {percent(record.accuracy)}")
    if record.validation_accuracy is not None:
        parts.append(f"val acc {percent(record.validation_accuracy)}")
    return " · ".join(parts)
