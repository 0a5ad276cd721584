"""pellucid as its users get it: compiled kernels."""

import numba

from benchmarks.contenders.epoch import steps_of
from benchmarks.machine import numpy_blas


def prepare(workload):
    return steps_of(workload)


def blas():
    return numpy_blas() | {"threads": numba.get_num_threads()}  # those of the kernels; `fit` holds BLAS to one
