"""Vector instructions, written in Python and emitted when a kernel is compiled.

A function under `@simd` can be called from a Numba kernel. It runs once, while that kernel is compiled: it is handed values that
the program will have, its operators emit the instructions for them, and its Python loops come out unrolled.

    @simd
    def add_scaled(code, x, i, y, o, factor):          # in a kernel: add_scaled(x, i, y, o, 0.5)
        y.put(o, y.vector(o) + factor * x.vector(i))   # LANES numbers

This is for the innermost few lines of a kernel, where the compiler, left to itself, checks at every entry that none of a dozen arrays
overlap before it uses vectors, gives up where 16 channels are all there is, and keeps no block of sums in registers.

An array argument is C-contiguous, of any number of dimensions, and is indexed as if flat. Nothing is checked.
"""

import contextlib
import inspect
import numbers

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic

FLAGS = ("contract", "reassoc", "nsz", "arcp", "afn")  # what `fastmath` allows without harm to NaN and infinity


def _features() -> frozenset[str]:
    """What the processor that Numba compiles for can do."""
    if config.CPU_FEATURES is not None or config.CPU_NAME is not None:
        return frozenset(part[1:] for part in (config.CPU_FEATURES or "").split(",") if part.startswith("+"))
    return frozenset(name for name, there in llvmlite.binding.get_host_cpu_features().items() if there)


FEATURES = _features()
LANES = 16 if "avx512f" in FEATURES else 8  # a register of AVX-512; one of AVX2; two of NEON
MASKED = "avx" in FEATURES or "avx512f" in FEATURES  # loads of some lanes are one instruction

FLOAT, INTEGER, BIT = ir.FloatType(), ir.IntType(64), ir.IntType(1)
VECTOR = ir.VectorType(FLOAT, LANES)
LANE = ir.VectorType(ir.IntType(32), LANES)


