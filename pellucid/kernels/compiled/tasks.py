"""Kernels that share their work: pieces, called by their address on as many threads as there are.

    @task
    def scale(phase, t, thread, words):                  # piece t: some rows of y
        w = table(words)
        x, y, plan = floats(w[0]), floats(w[1]), plan_on(w[2])
        ...

    plan_on = reader(Plan)                               # a NamedTuple of integers: how the work is cut, what lies where

    scale(phases, pieces, [x, y, as_array(plan)])        # all pieces of a phase before the next phase begins

A piece finds the addresses and sizes of its arrays in `words`, a table with a line for each. So every piece has the same type, is
compiled once for whatever arrays come, and is the same code on every thread (see `threads`). It names the fields of its plan; where
they stand is for `reader` to know.
"""

import functools
from typing import NamedTuple

import numpy as np
from llvmlite import ir
from numba import carray, float32, float64, int32, int64, types, uint8
from numba.extending import intrinsic

from pellucid.kernels.compiled.engine import called, exact
from pellucid.kernels.compiled.threads import threads

LINE = 5  # words to an array: its address, then four sizes
MOST = 16  # arrays
HEAD = object.__basicsize__  # bytes that every Python object begins with


class Job(NamedTuple):
    """A call of a task that can be repeated."""

    row: tuple[int, int, int, int, int]  # for `threads.run`
    words: np.ndarray  # its table, (MOST, LINE) int64
    arrays: list  # whose addresses stand there

    def run(self) -> None:
        """Make the call."""
        threads.run(self.row[0], np.array([self.row], np.int64))


class task:
    """Decorator: see the top of the file."""

    def __init__(self, piece):
        functools.update_wrapper(self, piece)
        self._piece = exact(piece)

    def __call__(self, phases: int, pieces: int, arrays: list, parallel: bool) -> None:
        """Run all pieces. The arrays are contiguous and have at most four axes; None stands for one without elements."""
        self.job(phases, pieces, arrays, parallel).run()

    def job(self, phases: int, pieces: int, arrays: list, parallel: bool) -> Job:
        """The same call, to be made later."""
        assert all(array is None or array.flags.c_contiguous for array in arrays)
        words = np.zeros((MOST, LINE), np.int64)
        at = _describe(np.array([0 if array is None else id(array) for array in arrays], np.int64), words, HEAD)
        return Job((parallel, self._address, phases, pieces, at), words, arrays)

    @functools.cached_property
    def _address(self) -> int:
        result = self._piece.get_compile_result(types.void(int64, int64, int64, int64))
        return result.library.get_pointer_to_function(result.fndesc.llvm_cfunc_wrapper_name)


@intrinsic
def _pointer(typing, address):
    """An address as a pointer."""

    def codegen(context, builder, signature, values):
        return builder.inttoptr(values[0], ir.IntType(8).as_pointer())

    return types.voidptr(int64), codegen


@exact
def _describe(arrays, words, head):
    """Write the line of each array, found by its `id`; the address of the lines.

    NumPy's own header says where the address of the numbers, the number of axes and the sizes stand behind the head of an array
    object, and every extension is compiled to that. Asking in Python takes 2 us an array, 20 us a kernel.
    """
    for i in range(len(arrays)):
        if arrays[i]:
            start, axes, sizes = carray(_pointer(arrays[i] + head), (3,), int64)
            axes &= 0xFFFFFFFF  # 32 bits, which flags may follow
            words[i, 0] = start
            for k in range(1, LINE):
                words[i, k] = 1
            for k in range(axes):
                words[i, LINE - axes + k] = carray(_pointer(sizes), (axes,), int64)[k]
    return words.ctypes.data


@called
def table(words):
    """The table behind `words`, one line an array."""
    return carray(_pointer(words), (MOST, LINE), int64)


@called
def floats(line):
    """The array of float32 that a line tells of, with four axes."""
    return carray(_pointer(line[0]), (line[1], line[2], line[3], line[4]), float32)


@called
def matrix(line):
    """The same with two axes."""
    return carray(_pointer(line[0]), (line[3], line[4]), float32)


@called
def flat(line):
    """The same with one axis."""
    return carray(_pointer(line[0]), (line[1] * line[2] * line[3] * line[4],), float32)


@called
def whole(line):
    """The memory of an array of float32, taken as int32, with one axis: a kernel's lists of places lie among its numbers."""
    return carray(_pointer(line[0]), (line[1] * line[2] * line[3] * line[4],), int32)


@called
def octets(line):
    """An array of uint8, with one axis."""
    return carray(_pointer(line[0]), (line[1] * line[2] * line[3] * line[4],), uint8)


@called
def integers(line):
    """An array of int64, with one axis."""
    return carray(_pointer(line[0]), (line[1] * line[2] * line[3] * line[4],), int64)


@called
def doubles(line):
    """An array of float64, with one axis."""
    return carray(_pointer(line[0]), (line[1] * line[2] * line[3] * line[4],), float64)


@functools.lru_cache(1024)
def as_array(plan: tuple[int, ...]) -> np.ndarray:
    """A plan as the array that a kernel is given: the same one for equal plans, for making it takes 1 us."""
    return np.array(plan, np.int64)


def reader(kind):
    """The function by which a kernel reads its plan: the NamedTuple `kind` of integers, from the line of its array."""
    plan = types.NamedUniTuple(int64, len(kind._fields), kind)

    @intrinsic
    def load(typing, address):
        def codegen(context, builder, signature, values):
            start = builder.inttoptr(values[0], ir.IntType(64).as_pointer())
            fields = [builder.load(builder.gep(start, [ir.IntType(64)(place)])) for place in range(plan.count)]
            return context.make_tuple(builder, plan, fields)

        return plan(int64), codegen

    @called
    def read(line):
        return load(line[0])

    return read


@called
def point(line, array):
    """Let the line at an address tell of another array, which may differ in its last size."""
    words = carray(_pointer(line), (LINE,), int64)
    words[0], words[LINE - 1] = array.ctypes.data, array.shape[array.ndim - 1]
