"""The scripts as modules."""

import importlib.util
from pathlib import Path
from types import ModuleType

import matplotlib
import pytest

from pellucid.kernels.blas import single_threaded_blas

EXAMPLES = Path(__file__).parents[2] / "examples"

matplotlib.use("Agg")  # no windows


@pytest.fixture
def script():
    """`script("cats")` is the module of `examples/cats_from_scratch.py`, read anew."""

    def read(system: str) -> ModuleType:
        path = EXAMPLES / f"{system}_from_scratch.py"
        specification = importlib.util.spec_from_file_location(path.stem, path)
        module = importlib.util.module_from_spec(specification)
        specification.loader.exec_module(module)
        return module

    return read


@pytest.fixture(autouse=True)
def one_thread():
    """Threads that wait for each other make small products slow where other tests run beside these."""
    with single_threaded_blas():
        yield
