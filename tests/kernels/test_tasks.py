"""What a kernel that is cut into pieces is told, and how it reads it."""

from typing import NamedTuple

import numba
import numpy as np
import pytest

from pellucid.kernels.compiled.tasks import as_array, reader


class Short(NamedTuple):
    left: int
    right: int


class Long(NamedTuple):
    left: int
    between: int
    right: int


@pytest.mark.parametrize("plan", [Short(3, -5), Long(3, 4, -5)])
def test_a_field_of_a_plan_is_found_by_its_name_wherever_it_stands(plan):
    plan_on = reader(type(plan))
    kernel = numba.njit(lambda line: (plan_on(line).left, plan_on(line).right))
    array = as_array(plan)
    assert kernel(np.array([array.ctypes.data, 1, 1, 1, len(plan)])) == (3, -5)


def test_equal_plans_are_one_array():
    assert as_array(Short(1, 2)) is as_array(Short(1, 2))
    assert as_array(Short(1, 3)).tolist() == [1, 3]