class Value:
    """A number, a vector of LANES numbers or a truth of the program that is being compiled."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value):
        self.builder, self.ir = builder, value

    def _pair(self, other):
        """Both operands, made alike: a number beside a vector fills all lanes."""
        if isinstance(other, numbers.Number):
            other = Value(self.builder, INTEGER(other) if self.ir.type == INTEGER else FLOAT(other))
        a, b = self, other
        if a.ir.type != b.ir.type:
            a, b = a.splat(), b.splat()
        return a.ir, b.ir

    def splat(self) -> "Value":
        """This number in every lane."""
        if self.ir.type == VECTOR:
            return self
        kind = ir.VectorType(self.ir.type, LANES)
        lane_0 = self.builder.insert_element(kind(ir.Undefined), self.ir, ir.IntType(32)(0))
        return Value(self.builder, self.builder.shuffle_vector(lane_0, kind(ir.Undefined), LANE([0] * LANES)))

    def _arithmetic(self, name, a, b):
        if a.type == INTEGER:
            return Value(self.builder, getattr(self.builder, name)(a, b))
        return Value(self.builder, getattr(self.builder, f"f{name}")(a, b, flags=FLAGS))

    def _comparison(self, symbol, other):
        a, b = self._pair(other)
        compare = self.builder.icmp_signed if a.type == INTEGER else self.builder.fcmp_ordered
        return Value(self.builder, compare(symbol, a, b))

    def __add__(self, other):
        return self._arithmetic("add", *self._pair(other))

    def __sub__(self, other):
        return self._arithmetic("sub", *self._pair(other))

    def __rsub__(self, other):
        return self._arithmetic("sub", *reversed(self._pair(other)))

    def __mul__(self, other):
        return self._arithmetic("mul", *self._pair(other))

    def __floordiv__(self, other):
        a, b = self._pair(other)
        return Value(self.builder, self.builder.sdiv(a, b))

    __radd__, __rmul__ = __add__, __mul__

    def __lt__(self, other):
        return self._comparison("<", other)

    def __le__(self, other):
        return self._comparison("<=", other)

    def __gt__(self, other):
        return self._comparison(">", other)

    def __ge__(self, other):
        return self._comparison(">=", other)

    def __and__(self, other):
        return Value(self.builder, self.builder.and_(self.ir, other.ir))

    def where(self, yes, no) -> "Value":
        """`yes` where this truth holds, else `no`."""
        return Value(self.builder, self.builder.select(self.ir, yes.ir, no.ir))


class Array:
    """An array argument, as if flat."""

    def __init__(self, builder: ir.IRBuilder, data: ir.Value, start: ir.Value | None = None):
        self.builder, self.data = builder, data

    def _pointer(self, i):
        index = i.ir if isinstance(i, Value) else INTEGER(i)
        return self.builder.gep(self.data, [index])

    def _place(self, i):
        return self.builder.bitcast(self._pointer(i), VECTOR.as_pointer())

    def __getitem__(self, i) -> Value:
        """The number at i."""
        value = self.builder.load(self._pointer(i))
        if isinstance(value.type, ir.IntType) and value.type != INTEGER:
            value = self.builder.sext(value, INTEGER)
        return Value(self.builder, value)

    def start(self, i) -> "Array":
        """The same memory, counted from i."""
        return Array(self.builder, self._pointer(i))

    def vector(self, i, n: Value | None = None) -> Value:
        """LANES numbers from i on. Given n, only the first n of them, and 0 in the other lanes, whose memory is not touched."""
        pointer = self._place(i)
        if n is None:
            return Value(self.builder, self.builder.load(pointer, align=4))
        mask = _below(self.builder, n)
        if MASKED:
            return Value(self.builder, self._masked("load", VECTOR, pointer, ALIGN, mask, VECTOR(None)))
        result = cgutils.alloca_once(self.builder, VECTOR)
        with self.builder.if_else((n >= LANES).ir) as (whole, part):
            with whole:
                self.builder.store(self.builder.load(pointer, align=4), result)
            with part:
                self.builder.store(self._masked("load", VECTOR, pointer, ALIGN, mask, VECTOR(None)), result)
        return Value(self.builder, self.builder.load(result))

    def put(self, i, value: Value, n: Value | None = None) -> None:
        """Write a vector at i on; given n, only its first n lanes: many times slower, so for the edges alone."""
        if n is None:
            self.builder.store(value.ir, self._place(i), align=4)
        else:
            self._masked("store", ir.VoidType(), value.ir, self._place(i), ALIGN, _below(self.builder, n))

    def _masked(self, name, result, *arguments):
        function = ir.FunctionType(result, [argument.type for argument in arguments])
        name = f"llvm.masked.{name}.v{LANES}f32.p0"
        return self.builder.call(cgutils.get_or_insert_function(self.builder.module, function, name), arguments)


ALIGN = ir.IntType(32)(4)


def _below(builder, n: Value) -> ir.Value:
    """The mask of the lanes below n."""
    n32 = Value(builder, builder.trunc(n.ir, ir.IntType(32)))
    return builder.icmp_signed("<", LANE(list(range(LANES))), n32.splat().ir)


class Variable:
    """A value that changes."""

    def __init__(self, value: Value):
        self.builder, self.memory = value.builder, cgutils.alloca_once(value.builder, value.ir.type)
        self.set(value)

    def get(self) -> Value:
        return Value(self.builder, self.builder.load(self.memory))

    def set(self, value: Value) -> None:
        self.builder.store(value.ir, self.memory)


class Code:
    """Where the instructions go."""

    def __init__(self, context, builder: ir.IRBuilder):
        self.context, self.builder = context, builder

    def number(self, value: int) -> Value:
        return Value(self.builder, INTEGER(value))

    def zeros(self) -> Value:
        """A vector of zeros."""
        return Value(self.builder, VECTOR(None))

    def multiply_add(self, a: Value, b: Value, c: Value) -> Value:
        """a b + c, rounded once where the processor can."""
        function = ir.FunctionType(VECTOR, [VECTOR] * 3)
        function = cgutils.get_or_insert_function(self.builder.module, function, f"llvm.fmuladd.v{LANES}f32")
        return Value(self.builder, self.builder.call(function, [a.splat().ir, b.ir, c.ir]))

    @contextlib.contextmanager
    def loop(self, count: Value):
        """The instructions emitted in the block are repeated `count` times; yields which time it is, from 0."""
        with cgutils.for_range(self.builder, count.ir) as loop:
            yield Value(self.builder, loop.index)

    def either(self, truth: Value):
        """`with code.either(truth) as (yes, no)`: two blocks, each run under `with yes` or `with no`."""
        return self.builder.if_else(truth.ir)

    @contextlib.contextmanager
    def when(self, truth: Value):
        """The instructions emitted in the block are run if `truth` holds."""
        with self.builder.if_then(truth.ir):
            yield


def simd(function):
    """Make `function(code, ...)`, which emits instructions, callable from Numba kernels. See the top of the file."""

    def typed(typing, *arguments):
        def codegen(context, builder, signature, values):
            code = Code(context, builder)
            function(code, *(_argument(context, builder, *pair) for pair in zip(signature.args, values)))
            return context.get_dummy_value()

        return types.void(*arguments), codegen

    typed.__name__, typed.__signature__ = function.__name__, inspect.signature(function)  # `code` stands for `typing`
    return intrinsic(typed)


def _argument(context, builder, kind, value):
    if isinstance(kind, types.Array):
        return Array(builder, context.make_array(kind)(context, builder, value).data)
    return Value(builder, context.cast(builder, value, kind, types.int64 if isinstance(kind, types.Integer) else types.float32))


@intrinsic
def aligned(typing, array):
    """Where the first cache line of 64 bytes starts in a float32 array: a flat index, in a kernel."""

    def codegen(context, builder, signature, values):
        address = builder.ptrtoint(context.make_array(signature.args[0])(context, builder, values[0]).data, INTEGER)
        return builder.lshr(builder.and_(builder.neg(address), INTEGER(63)), INTEGER(2))

    return types.int64(array), codegen
