"""pellucid on its NumPy kernels alone."""

from benchmarks.contenders.epoch import steps_of
from benchmarks.machine import numpy_blas
from pellucid.kernels import reference


def prepare(workload):
    return steps_of(workload, reference)


def blas():
    return numpy_blas() | {"threads": 1}  # `fit` holds it to one
