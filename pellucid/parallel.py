"""Work on all cores: files to read, arrays to compute with in NumPy; the results are the same on any number of them."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from pellucid.machine import cores

_WAITING = 4  # finished or running tasks a thread, so that a slow consumer does not fill the memory

Item, Result = TypeVar("Item"), TypeVar("Result")


def on_all_cores(function: Callable[[Item], Result], items: Iterable[Item], ahead: int | None = None) -> Iterator[Result]:
    """function(item) for each item, in their order, on as many threads as there are cores to use.

    At most `ahead` items, four a thread if None, are begun before their turn. Whoever stops early, or an error, leaves the rest
    alone; no thread is left behind.
    """
    threads = cores()
    ahead = ahead or _WAITING * threads
    pool = ThreadPoolExecutor(threads, thread_name_prefix="pellucid")
    try:
        waiting = deque()
        for item in items:
            waiting.append(pool.submit(function, item))
            if len(waiting) >= ahead:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)
