"""Memory that is used again."""

import copy

import numpy as np

from pellucid.nn.buffers import Buffers


def test_the_same_shape_is_the_same_array():
    buffers = Buffers()
    first = buffers.array("y", (3, 4), np.float32)
    assert buffers.array("y", (3, 4), np.float32) is first
    assert (first.shape, first.dtype) == ((3, 4), np.float32) and first.flags.c_contiguous


def test_smaller_arrays_lie_in_the_memory_of_the_largest():
    buffers = Buffers()
    large = buffers.array("y", (10, 4), np.float32)
    small = buffers.array("y", (3, 2, 2), np.float32)
    assert small.shape == (3, 2, 2) and small.ctypes.data == large.ctypes.data
    assert buffers.array("y", (40,), np.float32).ctypes.data == large.ctypes.data
    assert not np.shares_memory(buffers.array("y", (41,), np.float32), large)


def test_other_names_and_other_types_are_other_memory():
    buffers = Buffers()
    y = buffers.array("y", (3,), np.float32)
    assert not np.shares_memory(buffers.array("dx", (3,), np.float32), y)
    doubles = buffers.array("y", (2,), np.float64)
    assert doubles.dtype == np.float64 and not np.shares_memory(doubles, y)


def test_a_copy_has_memory_of_its_own():
    buffers = Buffers()
    y = buffers.array("y", (3,), np.float32)
    twin = copy.deepcopy(buffers)
    for size in (3, 2, 5):
        assert not np.shares_memory(twin.array("y", (size,), np.float32), y)
