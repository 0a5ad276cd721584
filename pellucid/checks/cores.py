"""NumPy work on all cores, with the same result on any number of them."""

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Item, Result = TypeVar("Item"), TypeVar("Result")


def on_all_cores(function: Callable[[Item], Result], items: Iterable[Item]) -> list[Result]:
    """function(item) for each item, in their order."""
    with ThreadPoolExecutor(os.cpu_count() or 1, thread_name_prefix="pellucid-checks") as pool:
        return list(pool.map(function, items))
