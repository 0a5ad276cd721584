"""What a measurement was made on: processor, versions, BLAS kernels, threads."""

import importlib.metadata
import os
import platform
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import threadpoolctl

# Variables that change which kernels OpenBLAS picks. Users do not set them, so a measurement must not either.
BLAS_OVERRIDES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def users_environment() -> dict[str, str]:
    """The environment without what only developers set; everything else as it is."""
    return {name: value for name, value in os.environ.items() if name not in BLAS_OVERRIDES}


def processor() -> str:
    """The name of the processor, as the operating system gives it."""
    listing = Path("/proc/cpuinfo")
    if listing.exists():
        for line in listing.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def cores() -> int:
    """The processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


def versions(packages: Iterable[str]) -> dict[str, str]:
    """{package: version}, Python first."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in packages}}


def numpy_blas() -> dict:
    """What multiplies NumPy's matrices: {"library", "kernel": the one chosen for this processor, "threads"}."""
    loaded = [library for library in threadpoolctl.threadpool_info() if library["user_api"] == "blas"]
    for library in loaded:
        if "numpy" in library["filepath"] or len(loaded) == 1:
            name = f"{library['internal_api']} {library['version']}"
            return {"library": name, "kernel": library.get("architecture"), "threads": library["num_threads"]}
    name = np.show_config(mode="dicts")["Build Dependencies"]["blas"]["name"]
    return {"library": name, "kernel": None, "threads": cores()}


def load() -> float | None:
    """How many processes wanted a core in the last minute, on average, where the system tells."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def memory_in_use() -> int | None:
    """Resident memory of this process in bytes, where the system tells (Linux)."""
    status = Path("/proc/self/statm")
    if not status.exists():
        return None
    return int(status.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
