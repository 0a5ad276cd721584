"""The environment and the facts of a measurement, besides those of `pellucid.machine`."""

import importlib.metadata
import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path

# Variables that change which kernels OpenBLAS picks. Users do not set them, so a measurement must not either.
BLAS_OVERRIDES = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")


def users_environment() -> dict[str, str]:
    """The environment without what only developers set; everything else as it is."""
    return {name: value for name, value in os.environ.items() if name not in BLAS_OVERRIDES}


def versions(packages: Iterable[str]) -> dict[str, str]:
    """{package: version}, Python first."""
    return {"python": platform.python_version(), **{name: importlib.metadata.version(name) for name in packages}}


def load() -> float | None:
    """How many processes wanted a core in the last minute, on average, where the system tells."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else None


def memory_in_use() -> int | None:
    """Resident memory of this process in bytes, where the system tells (Linux)."""
    return _status("VmRSS")


def peak_memory() -> int | None:
    """The most resident memory that this process has had since `forget_peak`, in bytes, where the system tells (Linux)."""
    return _status("VmHWM")


def forget_peak() -> None:
    """Let `peak_memory` start anew (Linux)."""
    if (control := Path("/proc/self/clear_refs")).exists():
        control.write_text("5")


def _status(entry: str) -> int | None:
    listing = Path("/proc/self/status")
    found = listing.exists() and re.search(rf"^{entry}:\s+(\d+) kB$", listing.read_text(), re.MULTILINE)
    return 1024 * int(found[1]) if found else None
