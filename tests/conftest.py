"""Fixtures that every room's tests share."""

import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest


def pytest_configure(config):
    """Kernels are compiled anew for each run of the suite, once for all of its processes: an old cache would hide a change."""
    if not hasattr(config, "workerinput"):
        os.environ["NUMBA_CACHE_DIR"] = config.numba_cache = tempfile.mkdtemp(prefix="pellucid-numba-")


def pytest_unconfigure(config):
    if not hasattr(config, "workerinput"):
        shutil.rmtree(config.numba_cache, ignore_errors=True)


@pytest.fixture(autouse=True)
def no_silent_arithmetic():
    """An overflow or an invalid operation that a test does not expect is a failure."""
    with np.errstate(over="raise", divide="raise", invalid="raise"):
        yield


@pytest.fixture
def reference_kernels(monkeypatch):
    """Networks use NumPy's kernels: nothing is compiled, which takes longer than a short training."""
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")


@pytest.fixture
def no_figures(monkeypatch):
    """Trainings draw no PNG files, which takes half the time of a short one: for tests that look at something else."""
    monkeypatch.setattr("pellucid.report.save_figures", lambda data, folder: [])


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of real data sets (rabbits-cats/, catnoncat_dataset/, mnist/ ...); the test is skipped where it is absent."""
    folder = os.environ.get("PELLUCID_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("real data is absent: set PELLUCID_DATA to a folder that holds rabbits-cats/, catnoncat_dataset/, mnist/")
    return Path(folder)


@pytest.fixture(autouse=True, scope="session")
def own_cache(tmp_path_factory):
    """Pictures are cached in a folder of this test run, also by the processes it starts."""
    before = os.environ.get("PELLUCID_CACHE")
    os.environ["PELLUCID_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    yield
    if before is None:
        del os.environ["PELLUCID_CACHE"]
    else:
        os.environ["PELLUCID_CACHE"] = before
