"""What `verbose` shows: a bar on a terminal, else a line for each iteration, as scikit-learn prints them."""

import contextlib
import sys
from collections.abc import Callable, Iterator

Show = Callable[[int, str], None]


@contextlib.contextmanager
def progress(verbose: bool | int, total: int) -> Iterator[Show]:
    """Yields show(done, text), to be called after each of `total` iterations with what is known then."""
    if not verbose:
        yield lambda done, text: None
    elif sys.stdout.isatty():
        with _bar(total) as show:
            yield show
    else:
        yield lambda done, text: _line(f"Iteration {done}, {text}")


def _line(text: str) -> None:
    sys.stdout.write(text + "\n")


@contextlib.contextmanager
def _bar(total: int) -> Iterator[Show]:
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("Iteration"), MofNCompleteColumn(), BarColumn(), TimeRemainingColumn(), TextColumn("{task.description}")
    with Progress(*columns, auto_refresh=False) as bar:  # no thread of its own
        task = bar.add_task("", total=total)
        yield lambda done, text: bar.update(task, completed=done, description=text, refresh=True)
