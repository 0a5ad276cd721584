"""What this computer is, how fast it multiplies matrices, and how busy other programs keep it."""

import math
import os
import platform
import time
from pathlib import Path

import numpy as np


def processor() -> str:
    """The name of the processor, as the operating system gives it."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text(errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def blas(package: str = "numpy") -> dict:
    """What multiplies the matrices of `package`, numpy or scipy: {"library", "kernel": that for this processor, "threads"}.

    What cannot be found out is None.
    """
    import threadpoolctl

    loaded = [library for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]
    for library in loaded:
        folders = Path(library["filepath"]).parent.parts  # numpy.libs/libscipy_openblas64_.so is NumPy's
        if len(loaded) == 1 or {package, f"{package}.libs"} & set(folders):
            name = f"{library['internal_api']} {library['version']}"
            return {"library": name, "kernel": library.get("architecture"), "threads": library["num_threads"]}
    name = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    return {"library": name, "kernel": None, "threads": None}


def peak(seconds: float = 1.0, size: int = 1024) -> float:
    """Float32 operations a second, at best, of a product of two (size, size) matrices by NumPy on all its threads.

    A product counts 2 size^3 operations. The best of as many as fit into `seconds`: where other programs run, few of
    them have the whole processor for the ten milliseconds that they take.
    """
    a, b = np.random.default_rng(0).random((2, size, size), np.float32)
    out = np.empty_like(a)
    np.matmul(a, b, out=out)  # the first call starts the threads
    fastest, end = math.inf, time.perf_counter() + seconds
    while (begun := time.perf_counter()) < end:
        np.matmul(a, b, out=out)
        fastest = min(fastest, time.perf_counter() - begun)
    return 2 * size**3 / fastest


class Stopwatch:
    """The seconds of a `with` block, and how many cores other programs used meanwhile.

    others: None where the system does not tell (elsewhere than on Linux). Linux counts in hundredths of a second, so
    it says something for blocks of a tenth of a second or more.
    """

    seconds: float
    others: float | None = None

    def __enter__(self) -> "Stopwatch":
        self._all, self._own = _busy_seconds(), time.process_time()
        self._begun = time.perf_counter()
        return self

    def __exit__(self, *_) -> None:
        self.seconds = time.perf_counter() - self._begun
        if self._all is not None:
            used = _busy_seconds() - self._all - (time.process_time() - self._own)
            self.others = max(0.0, used / self.seconds)


def _busy_seconds() -> float | None:
    """Processor time of all programs together since the machine started, where the system tells."""
    try:
        user, nice, system, _idle, _waiting, *interrupts = map(int, _first_line("/proc/stat").split()[1:9])
    except (OSError, ValueError):
        return None
    ticks = user + nice + system + sum(interrupts)  # the last of these is what the host of a virtual machine took
    return ticks / os.sysconf("SC_CLK_TCK") if ticks else None


def _first_line(path: str) -> str:
    with open(path, encoding="ascii") as file:
        return file.readline()
