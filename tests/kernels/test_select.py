"""Which kernel set a network gets, and what a set holds."""

import inspect

import numpy as np
import pytest

from pellucid import kernels


def test_both_types_have_kernels():
    for dtype in (np.float32, np.float64):
        assert kernels.select(np.dtype(dtype)) is kernels.reference


@pytest.mark.parametrize("dtype", [np.float16, np.int64, np.complex128])
def test_other_types_are_refused(dtype):
    with pytest.raises(TypeError, match="float32 or float64"):
        kernels.select(np.dtype(dtype))


@pytest.mark.parametrize("name", kernels.reference.__all__)
def test_every_kernel_is_a_function_that_says_its_formula(name):
    kernel = getattr(kernels.reference, name)
    assert inspect.isfunction(kernel) and kernel.__doc__
    assert all(
        parameter.default is inspect.Parameter.empty for parameter in inspect.signature(kernel).parameters.values()
    )
