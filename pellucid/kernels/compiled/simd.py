"""Vector instructions, written in Python and emitted when a kernel is compiled.

A function under `@simd` can be called from a Numba kernel. It runs once, while that kernel is compiled: it is handed values that
the program will have, its operators emit the instructions for them, and its Python loops come out unrolled.

    @simd
    def add_scaled(code, x, i, y, o, factor):          # in a kernel: add_scaled(x, i, y, o, 0.5)
        y.put(o, y.vector(o) + factor * x.vector(i))   # LANES numbers

It is for the innermost few lines of a kernel, where the compiler left to itself checks at every entry that none of a dozen arrays
overlap before it uses vectors, gives up where 16 channels are all there is, and keeps no block of sums in registers.

Array arguments are C-contiguous, of any number of axes, and indexed as if flat. Nothing is checked.
"""

import contextlib
import inspect
import numbers

import llvmlite.binding
from llvmlite import ir
from numba import types
from numba.core import cgutils, config
from numba.extending import intrinsic


def _features() -> frozenset[str]:
    """What the processor that Numba compiles for can do."""
    if config.CPU_NAME is not None or config.CPU_FEATURES is not None:
        return frozenset(part[1:] for part in (config.CPU_FEATURES or "").split(",") if part.startswith("+"))
    return frozenset(name for name, there in llvmlite.binding.get_host_cpu_features().items() if there)


MASKS = "avx512f" in _features()  # loading and storing some lanes takes no longer than all; else up to ten times as long
LANES = 16 if MASKS else 8  # a register of AVX-512; one of AVX2; two of NEON

FLOAT, INTEGER, INT32, BYTE = ir.FloatType(), ir.IntType(64), ir.IntType(32), ir.IntType(8)
VECTOR, LANE = ir.VectorType(FLOAT, LANES), ir.VectorType(INT32, LANES)
ELEMENTS = {types.float32: FLOAT, types.int64: INTEGER, types.int32: INT32, types.uint8: BYTE}


class Value:
    """A number, a vector of LANES numbers, or a truth, of the program that is being compiled."""

    def __init__(self, builder: ir.IRBuilder, value: ir.Value):
        self.builder, self.ir = builder, value

    def __add__(self, other):
        return self._arithmetic("add", *self._pair(other))

    def __sub__(self, other):
        return self._arithmetic("sub", *self._pair(other))

    def __rsub__(self, other):
        return self._arithmetic("sub", *reversed(self._pair(other)))

    def __mul__(self, other):
        return self._arithmetic("mul", *self._pair(other))

    __radd__, __rmul__ = __add__, __mul__

    def __truediv__(self, other):
        return self._arithmetic("div", *self._pair(other))

    def __rtruediv__(self, other):
        return self._arithmetic("div", *reversed(self._pair(other)))

    def __floordiv__(self, other):
        """The quotient of whole numbers that are not negative."""
        return Value(self.builder, self.builder.udiv(*self._pair(other)))

    def __lt__(self, other):
        return self._comparison("<", other)

    def __le__(self, other):
        return self._comparison("<=", other)

    def __gt__(self, other):
        return self._comparison(">", other)

    def __ge__(self, other):
        return self._comparison(">=", other)

    def equals(self, other) -> "Value":
        return self._comparison("==", other)

    def is_nan(self) -> "Value":
        return Value(self.builder, self.builder.fcmp_unordered("!=", self.ir, self.ir))

    def __and__(self, other):
        return Value(self.builder, self.builder.and_(self.ir, other.ir))

    def __or__(self, other):
        return Value(self.builder, self.builder.or_(self.ir, other.ir))

    def where(self, yes: "Value", no: "Value") -> "Value":
        """`yes` where this truth holds, else `no`."""
        return Value(self.builder, self.builder.select(self.ir, yes.ir, no.ir))

    def at_least(self, bound: "Value") -> "Value":
        """The larger of both; NaN stays NaN."""
        return (self < bound).where(bound.splat(), self)

    def splat(self) -> "Value":
        """The number in every lane."""
        if isinstance(self.ir.type, ir.VectorType):
            return self
        kind = ir.VectorType(self.ir.type, LANES)
        lane_0 = self.builder.insert_element(kind(ir.Undefined), self.ir, INT32(0))
        return Value(self.builder, self.builder.shuffle_vector(lane_0, kind(ir.Undefined), LANE([0] * LANES)))

    def to_float(self) -> "Value":
        """A whole number as a float; for each lane of a truth 1 or 0."""
        if self.ir.type == INTEGER:
            return Value(self.builder, self.builder.sitofp(self.ir, FLOAT))
        return Value(self.builder, self.builder.uitofp(self.ir, VECTOR))

    def times(self, factor, addend: "Value") -> "Value":
        """factor v + addend, rounded once where the processor can."""
        a, b = self._pair(factor)
        return _call(self.builder, f"llvm.fmuladd.v{LANES}f32", VECTOR, a, b, addend.splat().ir)

    def total(self) -> "Value":
        """The sum of all lanes: halves are added until one number is left."""
        vector, undefined = self.ir, VECTOR(ir.Undefined)
        width = LANES
        while width > 1:
            width //= 2
            other = self.builder.shuffle_vector(vector, undefined, LANE([(i + width) % LANES for i in range(LANES)]))
            vector = self.builder.fadd(vector, other)
        return Value(self.builder, self.builder.extract_element(vector, INT32(0)))

    def _pair(self, other):
        """Both operands, made alike: a number beside a vector fills all lanes."""
        if isinstance(other, numbers.Number):
            kind = getattr(self.ir.type, "element", self.ir.type)
            other = Value(self.builder, kind(float(other) if kind == FLOAT else other))
        a, b = (self, other) if self.ir.type == other.ir.type else (self.splat(), other.splat())
        return a.ir, b.ir

    def _arithmetic(self, name, a, b):
        if a.type == INTEGER:
            return Value(self.builder, getattr(self.builder, name)(a, b))
        return Value(self.builder, getattr(self.builder, f"f{name}")(a, b))

    def _comparison(self, symbol, other):
        a, b = self._pair(other)
        compare = self.builder.icmp_signed if a.type == INTEGER else self.builder.fcmp_ordered
        return Value(self.builder, compare(symbol, a, b))


