"""Which kernel set a network gets, and what a set holds."""

import inspect
import os
import subprocess
import sys

import numpy as np
import pytest

from pellucid import kernels
from pellucid.kernels import compiled
from pellucid.nn import Dense, Network

FLOAT32 = np.dtype(np.float32)


def test_float32_is_compiled_and_float64_is_not():
    assert kernels.select(FLOAT32) is compiled
    assert kernels.select(np.dtype(np.float64)) is kernels.reference


def test_small_networks_run_on_the_reference():
    assert kernels.select(FLOAT32, 4) is kernels.select(FLOAT32, 31) is kernels.reference
    assert kernels.select(FLOAT32, 32) is kernels.select(FLOAT32, 784) is compiled
    assert Network([Dense(3)], (4,)).kernels is kernels.reference
    assert Network([Dense(3)], (64,)).kernels is compiled
    assert Network([Dense(3)], (64,), dtype=np.float64).kernels is kernels.reference


def test_a_small_prediction_runs_on_the_reference():
    assert kernels.select(FLOAT32, 784, 2**34 - 1) is kernels.reference
    assert kernels.select(FLOAT32, 784, 2**34) is compiled


def test_the_environment_overrides_the_size(monkeypatch):
    monkeypatch.setenv("PELLUCID_KERNELS", "reference")
    assert kernels.select(FLOAT32, 784) is kernels.reference
    monkeypatch.setenv("PELLUCID_KERNELS", "compiled")
    assert kernels.select(FLOAT32, 4) is kernels.select(FLOAT32, 784, 1) is compiled
    assert kernels.select(np.dtype(np.float64), 784) is kernels.reference
    monkeypatch.setenv("PELLUCID_KERNELS", "fast")
    with pytest.raises(ValueError, match="expected reference or compiled"):
        kernels.select(FLOAT32)


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.complex128])
def test_other_types_are_refused(dtype):
    with pytest.raises(TypeError, match="float32 or float64"):
        kernels.select(np.dtype(dtype))


@pytest.mark.parametrize("hidden", ["numba", "llvmlite"])
def test_without_numba_the_reference_serves(hidden):
    script = f"""
import sys
sys.modules[{hidden!r}] = None
import numpy as np
from pellucid import kernels
from pellucid.nn import Dense, Network
network = Network([Dense(3, "relu")], (64,))
assert network.kernels is kernels.reference
network.forward(np.ones((2, 64), np.float32))
"""
    done = subprocess.run([sys.executable, "-W", "error", "-c", script], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_broken_numba_counts_as_absent(tmp_path):
    (tmp_path / "numba").mkdir()
    (tmp_path / "numba" / "__init__.py").write_text("raise SystemError('built for another NumPy')")
    script = """
import numpy
from pellucid import kernels
assert kernels.select(numpy.dtype("float32"), 784) is kernels.reference
"""
    path = os.pathsep.join([str(tmp_path), *filter(None, sys.path)])
    subprocess.run([sys.executable, "-c", script], env=os.environ | {"PYTHONPATH": path}, check=True)


def test_a_network_of_few_features_and_a_loaded_model_do_without_numba(tmp_path):
    script = f"""
import sys
import numpy as np
from pellucid import Classifier, load
from pellucid.images import InputSpec
from pellucid.nn import Dense, Flatten, Network
from pellucid.optim import Adam, Update
Update(Adam(network := Network([Dense(3)], (4,))))
network.forward(np.ones((2, 4), np.float32))
network = Network([Flatten(), Dense(3)], (8, 8, 1), kernels=network.kernels)
Classifier(network, InputSpec((8, 8, 1)), ("a", "b", "c")).save({str(tmp_path / "m.safetensors")!r})
load({str(tmp_path / "m.safetensors")!r}).predict(np.zeros((5, 8, 8), np.uint8))
assert "numba" not in sys.modules and "pellucid.kernels.compiled" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", script], check=True)


@pytest.mark.parametrize("name", kernels.reference.__all__)
def test_every_kernel_is_a_function_that_says_its_formula(name):
    kernel = getattr(kernels.reference, name)
    assert inspect.isfunction(kernel) and kernel.__doc__
    assert all(parameter.default is inspect.Parameter.empty for parameter in inspect.signature(kernel).parameters.values())


@pytest.mark.parametrize("name", kernels.reference.__all__)
def test_both_sets_have_every_name(name):
    assert callable(getattr(compiled, name))
