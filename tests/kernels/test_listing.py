"""A kernel set is what its files define."""

import importlib
import inspect

import pytest

from pellucid.kernels import compiled, reference
from pellucid.kernels.listing import FILES, kernels_of


def test_a_set_holds_the_functions_of_its_files_and_nothing_else():
    assert {"relu", "dense_backward", "adam", "convolution_forward"} <= set(reference.__all__)
    assert not {"np", "math", "hash", "tap", "scatter", "uniform", "LEAK"} & set(reference.__all__)
    for name in reference.__all__:
        file = getattr(reference, name).__module__.removeprefix("pellucid.kernels.reference.")
        assert file in FILES


@pytest.mark.parametrize("kernels", [reference, compiled])
def test_names_are_in_alphabetical_order_and_found(kernels):
    assert list(kernels_of(kernels.__name__)) == sorted(kernels_of(kernels.__name__))
    assert all(getattr(kernels, name).__name__ == name for name in kernels.__all__)


def test_helpers_and_classes_of_the_compiled_files_are_no_kernels():
    chain = importlib.import_module("pellucid.kernels.compiled.chain")
    assert inspect.isclass(chain.Plan) and not hasattr(compiled, "Plan")
    assert not {"forward_job", "hits_of", "hashed", "Plan"} & set(compiled.__all__)


def test_what_has_no_twin_is_the_references():
    assert compiled.poisson is reference.poisson and "poisson" not in compiled.__all__
    with pytest.raises(AttributeError, match="no_such_kernel"):
        compiled.no_such_kernel  # noqa: B018