class Variable:
    """A value that changes."""

    def __init__(self, value: Value):
        self.builder, self.memory = value.builder, cgutils.alloca_once(value.builder, value.ir.type)
        self.set(value)

    def get(self) -> Value:
        return Value(self.builder, self.builder.load(self.memory))

    def set(self, value: Value) -> None:
        self.builder.store(value.ir, self.memory)


class Array:
    """An array argument, as if flat. Vectors of one of uint8 are made of floats all the same: whole numbers from 0 to 255."""

    def __init__(self, builder: ir.IRBuilder, data: ir.Value, element: ir.Type):
        self.builder, self.data, self.element = builder, data, element

    def start(self, i: Value) -> "Array":
        """The same memory, counted from i."""
        return Array(self.builder, self._pointer(i), self.element)

    def __getitem__(self, i: Value) -> Value:
        """The number at i."""
        value = self.builder.load(self._pointer(i))
        return Value(self.builder, self.builder.sext(value, INTEGER) if self.element == INT32 else value)

    def vector(self, i: Value, n: Value | None = None) -> Value:
        """LANES numbers from i on; given n, only the first n of them, and 0 in the other lanes, whose memory is not touched."""
        kind = ir.VectorType(self.element, LANES)
        pointer = self.builder.bitcast(self._pointer(i), kind.as_pointer())
        result = cgutils.alloca_once(self.builder, kind)

        def whole():
            self.builder.store(self.builder.load(pointer, align=self._size()), result)

        def part():
            mask = _below(self.builder, n)
            value = _masked(self.builder, "load", kind, pointer, INT32(self._size()), mask, kind(None))
            self.builder.store(value, result)

        self._in_lanes(n, whole, part)
        value = self.builder.load(result)
        return Value(self.builder, self.builder.sitofp(self.builder.zext(value, LANE), VECTOR) if self.element == BYTE else value)

    def put(self, i: Value, value: Value, n: Value | None = None) -> None:
        """Write a vector from i on; given n, only its first n lanes."""
        kind = ir.VectorType(self.element, LANES)
        pointer = self.builder.bitcast(self._pointer(i), kind.as_pointer())
        value = self.builder.trunc(self.builder.fptosi(value.ir, LANE), kind) if self.element == BYTE else value.ir

        def whole():
            self.builder.store(value, pointer, align=self._size())

        def part():
            _masked(self.builder, "store", kind, value, pointer, INT32(self._size()), _below(self.builder, n))

        self._in_lanes(n, whole, part)

    def _in_lanes(self, n: Value | None, whole, part) -> None:
        """Emit the one that serves for n lanes or, where masks are slow, both."""
        if n is None:
            whole()
        elif MASKS:
            part()
        else:
            with self.builder.if_else((n >= LANES).ir) as (yes, no):
                with yes:
                    whole()
                with no:
                    part()

    def put_number(self, i: Value, value: Value) -> None:
        """Write one number at i."""
        self.builder.store(value.ir, self._pointer(i))

    def fetch(self, i: Value, to_write: bool = False) -> None:
        """Ask for the cache line of i to be brought into the second-level cache. It may lie outside of the array."""
        pointer = self.builder.bitcast(self._pointer(i), BYTE.as_pointer())
        arguments = [pointer, INT32(int(to_write)), INT32(2), INT32(1)]
        kind = ir.FunctionType(ir.VoidType(), [argument.type for argument in arguments])
        self.builder.call(cgutils.get_or_insert_function(self.builder.module, kind, "llvm.prefetch.p0"), arguments)

    def _pointer(self, i):
        return self.builder.gep(self.data, [i.ir if isinstance(i, Value) else INTEGER(i)])

    def _size(self) -> int:
        return 1 if self.element == BYTE else 4


