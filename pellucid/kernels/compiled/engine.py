"""What every compiled kernel stands on: how it is compiled, and BLAS's product of matrices.

Large work is cut into pieces (see `tasks`), which do not depend on the number of threads; so neither do the bits of the result.

Numba's disk cache notices a change in the file of a function, but not one in a function that it calls from another file. So the
stamp of every cached function here is the content of this whole folder.
"""

import contextlib
import functools
import hashlib
from pathlib import Path

import llvmlite.binding
import numba
import scipy.linalg.cython_blas  # noqa: F401  loads the BLAS that `sgemm` calls
from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import get_cython_function_address, intrinsic

from pellucid.kernels import announce
from pellucid.kernels.blas import reads_small_matrices_in_place

# Not fastmath=True: it would remove every test for NaN and infinity.
FASTMATH = {"contract", "reassoc", "nsz", "arcp", "afn"}

STAMP = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(Path(__file__).parent.glob("*.py")))).hexdigest()


def compiled(function=None, *, inline: bool = False, called: bool = False, fastmath=FASTMATH):
    """Decorator: compile at the first call for the types it is called with, keep the result on disk, release the GIL.

    called: for what only other compiled functions call. inline: the same, and no call is left of it. Otherwise there are two
    versions, one of its own and one optimised again beside the caller, and which of them runs depends on whether the caller was
    compiled in this process or came from the disk: with `fastmath` their bits may differ.
    """
    if function is None:
        return functools.partial(compiled, inline=inline, called=called, fastmath=fastmath)
    options = {"nogil": True, "error_model": "numpy", "fastmath": fastmath, "forceinline": inline}
    if inline or called:  # no entrances for Python and C, and nothing to keep
        return numba.njit(no_cpython_wrapper=True, no_cfunc_wrapper=True, **options)(function)
    try:
        dispatcher = numba.njit(cache=True, **options)(function)
    except RuntimeError:  # no folder that could be written to: compile in each process
        return numba.njit(**options)(function)
    with contextlib.suppress(AttributeError):  # where another Numba calls it differently, only its own stamp counts
        dispatcher._cache._cache_file._source_stamp = f"{dispatcher._cache._cache_file._source_stamp} {STAMP}"
        dispatcher._cache.save_overload = _if_there_is_room(dispatcher._cache.save_overload)
    return dispatcher


# Nothing reordered or contracted: the bits do not depend on what stands around the code when the compiler optimises it.
exact = functools.partial(compiled, fastmath=False)
called = functools.partial(exact, called=True)


def _if_there_is_room(save):
    """Keep no result where the disk refuses (full, or gone read-only): the kernel itself is compiled and works."""

    def save_or_forget(*arguments):
        with contextlib.suppress(OSError):
            save(*arguments)

    return save_or_forget


# Whether `product` cuts matrices into blocks: an argument of the kernels, for Numba would freeze what it reads from a module.
BLOCKS = reads_small_matrices_in_place()

# A symbol by name, not a ctypes pointer: functions that call it can still be cached on disk.
llvmlite.binding.add_symbol("pellucid_sgemm", get_cython_function_address("scipy.linalg.cython_blas", "sgemm"))


@intrinsic
def sgemm(typing_context, A, B, C, transpose_A, transpose_B, beta):
    """C = op(A) op(B) + beta C        rows may lie apart (slices of columns), numbers in a row may not; beta is a float32.

    BLAS counts matrices by columns: to it, a row-major C is C^T = op(B)^T op(A)^T.
    """

    def generate(context, builder, signature, arguments):
        (a, a_rows, a_columns, a_step), (b, _, _, b_step), (c, rows, columns, c_step) = (
            _matrix(context, builder, kind, value) for kind, value in zip(signature.args[:3], arguments[:3], strict=True)
        )
        transpose_A, transpose_B, beta = arguments[3:]
        depth = builder.select(transpose_A, a_rows, a_columns)
        flag = functools.partial(builder.select, lhs=ir.Constant(_CHAR, ord("T")), rhs=ir.Constant(_CHAR, ord("N")))
        one = ir.Constant(ir.FloatType(), 1.0)
        values = [flag(transpose_B), flag(transpose_A), columns, rows, depth, one, b, b_step, a, a_step, beta, c, c_step]
        kind = ir.FunctionType(ir.VoidType(), [cgutils.voidptr_t] * len(values))
        function = cgutils.get_or_insert_function(builder.module, kind, "pellucid_sgemm")
        builder.call(function, [_pointer(builder, value) for value in values])
        return context.get_dummy_value()

    return types.void(A, B, C, types.boolean, types.boolean, types.float32), generate


_CHAR, _INT = ir.IntType(8), ir.IntType(32)


def _matrix(context, builder, kind, value):
    """Address of the first number, rows, columns, and the distance between rows in numbers, as BLAS accepts it."""
    array = context.make_array(kind)(context, builder, value)
    rows, columns = cgutils.unpack_tuple(builder, array.shape, 2)
    step = builder.sdiv(cgutils.unpack_tuple(builder, array.strides, 2)[0], ir.Constant(rows.type, 4))
    for least in (columns, ir.Constant(rows.type, 1)):  # NumPy leaves the distance open where there is one row
        step = builder.select(builder.icmp_signed("<", step, least), least, step)
    return array.data, *(builder.trunc(number, _INT) for number in (rows, columns, step))


def _pointer(builder, value):
    """Fortran takes every argument by its address."""
    if not isinstance(value.type, ir.PointerType):
        slot = cgutils.alloca_once(builder, value.type)
        builder.store(value, slot)
        value = slot
    return builder.bitcast(value, cgutils.voidptr_t)


@exact(inline=True)
def product(A, B, C, transpose_A, blocks):
    """C = op(A) B, with `blocks` in products of at most a million multiply-adds.

    For those OpenBLAS's kernels for AVX-512 read the matrices where they lie; larger ones it copies into packed form first.
    Blocks of 32 x 64 numbers, of at most 480 terms each, were 1.15 to 1.8 times as fast as one call, on shapes from 64 x 784 x 100
    to 512 x 512 x 512, and as fast for 256 x 1024 x 1024.
    """
    rows, columns = C.shape
    depth = B.shape[0]
    if not blocks or rows * columns * depth <= 1_000_000:
        sgemm(A, B, C, transpose_A, False, numba.float32(0))
        return
    layers = (depth + 479) // 480
    for layer in range(layers):
        k = slice(layer * depth // layers, (layer + 1) * depth // layers)
        beta = numba.float32(0 if layer == 0 else 1)
        for j in range(0, columns, 64):
            m = slice(j, min(j + 64, columns))
            for i in range(0, rows, 32):
                n = slice(i, min(i + 32, rows))
                if transpose_A:
                    sgemm(A[k, n], B[k, m], C[n, m], True, False, beta)
                else:
                    sgemm(A[n, k], B[k, m], C[n, m], False, False, beta)


@exact(inline=True)
def share(t, pieces, size):
    """The t-th of `pieces` parts of range(size), as (start, stop): multiples of 16, so that no cache line is shared.

    Loop over a slice of the array, from 0: of another start the compiler does not know that it is not negative, which would
    count from the end, and works on one number at a time.
    """
    lines = (size + 15) // 16
    return min(size, t * lines // pieces * 16), min(size, (t + 1) * lines // pieces * 16)


class _Compilations(numba.core.event.Listener):
    """Hears of compilations; kernels that come from the disk are none."""

    def on_start(self, event):
        announce.compiling()

    def on_end(self, event):
        pass


numba.core.event.register("numba:compile", _Compilations())
