"""Many picture files at once: every core decodes, results come in the order of the files, and few wait in memory."""

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import numpy as np

from pellucid.images.decode import decode_with_header
from pellucid.images.picture_file import BrokenPicture, Header, read_header
from pellucid.images.source import Source

_CHUNK = 8  # files a task: handing over a task costs 30 us, decoding a small photograph 400
_WAITING = 4  # finished or running tasks a thread, so that a slow consumer does not fill the memory

Result = TypeVar("Result")


def files_of(source: Source) -> list[str]:
    """The files of a source's pictures, as the operating system wants them."""
    return [os.path.join(source.root or "", path) for path in source.paths]


def read_headers(files: Sequence[str]) -> Iterator[list[Header | str]]:
    """Headers of a few files at a time; for a broken file the reason. Whoever stops early leaves the rest unopened."""
    return _in_chunks(_headers, files)


def decode_files(files: Sequence[str], shape: tuple[int, int, int], fit: str) -> Iterator[tuple[np.ndarray, list[Header | str]]]:
    """Pixels (n, H, W, C) uint8 of a few files at a time, without the broken; a header or the reason for each file."""
    return _in_chunks(lambda chunk: _pixels(chunk, shape, fit), files)


def _in_chunks(work: Callable[[Sequence[str]], Result], files: Sequence[str]) -> Iterator[Result]:
    threads = os.cpu_count() or 1
    pool = ThreadPoolExecutor(threads, thread_name_prefix="pellucid-pictures")
    try:
        waiting = deque()
        for start in range(0, len(files), _CHUNK):
            waiting.append(pool.submit(work, files[start : start + _CHUNK]))
            if len(waiting) >= _WAITING * threads:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
    finally:
        pool.shutdown(cancel_futures=True)


def _headers(files: Sequence[str]) -> list[Header | str]:
    headers = []
    for file in files:
        try:
            headers.append(read_header(file))
        except BrokenPicture as broken:
            headers.append(broken.reason)
    return headers


def _pixels(files: Sequence[str], shape: tuple[int, int, int], fit: str) -> tuple[np.ndarray, list[Header | str]]:
    block, rows, results = np.empty((len(files), *shape), np.uint8), 0, []
    for file in files:
        try:
            block[rows], header = decode_with_header(file, shape, fit)
        except BrokenPicture as broken:
            results.append(broken.reason)
        else:
            results.append(header)
            rows += 1
    return block[:rows], results