class Code:
    """Where the instructions go."""

    def __init__(self, builder: ir.IRBuilder):
        self.builder = builder

    def number(self, value: int) -> Value:
        return Value(self.builder, INTEGER(value))

    def zeros(self) -> Value:
        """A vector of zeros."""
        return Value(self.builder, VECTOR(None))

    def first(self, n: Value, value: Value) -> Value:
        """The first n lanes of a vector, 0 in the others."""
        return Value(self.builder, self.builder.select(_below(self.builder, n), value.ir, VECTOR(None)))

    def root(self, value: Value) -> Value:
        """The square root."""
        kind = f"v{LANES}f32" if value.ir.type == VECTOR else "f32"
        return _call(self.builder, f"llvm.sqrt.{kind}", value.ir.type, value.ir)

    def multiply_add(self, a: Value, b: Value, c: Value) -> Value:
        """a b + c of vectors, rounded once where the processor can."""
        return a.times(b, c)

    def transposed(self, rows: list[Value]) -> list[Value]:
        """LANES vectors, as the rows of a square matrix, whose columns are wanted: pairs swap ever larger halves."""
        vectors, distance = [row.ir for row in rows], 1
        while distance < LANES:
            upper = LANE([lane if lane & distance == 0 else LANES + lane - distance for lane in range(LANES)])
            lower = LANE([lane + distance if lane & distance == 0 else LANES + lane for lane in range(LANES)])
            for i in range(LANES):
                if i & distance == 0:
                    pair = vectors[i], vectors[i + distance]
                    vectors[i] = self.builder.shuffle_vector(*pair, upper)
                    vectors[i + distance] = self.builder.shuffle_vector(*pair, lower)
            distance *= 2
        return [Value(self.builder, vector) for vector in vectors]

    @contextlib.contextmanager
    def loop(self, count: Value):
        """The instructions emitted in the block are repeated `count` times; yields which time it is, from 0."""
        with cgutils.for_range(self.builder, count.ir) as loop:
            yield Value(self.builder, loop.index)

    @contextlib.contextmanager
    def when(self, truth: Value):
        """The instructions emitted in the block are run if `truth` holds."""
        with self.builder.if_then(truth.ir):
            yield

    def vectors(self, count: Value, body) -> None:
        """body(i, n) for `count` numbers: i = 0, LANES, 2 LANES, ... with n None, then n < LANES of them if so many are left."""
        whole = count // LANES
        with self.loop(whole) as k:
            body(k * LANES, None)
        done = whole * LANES
        with self.when(done < count):
            body(done, count - done)


def simd(function):
    """Decorator: see the top of the file."""

    def typed(typing, *arguments):
        def codegen(context, builder, signature, values):
            function(Code(builder), *(_argument(context, builder, *pair) for pair in zip(signature.args, values)))
            return context.get_dummy_value()

        return types.void(*arguments), codegen

    typed.__name__, typed.__signature__ = function.__name__, inspect.signature(function)  # `code` stands for `typing`
    return intrinsic(typed)


def _argument(context, builder, kind, value):
    if isinstance(kind, types.Array):
        assert kind.layout == "C"
        return Array(builder, context.make_array(kind)(context, builder, value).data, ELEMENTS[kind.dtype])
    return Value(builder, context.cast(builder, value, kind, types.float32 if isinstance(kind, types.Float) else types.int64))


def _call(builder, name: str, result: ir.Type, *arguments: ir.Value) -> Value:
    """Call an intrinsic function of LLVM."""
    kind = ir.FunctionType(result, [argument.type for argument in arguments])
    return Value(builder, builder.call(cgutils.get_or_insert_function(builder.module, kind, name), arguments))


def _masked(builder, name: str, kind: ir.VectorType, *arguments: ir.Value) -> ir.Value:
    """Load or store some lanes of a vector."""
    function = ir.FunctionType(kind if name == "load" else ir.VoidType(), [argument.type for argument in arguments])
    suffix = "i8" if kind.element == BYTE else "f32"
    function = cgutils.get_or_insert_function(builder.module, function, f"llvm.masked.{name}.v{LANES}{suffix}.p0")
    return builder.call(function, arguments)


def _below(builder, n: Value) -> ir.Value:
    """The mask of the lanes below n."""
    return builder.icmp_signed("<", LANE(list(range(LANES))), Value(builder, builder.trunc(n.ir, INT32)).splat().ir)
